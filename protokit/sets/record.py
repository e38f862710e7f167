"""The folder of an experiment on several sets: found, made, and what its end writes: `sets.json`, the last file."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from protokit.core.errors import DataError
from protokit.core.files import write_json, write_text
from protokit.core.plain import PlainInterval
from protokit.recipe.recipe import Recipe
from protokit.sets.member import Member
from protokit.workflow.cache.entries import key_of
from protokit.workflow.record.folder import environment, written

LAST = "sets.json"


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


@dataclass(frozen=True)
class SetsFolder:
    """The experiment's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def of(cls, out: Path, recipe: Recipe, members: Sequence[Member], *, resume: bool) -> SetsFolder:
        """A new folder; with `resume` that of the last experiment of the same recipe and data, where there is one."""
        key = key_of("sets", recipe.as_plain(), {m.name: sorted(m.prepared.table.origin.items()) for m in members})
        for path in sorted((out / recipe.name).glob("sets-*/environment.json"), reverse=True) if resume else ():
            try:
                if json.loads(path.read_text(encoding="utf-8")).get("key") == key:
                    return cls(path.parent, key)
            except (OSError, ValueError, AttributeError):
                continue
        while True:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            path = out / recipe.name / f"sets-{stamp}-{key[:4]}{secrets.token_hex(2)}"
            if not path.exists():
                break
        write_text(path / "recipe.yaml", written(recipe))
        place = os.path.relpath(recipe.folder.resolve(), path.resolve())
        inputs = {name: digest for member in members for name, digest in member.prepared.table.origin.items()}
        made_of = {"key": key, "name": recipe.name, "inputs": inputs, "folder": Path(place).as_posix()}
        write_json(path / "environment.json", {**environment(), **made_of})
        return cls(path, key)


def sets_folder(path: Path) -> Path:
    """The folder of a finished experiment: `path` itself, or, of `runs/NAME`, the newest in it.

    Raises:
        DataError: there is none.
    """
    if (path / LAST).is_file():
        return path
    found = sorted(path.glob(f"sets-*/{LAST}"))
    if not found:
        rule = "not the folder of a finished experiment on several sets"
        raise DataError(rule, place=str(path), cure="give runs/NAME, or the folder sets-TIME-HASH in it")
    return found[-1].parent


def read_sets(path: Path) -> PlainSets:
    """What `sets.json` of a folder holds.

    Raises:
        DataError: it cannot be read.
    """
    try:
        found: PlainSets = json.loads((path / LAST).read_text(encoding="utf-8"))
        if not isinstance(found, Mapping) or not {"sets", "ways", "cells"} <= {*found}:
            raise ValueError("it has no cells")
        return found
    except (OSError, ValueError) as error:
        raise DataError(f"{LAST} cannot be read: {error}", place=str(path), cure="run the recipe again") from None
