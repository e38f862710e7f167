"""The one seam between a search and who does its work: a crew of workers, each with a hand that does tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Plain: TypeAlias = "Mapping[str, object]"
"""What JSON holds: tasks and results are such, so that each kind of crew can bring them anywhere."""
Report: TypeAlias = "Callable[[int, float], bool]"
"""Takes a step and the value there, and says whether to go on."""


class Hand(Protocol):
    """Does tasks one after the other in one process; what it has read and compiled it keeps between them."""

    def do(self, task: Plain, report: Report) -> Plain:
        """The result of a task. A task that `report` ends gives what it has until there."""
        ...


MakeHand: TypeAlias = "Callable[[], Hand]"
"""Makes the hand in the worker's own process: it is pickled to it, or named there, and so holds plain values only."""


@dataclass(frozen=True)
class Event:
    """What a crew says of a task.

    `began`: a worker took it. `report`: it waits at `step` for `Crew.answer`. `done`: with its `result`. `failed`: the
    hand raised, or the task's time was over; `reason` says it in a sentence. `lost`: its worker died, and the task is
    free to be given again.
    """

    kind: Literal["began", "report", "done", "failed", "lost"]
    task: int
    worker: str = ""
    step: int = 0
    value: float = float("nan")
    result: Plain = field(default_factory=dict)
    reason: str = ""


class Crew(Protocol):
    """Workers that take tasks. `size` is how many there are now."""

    @property
    def size(self) -> int:
        """How many tasks can run at once now."""
        ...

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        """Put a task in the queue; workers take them in the order in which they came. `seconds` limit each."""
        ...

    def wait(self, seconds: float | None = None) -> Event | None:
        """The next event, in the order in which they happened; None when there was none in so many seconds."""
        ...

    def answer(self, number: int, go_on: bool) -> None:
        """Whether a task that has reported goes on."""
        ...

    def close(self) -> None:
        """Stop all work and give back all that was taken."""
        ...
