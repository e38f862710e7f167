"""The driver's side of every crew: which tasks wait, who does which, and what has happened, in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, cast

from protokit.core.errors import WorkerError
from protokit.workers.crew import Event, Plain

_STARTS = 3  # workers that die one after the other before any is ready
_DEATHS = 12  # deaths, for each place of a worker, without a task between them that came to an end


@dataclass
class Job:
    """A task that waits or runs. `spent` are the seconds that it had with its worker, `since` when these last began."""

    number: int
    task: Plain
    limit: float | None
    worker: str = ""
    spent: float = 0.0
    since: float | None = None
    begun: bool = False

    def left(self, now: float) -> float:
        """Seconds until its time is over; its clock stands while it waits for an answer."""
        if self.limit is None or self.since is None:
            return float("inf")
        return self.limit - self.spent - (now - self.since)


@dataclass
class Desk:
    """What every crew knows of its tasks; who the workers are, and how one speaks to them, it does not know.

    A message counts only from the worker that has the task: whoever was given up may say what it likes. A worker that
    passes on the messages of others, by whose names a person knows them, puts these under `worker`.
    """

    clock: Callable[[], float] = time.monotonic
    waiting: deque[Job] = field(default_factory=deque)
    running: dict[int, Job] = field(default_factory=dict)
    events: deque[Event] = field(default_factory=deque)
    _numbers: set[int] = field(default_factory=set)

    def submit(self, number: int, task: Plain, seconds: float | None) -> None:
        """See `Crew.submit`."""
        if number in self._numbers:
            raise ValueError(f"task {number} waits or runs already")
        self._numbers.add(number)
        self.waiting.append(Job(number, task, seconds))

    def give(self, worker: str) -> Job | None:
        """The next task, from now on this worker's; None where none waits."""
        if not self.waiting:
            return None
        job = self.waiting.popleft()
        job.worker, job.spent, job.since = worker, 0.0, self.clock()
        self.running[job.number] = job
        return job

    def of(self, worker: str) -> list[Job]:
        """The tasks that a worker has."""
        return [job for job in self.running.values() if job.worker == worker]

    def said(self, worker: str, message: Plain) -> bool:
        """Note what a worker says of a task; False where it is not this worker's, or nothing of a task is said."""
        number = message.get("number")
        job = self.running.get(number) if isinstance(number, int) else None
        if job is None or job.worker != worker:
            return False
        kind, now, name = message.get("say"), self.clock(), str(message.get("worker") or worker)
        if kind == "began":
            job.since = now
            self._begin(job, name)
        elif kind == "report":
            if job.since is not None:
                job.spent, job.since = job.spent + now - job.since, None
            value = message.get("value")
            step, value = cast(int, message["step"]), float("nan") if value is None else cast(float, value)
            self.events.append(Event("report", job.number, name, step=step, value=value))
        elif kind == "done":
            self._forget(job)
            self._begin(job, name)
            self.events.append(Event("done", job.number, name, result=cast(Plain, message["result"])))
        elif kind in {"failed", "lost"}:
            self.ended(job, "failed" if kind == "failed" else "lost", str(message.get("reason", "")), name)
        else:
            return False
        return True

    def answered(self, number: int) -> Job | None:
        """The task that goes on now, its clock too; None where it is no longer running."""
        job = self.running.get(number)
        if job is not None:
            job.since = self.clock()
        return job

    def ended(self, job: Job, kind: Literal["failed", "lost"], reason: str, worker: str = "") -> None:
        """A task ended without a result."""
        self._forget(job)
        self._begin(job, worker or job.worker)
        self.events.append(Event(kind, job.number, worker or job.worker, reason=reason))

    def _begin(self, job: Job, worker: str) -> None:
        """A worker took the task; the word of one that was killed a moment later may not have come."""
        if not job.begun:
            job.begun = True
            self.events.append(Event("began", job.number, worker))

    def _forget(self, job: Job) -> None:
        del self.running[job.number]
        self._numbers.discard(job.number)

    def died(self, worker: str, reason: str) -> int:
        """A worker is no more: its tasks are lost. How many these were."""
        jobs = self.of(worker)
        for job in jobs:
            self.ended(job, "lost", reason)
        return len(jobs)

    def overdue(self) -> list[Job]:
        """The tasks whose time is over."""
        now = self.clock()
        return [job for job in self.running.values() if job.left(now) <= 0]

    @property
    def until_next(self) -> float:
        """Seconds until the time of a running task is over."""
        now = self.clock()
        return max(0.0, min((job.left(now) for job in self.running.values()), default=float("inf")))

    @property
    def idle(self) -> bool:
        """Whether no task waits or runs."""
        return not self.waiting and not self.running


@dataclass
class Deaths:
    """Counts workers that die, so that a search that none survives ends."""

    places: int
    starts: int = 0
    deaths: int = 0

    def began(self) -> None:
        """A worker is ready."""
        self.starts = 0

    def ended_well(self) -> None:
        """A worker has brought a task to its end."""
        self.deaths = 0

    def died(self, why: str, *, ready: bool, cure: str | None = None) -> None:
        """A worker is no more.

        Raises:
            WorkerError: too many died one after the other.
        """
        self.deaths, self.starts = self.deaths + ready, self.starts + (not ready)
        if self.starts >= _STARTS:
            raise WorkerError(f"no worker can be started: {why}", cure=cure)
        if self.deaths >= _DEATHS * self.places:
            rule = f"{self.deaths} workers died one after the other, without a finished task between: {why}"
            raise WorkerError(rule)


def over(job: Job) -> str:
    """The reason of a task that had its time."""
    return f"it took longer than its {job.limit:g} s, and was stopped"
