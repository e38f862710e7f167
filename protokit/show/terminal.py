"""Progress of a run in a terminal."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from protokit.show.pace import Pace, sparkline

_BETWEEN = 0.1  # seconds between two pictures


class Terminal:
    """A line on stderr: a bar, the losses, their course, and the time left. It goes when the run is done."""

    def __init__(self, console: Console | None = None) -> None:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=16), TimeElapsedColumn())
        self._bar = Bar(*columns, console=console or Console(stderr=True), transient=True)
        self._task: TaskID | None = None
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
        if self._task is not None and (now - self._shown > _BETWEEN or done == of):
            self._shown = now
            course = sparkline(self._pace.validation, 16)
            text = f"epoch {done}/{of}  {self._pace.text}  {course}"
            self._bar.update(self._task, total=of, completed=done, description=text)

    def __enter__(self) -> Terminal:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()
