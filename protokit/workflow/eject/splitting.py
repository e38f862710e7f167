"""The second part of a script: which rows are for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.recipe.recipe import Recipe
from protokit.represent import words as spec
from protokit.represent.encoders.times import asked, times
from protokit.represent.split.column import NAMES
from protokit.represent.split_way import SPLITS
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.dating import form_of
from protokit.workflow.eject.script import INSTEAD, Section
from protokit.workflow.eject.texts import splits

_DEALT = """\
def dealt(parts: dict[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    \"\"\"The parts of the network `i` of several: each is judged by other rows, which it does not learn from.\"\"\"
    left, taken = parts["train"], parts["validation"]
    count = len(taken)
    for one in range(1, i + 1):
        left = parts["train"] if len(left) < max(2, 0.8 * count) else left
        share = count / len(left)
        left, taken = take(left, share, "deal", one) if share < 1 else (left[:0], left)
    known = np.concatenate([parts["train"], parts["validation"]])
    return {**parts, "train": np.sort(np.setdiff1d(known, taken)), "validation": np.sort(taken)}"""


def splitting(recipe: Recipe, target: TargetSpec, frame: pd.DataFrame) -> Section:
    """Code that gives `folds`, a list of the rows of each part, and `take`, by which rows are drawn.

    `frame` are the rows to split.

    Raises:
        SpecError: rows are split in a way that no script knows.
    """
    split = recipe.represent.split
    way = split.way or ("stratified" if target.has_classes else "random")
    if way not in {*_WAYS, "time"}:
        raise SpecError.one(f"rows that are split by {way} have no script", INSTEAD, ("represent", "split", "by"))
    lines, told = _by_time(recipe, frame) if way == "time" else _WAYS[way](split, target)
    lines += _in_folds(way, split) if split.folds is not None else _once(way, split)
    if target.has_classes and (SPLITS[way].any_row_anywhere or split.way is None):
        movable = [part for part in ("validation", "test") if not isinstance(getattr(split, part), str)]
        texts = f"texts_of(table[{literal(target.name)}])"
        lines.append(f"folds = [with_each_class(parts, {texts}, {literal(movable)}) for parts in folds]")
    if recipe.learn.deal:
        lines += ["", "", _DEALT, "", ""]
    lines += [
        "for parts in folds:",
        '    print(", ".join(f"{len(some):,} {name}" for name, some in parts.items()), "rows", flush=True)',
    ]
    return Section("2. Which rows are for what", told, "\n".join(lines))


def _taking(call: str) -> list[str]:
    """The function that all draw by."""
    about = '    """A share of some rows: those that stay, and those that were taken."""'
    head = "def take(rows: np.ndarray, share: float, *purpose: str | int) -> tuple[np.ndarray, np.ndarray]:"
    return [head, about, f"    return {call}", "", ""]


def _random(split: spec.Split, target: TargetSpec) -> tuple[list[str], str]:
    return _taking("taken_at_random(rows, share, derived(SEED, *purpose))"), "Rows are drawn at random."


def _stratified(split: spec.Split, target: TargetSpec) -> tuple[list[str], str]:
    strata = f'strata = ranks_of(texts_of(table[{literal(target.name)}]), missing="None")'
    found = [strata, "", "", *_taking("taken_by_class(rows, share, derived(SEED, *purpose), strata)")]
    return found, "Each part has its share of every class."


def _group(split: spec.Split, target: TargetSpec) -> tuple[list[str], str]:
    groups = f"groups = ranks_of(texts_of(table[{literal(split.way_column)}]))"
    found = [groups, "", "", *_taking("taken_by_group(rows, share, derived(SEED, *purpose), groups)")]
    return found, f"Rows with the same {split.way_column} stay together."


def _by_time(recipe: Recipe, frame: pd.DataFrame) -> tuple[list[str], str]:
    name = str(recipe.represent.split.way_column)
    places = np.unique(times(frame, name, asked(recipe.represent, name)), return_inverse=True)[1]
    form = form_of(lambda form: np.unique(splits.times_of(frame[name], form), return_inverse=True)[1], places)
    if form is None:
        rule = f"the times of {name!r} are in no one form that pandas reads"
        raise SpecError.one(rule, INSTEAD, ("represent", "split", "by"))
    times_of = f"times = times_of(table[{literal(name)}]{form and f', {literal(form)}'})"
    return [times_of, "", "", *_taking("taken_latest(rows, share, times)")], "The latest rows are the test."


def _column(split: spec.Split, target: TargetSpec) -> tuple[list[str], str]:
    names = f"part = parts_in(table[{literal(split.way_column)}], {literal(NAMES)})"
    lines, _ = (_stratified if target.has_classes else _random)(split, target)
    return [names, *lines], f"The column {split.way_column} says which rows are for what."


_WAYS: Mapping[str, Callable[[spec.Split, TargetSpec], tuple[list[str], str]]] = {
    "random": _random,
    "stratified": _stratified,
    "group": _group,
    "column": _column,
}
_FOLDS = {
    "random": "folds_at_random(len(table), {folds}, {seed})",
    "stratified": "folds_by_class({folds}, {seed}, strata)",
    "group": "folds_by_group({folds}, {seed}, groups)",
    "time": "folds_by_time({folds}, times)",
}


def _in_folds(way: str, split: spec.Split) -> list[str]:
    """Each fold is the test once; of the other rows a share is for validation."""
    if way not in _FOLDS:
        raise SpecError.one(f"folds by {way} have no script", INSTEAD, ("represent", "split", "folds"))
    dealt = _FOLDS[way].format(folds=split.folds, seed='derived(SEED, "split", "folds")')
    return [
        "folds = []",
        f"for fold, (rest, test) in enumerate({dealt}):",
        f'    train, validation = take(rest, {split.validation!r}, "split", "validation", fold)',
        '    folds.append({"train": np.sort(train), "validation": np.sort(validation), "test": np.sort(test)})',
    ]


def _once(way: str, split: spec.Split) -> list[str]:
    """The parts that the table says, and what is drawn of the others."""
    named = [part for part in ("test", "validation") if isinstance(getattr(split, part), str)]
    by_column = way == "column"
    lines = ['free = np.flatnonzero(part == "train")'] if named or by_column else ["free = np.arange(len(table))"]
    for name in ("test", "validation"):
        share = getattr(split, name)
        draw = f'free, {name} = take(free, {share!r}, "split", "{name}")'
        if name in named or (by_column and name == "test"):
            lines.append(f'{name} = np.flatnonzero(part == "{name}")')
        elif by_column:
            lines += [f'{name} = np.flatnonzero(part == "{name}")', f"if not len({name}):", f"    {draw}"]
        else:
            lines.append(draw)
    parts = '{"train": np.sort(free), "validation": np.sort(validation), "test": np.sort(test)}'
    return [*lines, f"folds = [{parts}]"]
