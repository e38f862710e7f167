"""A crew of one: the hand works in a thread of this process, and the driver waits meanwhile."""

from __future__ import annotations

import contextvars
import time
from queue import Empty, Queue
from threading import Thread
from typing import cast

from protokit.workers.crew import THREAD, Dropped, Event, Hand, MakeHand, Plain
from protokit.workers.doing import outcome

NAME = "this process"


class InProcess:
    """Does one task after the other, in the order in which they came; nothing runs while an event is looked at.

    What kills the hand kills the driver with it, and a task's time is held only where it reports: `workers: 2` has
    processes of their own.
    """

    def __init__(self, make: MakeHand) -> None:
        self._make = make
        self._tasks: Queue[tuple[int, Plain, float | None] | None] = Queue()
        self._events: Queue[Event | BaseException] = Queue()
        self._answers: Queue[bool | None] = Queue()
        self._closed = False
        self._open: set[int] = set()  # the tasks whose end was not told yet
        # who named what the hand opens is known in this thread, and handed on
        self._thread = Thread(target=contextvars.copy_context().run, args=(self._work,), name=THREAD, daemon=True)
        self._begun = False

    @property
    def size(self) -> int:
        """See Crew."""
        return 1

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        """See Crew."""
        if number in self._open:
            raise ValueError(f"task {number} waits or runs already")
        self._open.add(number)
        self._tasks.put((number, task, seconds))
        if not self._begun:
            self._begun = True
            self._thread.start()

    def wait(self, seconds: float | None = None) -> Event | None:
        """See Crew.

        Raises:
            ProtokitError: no hand can be made.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while self._open:
            left = 1.0 if until is None else max(0.0, min(1.0, until - time.monotonic()))
            try:
                found = self._events.get(timeout=left)  # short waits: Ctrl-C comes between them
            except Empty:
                if until is not None and time.monotonic() >= until:
                    return None
                continue
            if isinstance(found, BaseException):
                raise found
            if found.kind in {"done", "failed"}:
                self._open.discard(found.task)
            return found
        return None

    def answer(self, number: int, go_on: bool) -> None:
        """See Crew."""
        if number in self._open:
            self._answers.put(go_on)

    def close(self) -> None:
        """See Crew: a task that runs ends where it reports next."""
        self._closed = True
        self._tasks.put(None)
        self._answers.put(None)

    def _work(self) -> None:
        try:
            hand = self._make()
        except BaseException as error:  # raised where the driver waits
            self._events.put(error)
            return
        while (given := self._tasks.get()) is not None and not self._closed:
            number, task, seconds = given
            self._events.put(Event("began", number, NAME))
            try:
                self._events.put(self._done(hand, number, task, seconds))
            except _Over:
                if self._closed:
                    return
                self._events.put(
                    Event("failed", number, NAME, reason=f"it took longer than its {seconds:g} s, and was stopped")
                )

    def _done(self, hand: Hand, number: int, task: Plain, seconds: float | None) -> Event:
        began = time.monotonic()

        def report(step: int, value: float) -> bool:
            if self._closed or (seconds is not None and time.monotonic() - began > seconds):
                raise _Over
            self._events.put(Event("report", number, NAME, step, float(value)))
            go_on = self._answers.get()
            if go_on is None:
                raise _Over
            return go_on

        came = outcome(hand, task, report)  # a trial that crashes is no end of the search
        if came["say"] == "done":
            return Event("done", number, NAME, result=cast(Plain, came["result"]))
        return Event("failed", number, NAME, reason=str(came["reason"]))


class _Over(Dropped):
    """The task's time is over, or the crew is closed; no hand takes it for a fault of its own."""
