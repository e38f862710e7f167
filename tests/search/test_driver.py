from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from protokit.core.errors import DataError, TrainingError
from protokit.recipe.search import Search
from protokit.search.driver import Driver, Training, _key, _number, final_split
from protokit.search.log import LOG, open_log
from protokit.search.state import State
from protokit.workers.crew import Event
from protokit.workers.in_process import InProcess


class Killed(BaseException):
    """The driver dies here."""


class Dying:
    """A crew of one whose driver dies after so many of its steps."""

    def __init__(self, crew: InProcess, steps: int) -> None:
        self._crew, self._left, self.size = crew, steps, 1

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed

    def submit(self, *arguments: Any, **further: Any) -> None:
        self._step()
        self._crew.submit(*arguments, **further)

    def wait(self, seconds: float | None = None) -> Event | None:
        self._step()
        return self._crew.wait(seconds)

    def answer(self, number: int, go_on: bool) -> None:
        self._step()
        self._crew.answer(number, go_on)

    def close(self) -> None:
        self._crew.close()


def finals(toy: Any, crew: Any) -> State:
    with open_log(toy.folder) as log:
        log.append("resume", at=0.0)
        best = [one for one in log.state.complete if one.number][:2]
        wanted = [
            Training(entry, one.number, one.values, *final_split(number, 3))
            for number in (0, 1)
            for entry, one in enumerate([log.state.trials[0], *best])
        ]
        try:
            Driver(log, crew, toy.space, toy.wanted(), folder=toy.folder).finals(wanted)
        finally:
            crew.close()
        return log.state


def outcome(state: State) -> object:
    """All of a search that does not hang on the clock."""
    trials = {n: (t.values, t.state, t.value, t.reports, t.result, t.reason) for n, t in sorted(state.trials.items())}
    ends = {key: (one.entry, one.seed, one.state, one.value) for key, one in sorted(state.finals.items())}
    return trials, state.rounds, state.answers, ends


def test_a_search_ends_and_keeps_all_it_heard(toy: Any) -> None:
    state = toy.search()
    assert len(state.trials) == 12 and [len(one) for one in state.rounds] == [5, 5, 2]
    assert {one.state for one in state.trials.values()} == {"complete", "pruned"}
    assert state.trials[0].values == toy.space.defaults and state.trials[0].state == "complete"
    pruned = [one for one in state.trials.values() if one.state == "pruned"]
    assert all(one.value == one.reports[-1][1] and "behind the others after epoch" in one.reason for one in pruned)
    units = [state.trials[number].values["layers"] for number in state.rounds[1]]
    assert units == sorted(units, key=repr)  # those of one form one after the other
    assert not list((toy.folder).glob("snapshots/*"))


def test_a_finished_search_is_extended_by_more_trials(toy: Any) -> None:
    short = toy.search(trials=5)
    assert len(short.trials) == 5
    trained = len(toy.hand.done)
    longer = toy.search(trials=10)
    assert len(longer.trials) == 10 and len(toy.hand.done) == trained + 5
    assert all(longer.trials[n] == one for n, one in short.trials.items())


@pytest.fixture(scope="module")
def unbroken() -> dict[str, object]:
    return {}


@settings(max_examples=25)
@given(deaths=st.lists(st.integers(0, 40), max_size=4), cut=st.integers(0, 200))
def test_whatever_dies_whenever_the_end_is_the_same(deaths: list[int], cut: int) -> None:
    """The driver dies at any of its steps, and what it wrote last is lost in part."""
    from importlib import util

    spec = util.spec_from_file_location("toys", Path(__file__).with_name("conftest.py"))
    assert spec and spec.loader
    toys = util.module_from_spec(spec)
    import sys

    sys.modules["toys"] = toys
    spec.loader.exec_module(toys)
    with TemporaryDirectory() as folder:
        whole, broken = toys.Toy(Path(folder) / "a"), toys.Toy(Path(folder) / "b")
        whole.search(sampler="tpe")
        expected = outcome(finals(whole, InProcess(lambda: whole.hand)))
        for number, steps in enumerate(deaths):
            make: Callable[[], Any] = lambda: broken.hand  # noqa: E731
            try:
                broken.search(crew=Dying(InProcess(make), steps), sampler="tpe")
                finals(broken, Dying(InProcess(make), steps))
            except Killed:
                pass
            path = broken.folder / LOG
            if number == 0 and path.stat().st_size > cut + 200:
                path.write_bytes(path.read_bytes()[:-cut] if cut else path.read_bytes())
        broken.search(sampler="tpe")
        assert outcome(finals(broken, InProcess(lambda: broken.hand))) == expected


def test_a_trial_that_crashes_or_gives_nan_is_failed_with_its_reason(toy: Any) -> None:
    toy.hand.fault = lambda task: {2: "crash", 5: "nan"}.get(task["trial"], "")
    state = toy.search(pruner=None, rungs=())
    assert [state.trials[n].state for n in (2, 5)] == ["failed", "failed"]
    assert state.trials[2].reason == "ValueError: no such layer"
    assert state.trials[5].reason == "its value is no finite number" and state.trials[5].value is None
    assert len(state.complete) == 10


def test_a_search_of_which_nothing_comes_stops_early(toy: Any) -> None:
    toy.hand.fault = lambda task: "crash"
    with pytest.raises(TrainingError, match=r"all of the first 5 trials failed; the last one: ValueError"):
        toy.search()
    assert len(toy.hand.done) == 5


class Crowd:
    """Several workers without a process: each step one of them, in turn, does what the hand says or dies."""

    def __init__(self, hand: Any, size: int, deaths: dict[int, int]) -> None:
        self.hand, self.size, self.deaths = hand, size, deaths
        self.waiting: list[tuple[int, Any]] = []
        self.most = 0

    def submit(self, number: int, task: Any, *, seconds: float | None = None) -> None:
        self.waiting.append((number, task))
        self.most = max(self.most, len(self.waiting))

    def wait(self, seconds: float | None = None) -> Event | None:
        number, task = self.waiting.pop(0)
        if self.deaths.get(number, 0):
            self.deaths[number] -= 1
            return Event("lost", number, "w", reason="killed by signal 9")
        return Event("done", number, "w", result=self.hand.do(task, lambda step, value: True))

    def answer(self, number: int, go_on: bool) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_trial_whose_worker_died_is_given_again_and_failed_in_the_end(toy: Any) -> None:
    state = toy.search(crew=Crowd(toy.hand, 1, {1: 2, 3: 99}))
    assert state.trials[1].state == "complete" and state.losses == {(1, 0): 2, (3, 0): 4}
    assert state.trials[3].state == "failed"
    assert state.trials[3].reason == "its worker died each of 4 times: killed by signal 9"


def test_of_many_workers_none_waits_for_the_end_of_a_round(toy: Any) -> None:
    crowd = Crowd(toy.hand, 4, {})
    state = toy.search(crew=crowd, trials=14)
    assert crowd.most == 4 and len(state.complete) == 14
    left = [len(crowd.waiting)]
    assert left == [0] and [len(one) for one in state.rounds] == [5, 5, 4]


def test_no_trial_begins_after_the_time(toy: Any) -> None:
    now = iter(range(10_000))
    with open_log(toy.folder) as log:
        log.append("begin", version=1, at=0.0)
        crew = InProcess(lambda: toy.hand)
        driver = Driver(log, crew, toy.space, toy.wanted(limit=20.0), folder=toy.folder, clock=lambda: float(next(now)))
        driver.search()
        crew.close()
        assert driver.out_of_time and 2 < len(log.state.ended) < 12
        assert not [one for one in log.state.trials.values() if one.state == "running"]
        ended = len(log.state.ended)
    assert len(toy.search().ended) == 12 > ended


def test_a_setting_that_was_tried_has_the_result_of_then(toy: Any, make_space: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("protokit.search.choosing.sampling.MOST_LISTED", 1)  # as of a space too large to be listed
    from protokit.menu.slots import choice

    toy.space = make_space(units=choice(8, 16))
    state = toy.search(trials=6, pruner=None, rungs=(), sampler="random")
    assert len(state.ended) == 6 and len(toy.hand.done) == 2
    copies = [one for one in state.trials.values() if one.reason.startswith("same as trial ")]
    assert len(copies) == 4 and all(one.value == state.trials[int(one.reason.split()[-1])].value for one in copies)


def test_each_trial_has_rows_of_its_own_where_that_is_wanted(toy: Any) -> None:
    state = toy.search(reshuffle=True)
    assert state.trials[0].split == 0 and [state.trials[n].split for n in (1, 2)] == [2, 4]


def test_a_trial_that_goes_on_hears_what_it_heard_before(toy: Any) -> None:
    """Its snapshot may be older than its last report, and others may have reported since."""
    with open_log(toy.folder) as log:
        log.append("begin", version=1, at=0.0)
        drawn = [
            {"trial": n, "values": {"layers": 1, "units": 8 + n, "rate": 0.01}, "split": 0, "seed": 3} for n in (0, 1)
        ]
        log.append("round", round=0, trials=drawn, at=0.0)
        log.append("began", trial=1, worker="w", at=1.0)
        log.append("report", trial=1, epoch=4, value=9.0, go_on=True, at=2.0)
    state = toy.search(trials=2)
    assert state.trials[1].reports[0] == (4, 9.0) and state.answers[1, 4] is True
    lines = (toy.folder / LOG).read_text().splitlines()
    assert sum('"epoch": 4' in line and '"trial": 1' in line for line in lines) == 1


def test_a_full_disk_ends_the_driver_and_the_search_goes_on(toy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(10_000))
    own = os.fsync

    def full(handle: int) -> None:
        if next(calls) == 17:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        own(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DataError, match="No space left"):
            toy.search()
    ended = len(toy.hand.done)
    assert ended and outcome(toy.search()) == outcome(type(toy)(toy.folder.with_name("whole")).search())


def test_a_trial_that_kills_its_driver_each_time_is_given_up(toy: Any) -> None:
    with open_log(toy.folder) as log:
        log.append("begin", version=1, at=0.0)
        drawn = [
            {"trial": n, "values": {"layers": 1, "units": 8 + n, "rate": 0.01}, "split": 0, "seed": 3} for n in (0, 1)
        ]
        log.append("round", round=0, trials=drawn, at=0.0)
        for _ in range(10):
            log.append("began", trial=1, worker="w", at=1.0)
            log.append("resume", at=1.0)
    state = toy.search(trials=2)
    assert state.trials[1].state == "failed" and "died each of 10 times" in state.trials[1].reason


def test_no_two_tasks_have_one_number() -> None:
    trials, seeds = 1_000_000, 100  # the most that a recipe may ask for
    keys = [(trial, 0) for trial in (0, 1, trials - 1)]
    keys += [(trial, final_split(place, 0)[0]) for trial in (0, 1, trials - 1) for place in range(seeds)]
    numbers = [_number(key) for key in keys]
    assert len(set(numbers)) == len(keys) and [_key(number) for number in numbers] == keys
    for name, most in (("trials", trials), ("seeds", seeds)):
        with pytest.raises(ValidationError):
            Search.model_validate({name: most + 1})
