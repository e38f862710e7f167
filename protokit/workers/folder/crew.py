"""The driver's side of a shared folder: who comes is given tasks, who is not heard of any more is given up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import cast

from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.workers.crew import Event, Plain, Say
from protokit.workers.desk import Desk
from protokit.workers.folder.lines import Reader, Writer
from protokit.workers.folder.session import IN, OUT, begin, end, workers_in

_LISTING = 0.5  # seconds between looks at who has come
_QUICKEST, _SLOWEST = 0.001, 0.05  # seconds between looks at what was said
_IDLE = 0.5  # seconds between looks at workers that have nothing to do


@dataclass
class _Worker:
    """A `protokit work` somewhere; `quiet` are the seconds in which nothing was heard of it while one listened."""

    name: str
    ears: Reader
    mouth: Writer
    slots: int = 0
    quiet: float = 0.0
    looked: float = field(default_factory=time.monotonic)


class FolderCrew:
    """Workers that come by a folder: `protokit work FOLDER` on any machine that sees it, before or after the driver.

    `say` is told when workers are waited for, come and leave.
    """

    def __init__(
        self, folder: Path, *, say: Say = lambda text: None, key: str = "", beat: float = 5.0, patience: float = 60.0
    ) -> None:
        self._home, self._say, self._desk = folder, say, Desk()
        self._session = begin(folder, key, beat, patience)
        self._folder = self._session.folder(folder)
        self._workers: dict[str, _Worker] = {}
        self._known: set[str] = set()
        self._listed, self._delay, self._told = 0.0, _QUICKEST, False
        self._own = Writer(self._folder / "driver.jsonl")
        self._own_lock, self._closed = threading.Lock(), threading.Event()
        threading.Thread(target=self._beat, name="beat", daemon=True).start()

    @property
    def size(self) -> int:
        """See Crew."""
        return sum(worker.slots for worker in self._workers.values())

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        """See Crew."""
        self._desk.submit(number, task, seconds)

    def answer(self, number: int, go_on: bool) -> None:
        """See Crew."""
        job = self._desk.answered(number)
        if job is not None:
            self._tell(job.worker, {"answer": number, "go_on": go_on})

    def wait(self, seconds: float | None = None) -> Event | None:
        """See Crew."""
        until = float("inf") if seconds is None else time.monotonic() + seconds
        while not self._desk.events:
            self._delay = _QUICKEST if self._look() else min(self._delay * 1.3, _SLOWEST)
            self._give_out()
            left = until - time.monotonic()
            if self._desk.events or self._desk.idle or left <= 0:
                break
            time.sleep(min(self._delay, left))
        return self._desk.events.popleft() if self._desk.events else None

    def close(self) -> None:
        """See Crew. Workers see that the session has ended, drop what they do, and wait for the next or leave."""
        if not self._closed.is_set():
            self._closed.set()
            with self._own_lock, suppress(OSError, DataError):
                self._own.put({"say": "end"})
                end(self._home, self._session)

    def _beat(self) -> None:
        """Be heard of by the workers, also while the driver is busy with something else."""
        number = 0
        while not self._closed.wait(self._session.beat):
            number += 1
            with self._own_lock, suppress(OSError, DataError):
                if not self._closed.is_set():
                    self._own.put({"beat": number})

    def _look(self) -> bool:
        """Take in what was said; whether anything was."""
        now, heard = time.monotonic(), False
        if now - self._listed >= _LISTING:
            self._listed = now
            self._find()
        busy = {job.worker for job in self._desk.running.values()}
        for worker in list(self._workers.values()):
            passed = now - worker.looked
            if worker.name not in busy and passed < _IDLE and worker.slots:
                continue
            worker.looked = now
            try:
                messages = worker.ears.take()
            except FileNotFoundError:
                messages = []
            # a driver that was asleep itself has not listened: so much of the time says nothing of the worker
            worker.quiet = 0.0 if worker.ears.grew else worker.quiet + min(passed, self._session.beat)
            for message in messages:
                heard = self._hear(worker, message) or heard
            if worker.quiet > self._session.patience:
                self._give_up(worker, f"was not heard of for {self._session.patience:g} s")
        return heard

    def _find(self) -> None:
        """See who has come, and say when nobody has."""
        for name in workers_in(self._folder):
            if name not in self._known:
                self._known.add(name)
                mouth = Writer(self._folder / f"{name}{IN}")
                self._workers[name] = _Worker(name, Reader(self._folder / f"{name}{OUT}"), mouth)
        if self._workers:
            self._told = False
        elif self._desk.waiting and not self._told:
            self._told = True
            waiting = counted(len(self._desk.waiting), "task")
            self._say(f"{waiting} waiting for workers: run `protokit work {self._home}` where this folder is seen")

    def _hear(self, worker: _Worker, message: Plain) -> bool:
        kind = message.get("say")
        if kind == "hello":
            if message.get("protokit") != version("protokit"):
                self._give_up(worker, f"is protokit {message.get('protokit')}, and this is {version('protokit')}")
                return True
            worker.slots = cast(int, message["slots"])
            self._say(f"{worker.name} has come, for {counted(worker.slots, 'task')} at once")
        elif kind == "leaving":
            self._give_up(worker, str(message.get("reason")))
        elif not self._desk.said(worker.name, message):
            return False
        return True

    def _give_up(self, worker: _Worker, why: str) -> None:
        """A worker counts no more; should it come back, it finds that it was given up."""
        self._tell(worker.name, {"say": "gone"})
        del self._workers[worker.name]
        reason = f"{worker.name} {why}"
        lost = self._desk.died(worker.name, reason)
        self._say(f"{reason}; {counted(lost, 'task')} will be given again" if lost else reason)

    def _give_out(self) -> None:
        """Give what waits to who is free, to each one task before any has a second."""
        while self._desk.waiting:
            had = Counter(job.worker for job in self._desk.running.values())
            free = [worker for worker in self._workers.values() if had[worker.name] < worker.slots]
            if not free:
                return
            for worker in sorted(free, key=lambda one: had[one.name]):
                if (job := self._desk.give(worker.name)) is not None:
                    self._tell(worker.name, {"number": job.number, "task": job.task, "seconds": job.limit})

    def _tell(self, name: str, message: Plain) -> None:
        worker = self._workers.get(name)
        if worker is not None:
            with suppress(FileNotFoundError):
                worker.mouth.put(message)
