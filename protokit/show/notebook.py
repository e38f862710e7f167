"""Progress of a run in a notebook."""

from __future__ import annotations

import html
import threading
import time

from IPython.display import HTML, display

from protokit.show.pace import Pace, Stages, small_curve

_BETWEEN = 0.2  # seconds between two pictures
_TICK = 1.0  # seconds between two where nothing is told, as while a network is compiled


class Notebook:
    """Below the cell: the stages with their times, a bar and a small curve. They go when the run is done.

    At most five pictures a second, and at least one while Python runs.
    """

    def __init__(self) -> None:
        self._handle = display(HTML(""), display_id=True)
        self._shown = 0.0
        self._stages, self._pace, self._epochs = Stages(), Pace(), False
        self._lock, self._over = threading.Lock(), threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="protokit-progress", daemon=True)

    def step(self, text: str) -> None:
        """See Progress."""
        with self._lock:
            self._stages.step(text)
            self._epochs = False
            self._show()

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""
        with self._lock:
            self._pace.epoch(done, of, loss, validation, label)
            self._epochs = True
            if time.monotonic() - self._shown > _BETWEEN:
                self._show()

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            with self._lock:
                if time.monotonic() - self._shown > _BETWEEN:
                    self._show()

    def _show(self) -> None:
        self._shown = time.monotonic()
        before, line, curve = self._stages.before, html.escape(self._stages.text), ""
        if self._epochs:
            pace = self._pace
            bar = f'<progress value="{pace.done}" max="{pace.of}"></progress>'
            line += f" &nbsp; {bar} epoch {pace.done}/{pace.of} &nbsp; {html.escape(pace.text)}"
            curve = small_curve(pace.losses, pace.validation)
        over = f'<div style="opacity:.7">{html.escape(before)}</div>' if before else ""
        self._handle.update(HTML(f'<div style="font-family:ui-monospace,monospace">{over}{line}</div>{curve}'))

    def __enter__(self) -> Notebook:
        self._ticker.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._ticker.join()
        self._handle.update(HTML(""))
