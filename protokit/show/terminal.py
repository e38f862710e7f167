"""Progress of a run in a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from protokit.show.pace import Pace, Stages, sparkline

_BETWEEN = 0.1  # seconds between two pictures


class Terminal:
    """On stderr: the stages with their times, a bar, the losses, their course, and the time left.

    They go when the run is done.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._stages, self._pace = Stages(), Pace()
        self._bar = _Bar(self._stages, console or Console(stderr=True))
        self._task: TaskID | None = None
        self._shown = 0.0

    def step(self, text: str) -> None:
        """See Progress."""
        self._stages.step(text)
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task("", total=None)

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


class _Bar(Bar):
    """The bar, below the stages that are over."""

    def __init__(self, stages: Stages, console: Console) -> None:
        self._stages = stages
        columns = (_Stage(stages), BarColumn(bar_width=16), TextColumn("{task.description}", markup=False))
        super().__init__(*columns, console=console, transient=True)

    def get_renderables(self) -> Iterable[RenderableType]:
        """See rich."""
        if self._stages.before:
            yield Text(self._stages.before, style="dim")
        yield from super().get_renderables()


class _Stage(ProgressColumn):
    """The stage that goes on, and how long it has."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages
        super().__init__()

    def render(self, task: Task) -> Text:
        """See rich."""
        return Text(self._stages.text)
