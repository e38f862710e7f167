"""The contract of a crew of workers."""

from __future__ import annotations

import math
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias, cast

from protokit.testing.contract import contract
from protokit.testing.workers.dummy import alive
from protokit.workers.crew import Crew, Event

Opens: TypeAlias = "Callable[[int], Crew]"
_SOON = 60.0  # seconds in which each event is there, on the slowest machine
_BIG = 2_000_000


def check_crew(opens: Opens, *, dies: bool = True) -> None:
    """Whether a crew keeps its contract; `opens` gives one of so many workers, with a `Dummy` as the hand of each.

    `dies` says whether its workers are processes of their own on this machine, which can be killed.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    for check in CHECKS:
        check(opens)
    for check in CHECKS_OF_PROCESSES if dies else ():
        check(opens)


@contract
def check_order(opens: Opens) -> None:
    """Tasks are begun in the order in which they came, and each begins before it ends."""
    with _open(opens, 1) as crew:
        assert crew.wait() is None and crew.wait(0.05) is None, "`wait` waits where there is nothing to wait for"
        for number in (5, 3, 8, 1):
            crew.submit(number, {"say": f"task {number}"})
        events = _until_idle(crew)
        kinds = [(event.kind, event.task) for event in events]
        wanted = [(kind, number) for number in (5, 3, 8, 1) for kind in ("began", "done")]
        assert kinds == wanted, f"the events are {kinds}"
        assert all(event.worker for event in events), "an event does not say whose it is"
        said = [event.result.get("say") for event in events if event.kind == "done"]
        assert said == ["task 5", "task 3", "task 8", "task 1"], f"the results are {said}"
        assert events[-1].result["done"] == 4, "the hand is not kept from task to task"


@contract
def check_report(opens: Opens) -> None:
    """A task that reports waits for its answer, while others go on; it goes on or not as it was told."""
    with _open(opens, 1) as crew:
        crew.submit(0, {"steps": 3, "say": "a"})
        crew.submit(1, {"steps": 1, "nan": True})
        assert _next(crew).kind == "began"
        for step in (1, 2):
            event = _next(crew)
            assert (event.kind, event.step, event.value) == ("report", step, step / 10), f"step {step} is {event}"
            early = crew.wait(0.15)
            assert early is None, f"a task that has reported goes on before it is answered: {early}"
            crew.answer(0, step == 1)
        done = _next(crew)
        assert done.kind == "done" and done.result["steps"] == 2, f"a task that was told to end gives {done}"
        assert _next(crew).kind == "began"
        assert math.isnan(_next(crew).value), "a value that is not a number is reported as one"
        crew.answer(1, True)
        crew.answer(77, True)  # of a task that nobody knows: nothing
        assert _next(crew).kind == "done"


@contract
def check_failure(opens: Opens) -> None:
    """A hand that raises fails its task, with the sentence of its error, and goes on with the next one."""
    with _open(opens, 1) as crew:
        crew.submit(0, {"fail": "no such value"})
        crew.submit(1, {"odd": "set"})
        crew.submit(2, {"say": "after"})
        events = {(event.kind, event.task): event for event in _until_idle(crew)}
        assert events[("failed", 0)].reason == "ValueError: no such value", f"{events[('failed', 0)]}"
        assert "set" in events[("failed", 1)].reason, "a result that JSON has no word for is no failure"
        assert events[("done", 2)].result["say"] == "after"


@contract
def check_results(opens: Opens) -> None:
    """Results arrive whole, as JSON keeps them; numbers that are not finite as None."""
    with _open(opens, 1) as crew:
        text = "größer " * (_BIG // 7)
        crew.submit(0, {"say": text, "size": _BIG})
        crew.submit(1, {"odd": "tuple"})
        events = [event for event in _until_idle(crew) if event.kind != "began"]
        assert [event.kind for event in events] == ["done", "done"], f"{[event.reason for event in events]}"
        assert events[0].result["say"] == text and len(str(events[0].result["big"])) == _BIG, "a long result was cut"
        assert events[1].result["odd"] == [None, [1, 2]], f"(nan, (1, 2)) arrives as {events[1].result['odd']}"


@contract
def check_many(opens: Opens) -> None:
    """A hundred tasks of two workers: each is done once, by one of them."""
    with _open(opens, 2) as crew:
        try:
            crew.submit(0, {"sleep": 0.05})
            crew.submit(0, {})
        except ValueError:
            pass
        else:
            raise AssertionError("a task of a number that waits already is taken")
        for number in range(1, 100):
            crew.submit(number, {"say": number, "steps": number % 3})
        events = _until_idle(crew)
        done = sorted(event.task for event in events if event.kind == "done")
        assert done == list(range(100)), f"done were {done}"
        assert sum(event.kind == "began" for event in events) == 100, "a task began twice"


@contract
def check_kill(opens: Opens) -> None:
    """The task of a worker that is killed is lost, said why; another worker comes in its place."""
    with _open(opens, 1) as crew:
        crew.submit(0, {"die": True, "print": "last words"})
        crew.submit(1, {"say": "after"})
        events = _until_idle(crew)
        kinds = [(event.kind, event.task) for event in events]
        assert kinds == [("began", 0), ("lost", 0), ("began", 1), ("done", 1)], f"the events are {kinds}"
        assert events[1].reason, "it is not said why a task is lost"
        assert events[1].worker != events[3].worker, "the worker that was killed has done the next task"


@contract
def check_time(opens: Opens) -> None:
    """A task over its time fails, said why; what waits for an answer spends no time."""
    with _open(opens, 1) as crew:
        crew.submit(0, {"sleep": 100.0}, seconds=0.3)
        crew.submit(1, {"steps": 1}, seconds=1.0)
        assert _next(crew).kind == "began"
        failed = _next(crew)
        assert failed.kind == "failed" and "0.3 s" in failed.reason, f"a task over its time is {failed}"
        assert [_next(crew).kind, _next(crew).kind] == ["began", "report"]
        assert crew.wait(1.5) is None, "the time of a task goes on while it waits for its answer"
        crew.answer(1, True)
        assert _next(crew).kind == "done"


@contract
def check_close(opens: Opens) -> None:
    """A crew that is closed while it works leaves no process behind."""
    with _open(opens, 1) as crew:
        crew.submit(0, {})
        pid = cast(int, _until_idle(crew)[-1].result["pid"])
        crew.submit(1, {"sleep": 100.0})
        crew.submit(2, {})
        assert _next(crew).kind == "began"
        crew.close()
    end = time.monotonic() + 10
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pid), "a worker lives on after its crew was closed"


@contract
def check_kills(opens: Opens) -> None:
    """Workers that are killed at any moment: no task is lost for good, and none is done twice."""
    killed_at_random(opens, kills=5, tasks=20, seed=0)


CHECKS = (check_order, check_report, check_failure, check_results, check_many)
CHECKS_OF_PROCESSES = (check_kill, check_time, check_close, check_kills)


def killed_at_random(opens: Opens, *, kills: int, tasks: int, seed: int, size: int = 2, apart: float = 0.2) -> int:
    """Do tasks while workers are killed, about so many seconds apart, and give lost ones again; how many were lost.

    Raises:
        AssertionError: a task was not done exactly once, or runs for ever.
    """
    draw = random.Random(seed)
    pids: dict[str, int] = {}
    done: list[int] = []
    lost = killed = 0
    given = {number: {"steps": 3, "sleep": 0.03, "between": 0.02, "say": number} for number in range(tasks)}
    with _open(opens, size) as crew:
        for number, task in given.items():
            crew.submit(number, task)
        due = time.monotonic() + draw.uniform(0, 2 * apart)
        further = tasks
        quiet = time.monotonic()
        while len(done) < len(given):
            event = crew.wait(0.01)
            if event is None:
                assert time.monotonic() - quiet < 2 * _SOON, f"{len(given) - len(done)} tasks run for ever"
            else:
                quiet = time.monotonic()
            if event is not None and event.kind == "report":
                crew.answer(event.task, True)
            elif event is not None and event.kind == "done":
                done.append(event.task)
                pids[event.worker] = cast(int, event.result["pid"])
                if killed < kills:  # there is work as long as there is somebody to kill
                    given[further] = {**given[0], "say": further}
                    crew.submit(further, given[further])
                    further += 1
            elif event is not None and event.kind == "lost":
                lost += 1
                crew.submit(event.task, given[event.task])
            elif event is not None and event.kind == "failed":
                raise AssertionError(f"task {event.task} failed: {event.reason}")
            living = [pid for pid in pids.values() if alive(pid)]
            if killed < kills and living and time.monotonic() >= due:
                with suppress(ProcessLookupError):
                    os.kill(draw.choice(living), signal.SIGKILL)
                    killed += 1
                due = time.monotonic() + draw.uniform(0, 2 * apart)
    assert sorted(done) == sorted(given), f"{len(done)} tasks were done of {len(given)}"
    return lost


@contextmanager
def _open(opens: Opens, size: int) -> Iterator[Crew]:
    crew = opens(size)
    try:
        yield crew
    finally:
        crew.close()
        crew.close()  # twice does no harm


def _next(crew: Crew) -> Event:
    end = time.monotonic() + _SOON
    while time.monotonic() < end:
        event = crew.wait(end - time.monotonic())
        if event is not None:
            return event
        time.sleep(0.01)
    raise AssertionError(f"no event came in {_SOON:g} s")


def _until_idle(crew: Crew) -> list[Event]:
    """All events until no task waits or runs; each report is answered with yes."""
    found: list[Event] = []
    while (event := crew.wait(_SOON)) is not None:
        found.append(event)
        if event.kind == "report":
            crew.answer(event.task, True)
    return found
