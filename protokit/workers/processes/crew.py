"""Workers that are processes of this machine: spawned when they are needed, kept, and replaced when they die."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from multiprocessing.connection import wait
from pathlib import Path

from protokit.core.errors import WorkerError
from protokit.workers import machine
from protokit.workers.crew import Event, MakeHand, Plain
from protokit.workers.desk import Deaths, Desk, over
from protokit.workers.processes.process import Process


class LocalCrew:
    """Processes of this machine; each has its share of cores and GPUs, and keeps its hand until it dies or is closed.

    A worker is started when a task waits for one, so that a small search pays for no process that it does not need.
    """

    def __init__(self, make: MakeHand, size: int, *, cores: int | None = None) -> None:
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            # this is a worker that runs the person's program from its top to know its classes
            raise WorkerError(
                "workers run the program that starts them once more, up to this call",
                cure='put what the program does under `if __name__ == "__main__":`, or write search: {workers: 1}',
            )
        self._make, self._size, self._desk = make, size, Desk()
        self._cores = cores or machine.cores()
        self._gpus = machine.gpus()
        self._workers: dict[int, Process] = {}  # by their place
        self._scratch = tempfile.TemporaryDirectory(prefix="protokit-workers-")
        self._made, self._deaths = 0, Deaths(size)
        self._closed = False

    @property
    def size(self) -> int:
        """See Crew."""
        return self._size

    @property
    def pids(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [worker.pid for worker in self._workers.values()]

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        """See Crew."""
        self._desk.submit(number, task, seconds)
        self._look()

    def answer(self, number: int, go_on: bool) -> None:
        """See Crew."""
        job = self._desk.answered(number)
        if job is not None:
            for worker in self._workers.values():
                if worker.name == job.worker:
                    worker.put({"answer": number, "go_on": go_on})

    def wait(self, seconds: float | None = None) -> Event | None:
        """See Crew."""
        end = float("inf") if seconds is None else time.monotonic() + seconds
        while True:
            self._look()
            if self._desk.events:
                return self._desk.events.popleft()
            left = min(end - time.monotonic(), self._desk.until_next)
            if self._desk.idle or time.monotonic() >= end:
                return None
            watched = [one for worker in self._workers.values() for one in worker.waits_for]
            wait(watched, None if left == float("inf") else max(0.0, left))

    def close(self) -> None:
        """See Crew."""
        self._closed = True
        for worker in self._workers.values():
            worker.kill()
        for worker in self._workers.values():
            worker.end()
        self._workers.clear()
        self._scratch.cleanup()

    def _look(self) -> None:
        """Take in what was said, see who died and whose time is over, and give out what waits."""
        for place, worker in list(self._workers.items()):
            messages, gone = worker.taken()
            for message in messages:
                self._hear(worker, message)
            if gone:
                self._bury(place, worker)
        for job in self._desk.overdue():
            for place, worker in list(self._workers.items()):
                if worker.name == job.worker:
                    worker.kill()
                    del self._workers[place]
                    worker.end()
            self._desk.ended(job, "failed", over(job))
        if not self._closed:
            self._give_out()

    def _hear(self, worker: Process, message: Plain) -> None:
        if message.get("say") == "ready":
            worker.ready = True
            self._deaths.began()
        elif message.get("say") == "broken":
            raise WorkerError(f"{worker.name} cannot begin: {message['reason']}")
        elif self._desk.said(worker.name, message) and message.get("say") in {"done", "failed"}:
            self._deaths.ended_well()

    def _bury(self, place: int, worker: Process) -> None:
        """Give up a worker that has ended; another takes its place when a task waits.

        Raises:
            WorkerError: too many have, one after the other.
        """
        del self._workers[place]
        why = worker.end()
        self._desk.died(worker.name, why)
        self._deaths.died(why, ready=worker.ready, cure=_cure(why))

    def _give_out(self) -> None:
        for worker in self._workers.values():
            if worker.ready and not self._desk.of(worker.name) and (job := self._desk.give(worker.name)):
                worker.put({"number": job.number, "task": job.task})
        starting = sum(not worker.ready for worker in self._workers.values())
        free = [place for place in range(self._size) if place not in self._workers]
        for place in free[: max(0, len(self._desk.waiting) - starting)]:
            self._made += 1
            environment = machine.share(place, self._size, self._cores, self._gpus)
            self._workers[place] = Process(f"worker {self._made}", self._make, environment, Path(self._scratch.name))


def _cure(why: str) -> str | None:
    """What a person can do where workers end before they have begun."""
    if "__main__" in why or "__mp_main__" in why:
        return 'put what the program does under `if __name__ == "__main__":`, or write search: {workers: 1}'
    return "search: {workers: 1} does the work in this process, where the fault is seen" if why else None
