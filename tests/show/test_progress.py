from __future__ import annotations

import re
import threading
import time
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from protokit.show import notebook
from protokit.show.pace import Pace, Stages, duration, small_curve, sparkline, thin
from protokit.show.terminal import Terminal


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_is_the_median_epoch_times_those_to_come() -> None:
    clock = Clock()
    pace = Pace(clock)
    for epoch in range(1, 11):
        clock.now += 30.0 if epoch == 5 else 2.0  # one epoch was held up
        pace.epoch(epoch, 100, 1 / epoch, 1.1 / epoch)
        assert (pace.left is None) == (epoch <= 3)
    assert pace.left == pytest.approx(2.0 * 90)
    assert pace.text == "loss 0.1  validation 0.11  at most 3 min left"


def test_reports_that_come_at_once_are_one_measure() -> None:
    clock = Clock()
    pace = Pace(clock)
    for epoch in range(1, 101):
        clock.now += 1.0 if epoch % 10 == 0 else 0.0
        pace.epoch(epoch, 200, 1.0, 1.0)
    assert pace.left == pytest.approx(0.1 * 100)


def test_another_network_starts_its_own_course_and_keeps_the_pace() -> None:
    clock = Clock()
    pace = Pace(clock)
    for label in ("network 1 of 2", "network 2 of 2"):
        for epoch in (1, 2, 3):
            clock.now += 1
            pace.epoch(epoch, 3, 1.0, 2.0, label)
    assert pace.losses == [1.0] * 3 and pace.left == 0 and pace.text.startswith("network 2 of 2: loss 1")
    pace.epoch(1, 3, 5.0, 5.0, "network 2 of 2")  # it was set back
    assert pace.losses == [5.0]


def test_small_pictures_of_any_losses() -> None:
    assert sparkline([1.0, float("nan"), 0.0]) == "█▁" and sparkline([float("inf")]) == "" and sparkline([]) == ""
    assert len(sparkline([float(i) for i in range(500)], 20)) == 20 and thin([1, 2, 3, 4, 5], 2)[-1] == 5
    curve = small_curve([3.0, 2.0, 1.0], [3.0, float("nan"), 2.0])
    assert curve.count("<polyline") == 2 and "nan" not in curve and small_curve([1.0], [1.0]) == ""
    xs = [float(x) for x in re.findall(r"([\d.]+),", curve)]
    assert min(xs) >= 0 and max(xs) <= 300
    assert duration(3600 * 2) == "2 h 0 min"


def test_each_stage_has_its_time_and_the_current_one_the_time_so_far() -> None:
    clock = Clock()
    stages = Stages(clock)
    assert stages.text == stages.before == ""
    for i, name in enumerate(("collecting", "auditing the data", "training")):
        stages.step(name)
        clock.now += 0.5 + 60 * i
    assert stages.before == "collecting 0.5 s · auditing the data 1 min 0 s" and stages.text == "training 2 min 0 s"
    clock.now += 12
    assert stages.text == "training 2 min 12 s"
    for _ in range(9):
        stages.step("trying")
    assert stages.before.startswith("… · ") and stages.before.count("·") == 6


class Handle:
    """What a notebook shows, picture by picture."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, found: Any) -> None:
        self.shown.append(found.data)


def test_a_notebook_goes_on_telling_the_time_while_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    handle = Handle()
    monkeypatch.setattr(notebook, "display", lambda *_, **__: handle)
    monkeypatch.setattr(notebook, "_TICK", 0.01)
    monkeypatch.setattr(notebook, "_BETWEEN", 0.0)
    with notebook.Notebook() as shown:
        shown.step("collecting <b>")
        shown.step("training")
        while len(handle.shown) < 8:  # as long as a network is compiled
            time.sleep(0.01)
        shown.epoch(3, 9, 0.5, 0.6)
        running = handle.shown[-1]
        shown.step("evaluating")
        over = handle.shown[-1]
    assert "collecting &lt;b&gt; 0." in handle.shown[2] and ">training 0." not in handle.shown[0]
    assert "epoch 3/9" in running and "loss 0.5" in running and "training 0." in running
    assert "evaluating 0.0 s" in over and "epoch" not in over and "· training 0." in over
    assert handle.shown[-1] == ""
    assert not any(thread.name == "protokit-progress" for thread in threading.enumerate())


def test_a_terminal_shows_the_epoch_the_losses_and_their_course() -> None:
    out = StringIO()
    with Terminal(Console(file=out, force_terminal=True, width=140)) as shown:
        shown.step("collecting [bold]")
        shown.step("training")
        shown.epoch(1, 9, 0.5, 0.6)
        shown.epoch(9, 9, 0.25, 0.3)
    text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", out.getvalue())
    assert "epoch 9/9  loss 0.25  validation 0.3" in text and "█▁" in text
    assert "collecting [bold] 0.0 s" in text and "training 0.0 s" in text
