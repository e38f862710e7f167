"""A small search without a network: a space of three slots, and a hand whose work is a formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from protokit.menu.slots import Slot, choice, integer, real
from protokit.search.driver import Driver, Wanted
from protokit.search.log import open_log
from protokit.search.state import State
from protokit.workers.crew import Plain, Report
from protokit.workers.in_process import InProcess


def named(slot: Slot, name: str) -> Slot:
    return Slot(slot.kind, slot.options, slot.default, slot.step, slot.log, name)


class Space:
    """Units and a rate; dropout only where there is a second layer."""

    def __init__(self, **slots: Slot) -> None:
        slots = slots or {
            "layers": choice(1, 2),
            "units": integer(8, 64, log=True),
            "rate": real(1e-4, 1e-1, log=True),
            "dropout": real(0.0, 0.5),
        }
        self.slots = {name: named(slot, name) for name, slot in slots.items()}

    def draw(self, choose: Callable[[Slot], object]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, slot in self.slots.items():
            if name != "dropout" or found.get("layers") == 2:
                found[name] = choose(slot)
        return found

    @property
    def defaults(self) -> dict[str, object]:
        return self.draw(lambda slot: slot.default)


def score(values: Mapping[str, Any], split: int, epochs: int) -> float:
    """Best at a rate of .01 and 32 units; each split moves all settings by a little, and each setting by its own."""
    far = abs(math.log10(values.get("rate", 0.01)) + 2) + abs(math.log2(values.get("units", 32)) - 5) / 4
    own = math.sin(1e3 * far + 7 * split) / 20
    return 0.3 + far / 5 + own + values.get("dropout", 0.1) / 10 + math.sin(split) / 20 + 1 / (epochs + 1)


@dataclass
class Hand:
    """`fault` says of a task what is wrong with it: `crash`, `nan`, or nothing."""

    fault: Callable[[Plain], str] = lambda task: ""
    done: list[tuple[str, int, int]] = field(default_factory=list)

    def do(self, task: Plain, report: Report) -> Plain:
        values, split = task["values"], task["split"]
        assert isinstance(values, dict) and isinstance(split, int)
        self.done.append((str(task["purpose"]), task["trial"], split))  # type: ignore[arg-type]
        fault, epochs = self.fault(task), 40
        if fault == "crash":
            raise ValueError("no such layer")
        for rung in task["rungs"]:  # type: ignore[attr-defined]
            if not report(rung, score(values, split, rung)):
                epochs = rung
                break
        value = math.nan if fault == "nan" else score(values, split, epochs)
        return {"value": value, "loss": value, "scores": {"auc": 1 - value}, "epochs": epochs, "parameters": 8}


WANTED = Wanted(trials=12, limit=None, sampler="random", pruner="halving", rungs=(4, 12), reshuffle=False, seed=3)


@dataclass
class Toy:
    """Runs the small search in a folder."""

    folder: Path
    space: Space = field(default_factory=Space)
    hand: Hand = field(default_factory=Hand)

    def wanted(self, **other: Any) -> Wanted:
        return Wanted(**{**vars(WANTED), **other})

    def search(self, crew: Any = None, mirror: Any = None, **other: Any) -> State:
        crew = crew or InProcess(lambda: self.hand)
        with open_log(self.folder) as log:
            log.append("resume" if log.state.begin else "begin", version=1, at=0.0)
            try:
                driver = Driver(log, crew, self.space, self.wanted(**other), folder=self.folder, mirror=mirror)
                driver.search()
                self.driver = driver
            finally:
                crew.close()
            return log.state


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path / "search")


@pytest.fixture
def make_space() -> type[Space]:
    return Space


@pytest.fixture
def make_hand() -> type[Hand]:
    return Hand
