"""Progress of a run, in a terminal or a notebook."""

from __future__ import annotations

import html
import sys
import time
from types import TracebackType
from typing import Any, Protocol

from protokit.show.pace import Pace, small_curve, sparkline

_BETWEEN = 0.2  # seconds between two pictures in a notebook


class Progress(Protocol):
    """Shows what goes on; a context manager."""

    def step(self, text: str) -> None:
        """A new step begins."""

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """An epoch is done; `label` says which of several networks is trained."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Silent:
    """Shows nothing."""

    def step(self, text: str) -> None:
        """See Progress."""

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class Terminal:
    """A line on stderr: a bar, the losses, their course, and the time left. It goes when the run is done."""

    def __init__(self, console: Any = None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=16), TimeElapsedColumn())
        self._bar = Bar(*columns, console=console or Console(stderr=True), transient=True)
        self._task: Any = None
        self._pace = Pace()
        self._shown = 0.0

    def step(self, text: str) -> None:
        """See Progress."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(text, total=None)

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""
        self._pace.epoch(done, of, loss, validation, label)
        now = time.monotonic()
        if now - self._shown > _BETWEEN / 2 or done == of:
            self._shown = now
            course = sparkline(self._pace.validation, 16)
            text = f"epoch {done}/{of}  {self._pace.text}  {course}"
            self._bar.update(self._task, total=of, completed=done, description=text)

    def __enter__(self) -> Terminal:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()


class Notebook:
    """A line and a small curve below the cell, at most five times a second; they go when the run is done."""

    def __init__(self) -> None:
        from IPython.display import HTML, display

        self._html = HTML
        self._handle: Any = display(HTML(""), display_id=True)
        self._shown = 0.0
        self._pace = Pace()

    def step(self, text: str) -> None:
        """See Progress."""
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
        self._handle.update(self._html(f'<div style="font-family:ui-monospace,monospace">{text}</div>{curve}'))

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, *error: object) -> None:
        self._handle.update(self._html(""))


def progress() -> Progress:
    """The progress that suits where this runs: a notebook, a terminal, or neither."""
    if "IPython" in sys.modules:
        from IPython import get_ipython  # type: ignore[attr-defined]

        if getattr(get_ipython(), "kernel", None) is not None:
            return Notebook()
    return Terminal() if sys.stderr.isatty() else Silent()
