"""What an experiment on several sets writes at its end, and what reads it: `sets.json`, the last file in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from protokit.core import runs
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.plain import PlainInterval
from protokit.core.runs import LAST_OF_SETS

LAST = LAST_OF_SETS


class PlainCell(TypedDict):
    """What a way came to for a target of a set; differences are the way's score less the other's."""

    set: str
    way: str
    target: str
    metric: str
    greater_is_better: bool
    rows: int
    score: PlainInterval
    run: str
    against_own: dict[str, Any]
    against_baseline: dict[str, Any]


class PlainSteps(TypedDict):
    """A sequence: the score of each set (a column) after each step (a row), None before it was learned."""

    order: list[str]
    targets: dict[str, str]
    metrics: dict[str, str]
    scores: list[dict[str, PlainInterval]]
    forgetting: dict[str, float]
    backward_transfer: float | None


class PlainStacked(TypedDict):
    """How tables come to one network for all sets: its column of the sets, and the intake of each set's tables."""

    column: str
    intakes: dict[str, dict[str, Any]]


class PlainChange(TypedDict):
    """The score of a set that was known before, on the test rows of then: before, and now.

    `outcome` is whether it is better now beyond chance, all of an experiment together.
    """

    set: str
    way: str
    target: str
    metric: str
    greater_is_better: bool
    rows: int
    before: PlainInterval
    now: PlainInterval
    difference: PlainInterval | None
    outcome: str
    p: float | None


class PlainEarlier(TypedDict):
    """The experiment that this one goes on from: its folder, its sets, and how many rows of each set are new."""

    path: str
    sets: list[str]
    new_rows: dict[str, int]


class PlainSets(TypedDict):
    """All that `sets.json` holds."""

    name: str
    sets: list[str]
    ways: list[str]
    rows: dict[str, dict[str, int]]
    cells: list[PlainCell]
    steps: PlainSteps | None
    shared: dict[str, list[str]]
    own: dict[str, list[str]]
    notices: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    stacked: PlainStacked | None
    earlier: NotRequired[PlainEarlier]
    changes: NotRequired[list[PlainChange]]


# what is read of `sets.json`; earlier experiments have no `stacked`
_HELD: Mapping[str, type | tuple[type, ...]] = {
    "name": str, "sets": list, "ways": list, "rows": dict, "cells": list, "steps": (dict, type(None)),
    "shared": dict, "own": dict, "notices": list, "findings": list,
}  # fmt: skip
_OF_CELL = PlainCell.__required_keys__


def sets_folder(path: Path) -> Path:
    """The folder of a finished experiment: `path` itself, or, of `runs/NAME`, the newest in it.

    Raises:
        DataError: there is none.
    """
    path = access.local(path)
    if (path / LAST).is_file():
        return path
    found = sorted(path.glob(f"sets-*/{LAST}"))
    if not found:
        rule = "not the folder of a finished experiment on several sets"
        raise DataError(rule, place=str(path), cure="give runs/NAME, or the folder sets-TIME-HASH in it")
    return found[-1].parent


def is_experiment(path: Path) -> bool:
    """Whether a folder is that of a finished experiment on several sets, or `runs/NAME` of one."""
    folder = access.local(path)
    return (folder / LAST).is_file() or (not any(folder.glob(f"*/{runs.LAST}")) and any(folder.glob(f"sets-*/{LAST}")))


def is_whole(path: Path) -> bool:
    """Whether the experiment of a folder is finished, and all its runs are there."""
    try:
        return all((path / cell["run"] / runs.LAST).is_file() for cell in read_sets(path)["cells"])
    except (DataError, TypeError):
        return False


def read_sets(path: Path) -> PlainSets:
    """What `sets.json` of a folder holds.

    Raises:
        DataError: it cannot be read.
    """
    try:
        found: PlainSets = json.loads((path / LAST).read_text(encoding="utf-8"))
        if not isinstance(found, Mapping):
            raise ValueError("it holds no words")
        for word, kind in _HELD.items():
            if not isinstance(found.get(word), kind):
                raise ValueError(f"its {word!r} is missing or of another kind")
        if not found["cells"] or not all(isinstance(cell, Mapping) and {*cell} >= _OF_CELL for cell in found["cells"]):
            raise ValueError("a cell is not whole")
        return found
    except (OSError, ValueError) as error:
        raise DataError(f"{LAST} cannot be read: {error}", place=str(path), cure="run the recipe again") from None
