"""The worker's side of a shared folder: it brings what a driver asks to processes of its own machine, and back."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import NoReturn, cast

from protokit.core.errors import DataError, ProtokitError, WorkerError
from protokit.core.files import finite
from protokit.workers.crew import Crew, Event, MakeHandIn, Plain, Say
from protokit.workers.folder.lines import Reader, Writer
from protokit.workers.folder.session import IN, OUT, Session, newest_in, worker_name
from protokit.workers.processes.crew import LocalCrew

_QUICKEST, _SLOWEST = 0.001, 0.25  # seconds between looks at what the driver says
_SLOWEST_ANSWER = 0.05  # while a task waits for its answer
_SESSIONS = 1.0  # seconds between looks at the session


class Told(BaseException):
    """The system told this process to end."""


def work(
    folder: Path,
    make: MakeHandIn,
    *,
    workers: int = 1,
    cores: int | None = None,
    idle: float | None = None,
    once: bool = False,
    finished: Callable[[Path], bool] = lambda folder: False,
    say: Say = lambda text: None,
    opens: Callable[[Path], Crew] | None = None,
) -> int:
    """Do the tasks of a search's drivers, until `finished` says that there will be no more; how many were done.

    `folder` is that of a search, or one where searches are kept: then the newest is served, also one that is begun
    later. A worker leaves after `idle` seconds without a driver that is heard of; with `once` when the first session
    ends. `opens` gives the crew that does the work, processes of this machine where it is not given.

    Raises:
        DataError: there is no such folder, or the disk refuses.
        WorkerError: the driver is another version of protokit, or no hand can be made here.
    """
    if not folder.is_dir():
        cure = "give the folder that `protokit tune` shows, or make the one that it will put its searches in"
        raise DataError("there is no such folder", place=str(folder), cure=cure)

    def local(home: Path) -> Crew:
        return LocalCrew(partial(make, home), workers, cores=cores)

    with _told_to_end():
        return _Work(folder, opens or local, workers, idle, once, finished, say).work()


class _Work:
    """One `protokit work`: it keeps its processes from session to session of a search."""

    def __init__(
        self,
        folder: Path,
        opens: Callable[[Path], Crew],
        slots: int,
        idle: float | None,
        once: bool,
        finished: Callable[[Path], bool],
        say: Say,
    ) -> None:
        self._folder, self._opens, self._slots, self._idle, self._once = folder, opens, slots, idle, once
        self._finished, self._say = finished, say
        self._crew: Crew | None = None
        self._hand_of: tuple[Path, str] | None = None
        self._served: Path | None = None
        self._done, self._over = 0, ""
        self._alone_since = time.monotonic()

    def work(self) -> int:
        """See `work`."""
        told = False
        try:
            while True:
                found = newest_in(self._folder)
                if found is not None and found[1].name != self._over:
                    self._check(found[1])
                    self._serve(*found)
                    told = False
                    if self._once:
                        return self._done
                elif self._finished(self._served or self._folder):
                    self._say(f"the search is done; tasks done here: {self._done}")
                    return self._done
                elif self._alone_too_long():
                    self._say(f"no driver was heard of for {self._idle:g} s; tasks done here: {self._done}")
                    return self._done
                else:
                    if not told:
                        self._say(f"waiting for a driver in {self._folder}: `protokit tune` with workers: folder")
                        told = True
                    time.sleep(_SLOWEST)
        finally:
            self._drop()

    def _check(self, session: Session) -> None:
        """Hold that driver and worker are one version: the same task would mean something else to another."""
        own = version("protokit")
        if session.protokit != own:
            rule = f"the driver in {self._folder} is protokit {session.protokit}, and this is {own}"
            raise WorkerError(rule, cure=f"pip install 'protokit=={session.protokit}' here, or {own} there")

    def _alone_too_long(self) -> bool:
        return self._idle is not None and time.monotonic() - self._alone_since >= self._idle

    def _serve(self, home: Path, session: Session) -> None:
        """Do what one session's driver asks, until it ends; as a new worker where this one was given up."""
        self._served = home
        if self._hand_of != (home, session.key):
            self._drop()
            self._hand_of = (home, session.key)
        while True:
            try:
                visit = _Visit(session, home, self._slots)
            except FileNotFoundError:
                return
            self._say(f"working for the driver of {home}, as {visit.name}")
            try:
                gone = self._visit(visit, home, session)
            except FileNotFoundError:  # a newer session has taken this one's files away
                self._drop(visit.running)
                return
            except BaseException as error:
                visit.leave(error)
                raise
            if not gone:
                return
            self._say("the driver had given this worker up: what it was doing is dropped, and it comes anew")

    def _visit(self, visit: _Visit, home: Path, session: Session) -> bool:
        """Pass tasks and events between the driver and the crew; True where the driver has given this worker up."""
        crew = self._crew = self._crew or self._opens(home)
        running, reported = visit.running, visit.reported
        delay, looked = _QUICKEST, time.monotonic()
        while True:
            visit.beat()
            moved = False
            for message in visit.ears.take():
                moved = True
                if message.get("say") == "gone":
                    self._drop(running)
                    return True
                self._obey(crew, message, visit)
            event = crew.wait(delay) if running else None
            while event is not None:
                moved = True
                visit.tell(event)
                if event.kind == "report":
                    reported.add(event.task)
                elif event.kind != "began":
                    running.discard(event.task)
                    self._done += event.kind == "done"
                event = crew.wait(0)
            if time.monotonic() - looked > _SESSIONS:
                looked = time.monotonic()
                if self._has_ended(visit, home, session):
                    self._over = session.name
                    self._drop(running)
                    return False
            delay = _QUICKEST if moved else min(delay * 1.3, _SLOWEST_ANSWER if reported else _SLOWEST)
            if not running and not moved:
                time.sleep(delay)

    def _obey(self, crew: Crew, message: Plain, visit: _Visit) -> None:
        if "task" in message:
            number = cast(int, message["number"])
            visit.running.add(number)
            crew.submit(number, cast(Plain, message["task"]), seconds=cast("float | None", message.get("seconds")))
        elif "answer" in message:
            number = cast(int, message["answer"])
            visit.reported.discard(number)
            crew.answer(number, bool(message["go_on"]))

    def _has_ended(self, visit: _Visit, home: Path, session: Session) -> bool:
        """Whether the session is over: its driver said so, another one began, or none is waited for any more."""
        ended = any(message.get("say") == "end" for message in visit.driver.take())
        if visit.driver.grew:
            visit.heard = self._alone_since = time.monotonic()
        quiet = time.monotonic() - visit.heard > session.patience
        if quiet and not visit.told:
            self._say("the driver is not heard of; this worker waits for it, or for one that resumes its search")
        visit.told = quiet
        newer = newest_in(self._folder)
        if ended or (newer is not None and newer[1].name != session.name):
            self._alone_since = time.monotonic()
            return True
        return quiet and (self._finished(home) or self._alone_too_long())

    def _drop(self, running: set[int] | None = None) -> None:
        """Leave what is being done. Processes that do nothing are kept, where `running` says that they do."""
        if self._crew is not None and (running is None or running):
            self._crew.close()
            self._crew = None


class _Visit:
    """The files of one worker in one session."""

    def __init__(self, session: Session, home: Path, slots: int) -> None:
        folder = session.folder(home)
        self.name = worker_name()
        Writer(folder / f"{self.name}{IN}")  # is there before it is waited for
        self.ears, self.driver = Reader(folder / f"{self.name}{IN}"), Reader(folder / "driver.jsonl")
        self.heard, self.told = time.monotonic(), False
        self.running, self.reported = set[int](), set[int]()  # the tasks that it has; those that wait for an answer
        self._mouth = Writer(folder / f"{self.name}{OUT}")
        self._mouth.put({"say": "hello", "protokit": version("protokit"), "slots": slots})
        self._between, self._beaten, self._beats = session.beat, time.monotonic(), 0

    def beat(self) -> None:
        """Be heard of."""
        if time.monotonic() - self._beaten >= self._between:
            self._beaten, self._beats = time.monotonic(), self._beats + 1
            self._mouth.put({"beat": self._beats})

    def tell(self, event: Event) -> None:
        """Pass on what the crew says of a task."""
        said: dict[str, object] = {"say": event.kind, "number": event.task, "worker": f"{self.name} {event.worker}"}
        if event.kind == "report":
            said |= {"step": event.step, "value": event.value}
        elif event.kind == "done":
            said["result"] = event.result
        elif event.reason:
            said["reason"] = event.reason
        self._mouth.put(cast(Plain, finite(said)))

    def leave(self, error: BaseException) -> None:
        """Say that this worker is no more, so that its tasks need not wait until it is given up."""
        told = "was told to end" if isinstance(error, (Told, KeyboardInterrupt, SystemExit)) else ""
        words = str(error) if isinstance(error, ProtokitError) else f"{type(error).__name__}: {error}"
        with suppress(OSError, ProtokitError):
            self._mouth.put({"say": "leaving", "reason": told or f"left: {words}"})


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Make an end of what `scancel`, a preemption or `kill` asks for, and so have it said to the driver."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise Told

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
