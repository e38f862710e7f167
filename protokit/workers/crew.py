"""The one seam between a search and who does its work: a crew of workers, each with a hand that does tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

THREAD = "trials"  # of a crew that works in this process
Plain: TypeAlias = "Mapping[str, object]"
"""What JSON holds: tasks and results are such, so that each kind of crew can bring them anywhere."""
Report: TypeAlias = "Callable[[int, float], bool]"
"""Takes a step and the value there, and says whether to go on."""


class Hand(Protocol):
    """Does tasks one after the other in one process; what it has read and compiled it keeps between them.

    It may be killed at any moment, and so leaves nothing half written. Numbers in a result that are not finite arrive
    as None, and tuples as lists, whatever kind of crew it works in.
    """

    def do(self, task: Plain, report: Report) -> Plain:
        """The result of a task. A task that `report` ends gives what it has until there.

        An exception is the task's failure; the hand goes on with the next one. `report` may raise `Dropped`, which is
        none of `Exception`: nobody waits for this task any more.
        """
        ...


MakeHand: TypeAlias = "Callable[[], Hand]"
"""Makes the hand in the worker's own process: it is pickled to it through a pipe, and so holds plain values only."""
MakeHandIn: TypeAlias = "Callable[[Path], Hand]"
"""Makes the hand from the folder of the search, as this worker's machine has it; with its folder it is a `MakeHand`."""
Say: TypeAlias = "Callable[[str], None]"
"""Takes a sentence for the person who waits: of workers that are waited for, that left, that came anew."""


class Dropped(BaseException):
    """Nobody waits for this task any more: the hand leaves it as it is."""


@dataclass(frozen=True)
class Event:
    """What a crew says of a task.

    `began`: a worker took it. `report`: it waits at `step` for `Crew.answer`. `done`: with its `result`. `failed`: the
    hand raised, or the task's time was over; `reason` says it in a sentence. `lost`: its worker died, and the task is
    free to be given again. Each task that was begun ends in exactly one of `done`, `failed`, `lost`.
    """

    kind: Literal["began", "report", "done", "failed", "lost"]
    task: int
    worker: str = ""
    step: int = 0
    value: float = float("nan")
    result: Plain = field(default_factory=dict)
    reason: str = ""


class Crew(Protocol):
    """Workers that take tasks. All that it does, it does while it is asked: a driver calls `wait` again and again."""

    @property
    def size(self) -> int:
        """How many tasks can run at once now; 0 while the workers of a cluster are not there yet."""
        ...

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        """Put a task in the queue; workers take them in the order in which they came.

        `seconds` limit its time with a worker, less what it waits for answers.

        Raises:
            ValueError: a task of this number waits or runs.
        """
        ...

    def wait(self, seconds: float | None = None) -> Event | None:
        """The next event, in the order in which they happened.

        None when there was none in so many seconds, and at once where no task waits or runs.

        Raises:
            WorkerError: no worker can be started, or they die one after the other.
        """
        ...

    def answer(self, number: int, go_on: bool) -> None:
        """Whether a task that has reported goes on; nothing where it is no longer running."""
        ...

    def close(self) -> None:
        """Stop all work and give back all that was taken; safe to call twice."""
        ...
