"""A search while it goes on: in a terminal, in a notebook, in lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from protokit.search.look.course import Asked, Course
from protokit.search.look.live import InLines, InTerminal, watching
from protokit.search.table import Final, Trial
from tests.search.made import search, slots, trials


class Clock:
    now = 1.7e9

    def __call__(self) -> float:
        return self.now


@dataclass
class Known:
    """What the driver knows."""

    trials: dict[int, Trial] = field(default_factory=dict)
    finals: dict[tuple[int, int], Final] = field(default_factory=dict)
    seconds: float = 0.0


def asked(**changes: Any) -> Asked:
    return replace(Asked("flights", slots(6), "roc_auc", True, trials=20, finals=18), **changes)


def known(count: int, *, running: int = 1) -> Known:
    found = trials(slots(6), count, greater=True, running=running)
    return Known({one.number: one for one in found}, {}, 2.0 * count)


def test_the_card_says_best_running_left_and_what_it_waits_for() -> None:
    clock = Clock()
    course = Course(asked(), clock)
    assert course.left(known(1)) is None
    clock.now += 30
    state = known(11)
    text = course.card(state).text()
    assert "10 of 20 trials over" in text and "left (an estimate)" in text
    assert "best so far: trial" in text and "the defaults have" in text
    assert " best " in text and " running " in text and "learning_rate" in text
    assert "waits for 1 trial to end" in text and "pruned" in text


def test_time_left_is_of_the_pace_and_of_the_trainings_at_the_end() -> None:
    clock = Clock()
    course = Course(asked(finals=0), clock)
    course.left(known(1, running=0))
    clock.now += 18
    assert course.left(known(10, running=0)) == pytest.approx(20.0)  # 9 in 18 s, 10 to come
    limited = Course(asked(finals=0, limit=25.0), clock)
    limited.left(known(1, running=0))
    clock.now += 18
    assert limited.left(known(10, running=0)) == pytest.approx(5.0)  # 20 s are gone of 25
    ending = Course(asked(trials=10), clock)
    ending.left(known(1, running=0))
    clock.now += 18
    assert ending.left(known(10, running=0)) == pytest.approx(18 * 0.9)
    resumed = Course(asked(finals=0), clock)
    assert resumed.left(known(10, running=0)) is None, "what another driver did says nothing of this one's pace"


def test_nothing_yet_and_finalists() -> None:
    course = Course(asked())
    course.step = "unused"  # type: ignore[attr-defined]
    course.doing = "waits for workers in runs/x"
    text = course.card(Known()).text()
    assert "no trial has a value yet" in text and "now: waits for workers in runs/x" in text
    state = known(20, running=0)
    state.finals = {(3, 1): Final(0, 3, 1, 7, "complete", -0.6), (3, 2): Final(0, 3, 2, 8, "running")}
    assert "training the finalists again on other rows, 1 of 18 done" in course.card(state).text()
    odd = Known({0: Trial(0, {"a\x1b[31m": "b"}, "complete", float("nan"))})
    assert "\x1b" not in course.card(odd).text()


def test_a_terminal_draws_it_and_clears_it() -> None:
    out = StringIO()
    console = Console(file=out, force_terminal=True, width=120)
    with InTerminal(Course(asked()), console) as shown:
        shown.step("training")
        shown(known(12))
        shown(known(13))  # too soon after the last picture
    text = out.getvalue()
    assert "11 of 20 trials over" in text and "12 of 20" not in text
    assert "\x1b[2K" in text, "it goes"


def test_lines_for_a_log_each_trial_once() -> None:
    out = StringIO()
    with InLines(Course(asked()), out) as shown:
        shown.step("collecting")
        for count in (2, 5, 5, 9):
            shown(known(count))
        state = known(9)
        state.finals = {(3, 1): Final(0, 3, 1, 7, "complete", -0.61)}
        shown(state)
        shown(state)
    lines = out.getvalue().splitlines()
    assert lines[0] == "collecting" and len(lines) == 10, lines
    assert lines[1].split()[1:4] == ["trial", "0", "complete"]
    assert any("best so far" in line for line in lines) and lines[-1] == "finalist trial 3, split 1: roc_auc 0.6100"
    assert any("pruned" in line and "behind the others" in line for line in lines)


def test_trials_of_an_earlier_driver_are_not_told_again() -> None:
    out = StringIO()
    shown = InLines(Course(asked()), out)
    shown(known(12))
    assert out.getvalue() == ""
    shown(known(13))
    assert len(out.getvalue().splitlines()) == 1


def test_where_it_runs_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(watching(asked()), InLines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert isinstance(watching(asked()), InTerminal)


def test_a_notebook_has_one_display_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    from protokit.search.look import live_notebook

    class Handle:
        shown: list[str] = []  # noqa: RUF012

        def update(self, what: Any) -> None:
            self.shown.append(what.data)

    monkeypatch.setattr(live_notebook, "display", lambda *_, **__: Handle())
    with live_notebook.InNotebook(Course(asked())) as shown:
        shown.step("training")
        shown(known(12))
    assert len(Handle.shown) == 2 and "best so far" in Handle.shown[0] and Handle.shown[1] == ""
    assert search(5).trials  # the made search is one
