"""Progress of a run in a notebook."""

from __future__ import annotations

import html
import time

from IPython.display import HTML, display

from protokit.show.pace import Pace, small_curve

_BETWEEN = 0.2  # seconds between two pictures


class Notebook:
    """A line and a small curve below the cell, at most five times a second; they go when the run is done."""

    def __init__(self) -> None:
        self._handle = display(HTML(""), display_id=True)
        self._shown = 0.0
        self._pace = Pace()
        self._begun, self._stage, self._done = time.monotonic(), "", list[str]()

    def step(self, text: str) -> None:
        """See Progress."""
        now = time.monotonic()
        if self._stage:
            self._done.append(f"{self._stage} {now - self._begun:.1f} s")
        self._begun, self._stage = now, text
        self._show(html.escape(text))

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""
        self._pace.epoch(done, of, loss, validation, label)
        if time.monotonic() - self._shown > _BETWEEN:
            bar = f'<progress value="{done}" max="{of}"></progress>'
            line = f"{bar} epoch {done}/{of} &nbsp; {html.escape(self._pace.text)}"
            self._show(line, small_curve(self._pace.losses, self._pace.validation))

    def _show(self, text: str, curve: str = "") -> None:
        self._shown = time.monotonic()
        before = f'<div style="opacity:.7">{html.escape(" · ".join(self._done))}</div>' if self._done else ""
        self._handle.update(HTML(f'<div style="font-family:ui-monospace,monospace">{before}{text}</div>{curve}'))

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, *error: object) -> None:
        self._handle.update(HTML(""))
