"""One network on the rows of all sets, with the set as a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.evaluate.pooling import some_of
from protokit.learn.parts.sets import Stacked
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets import words as several
from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.member import Member, why_not_together
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.run import run

COLUMN = "set"
_PARTS = ("train", "validation", "test")


def why_not_stacked(members: list[Member]) -> tuple[str, str] | None:
    """Why the rows of the sets do not make one table, and the cure; None where they do."""
    if (why := why_not_together(members)) is not None:
        return why
    first = members[0]
    for other in members[1:]:
        pair = f"{first.name!r} and {other.name!r}"
        if first.recipe.represent.target != other.recipe.represent.target:
            return f"the targets of {pair} are not the same", "write sets: shared, or sets: each"
        one, two = (list(member.fold.frame.columns) for member in (first, other))
        if differ := [*(name for name in one if name not in two), *(name for name in two if name not in one)]:
            has = first.name if differ[0] in one else other.name
            cure = f"collect: {{clean: [{{drop: {differ[0]}}}]}} in {has}, or sets: shared"
            return f"only {has!r} of {pair} has the column {differ[0]!r}", cure
        for name in one:
            kinds = [_kind(member.fold.frame[name]) for member in (first, other)]
            if kinds[0] != kinds[1]:
                rule = f"the column {name!r} holds {kinds[0]} in {first.name!r} and {kinds[1]} in {other.name!r}"
                return rule, f"say what it is: represent: {{columns: {{{name}: KIND}}}}; or write sets: shared"
        tasks = [[t.form for t in member.fold.encoder.signature.targets] for member in (first, other)]
        if tasks[0] != tasks[1]:
            return f"the tasks of {pair} are not the same", "write learn: {task: ...} for all, or sets: shared"
        for section in ("represent", "learn", "evaluate"):
            plain = [_of_all(getattr(member.recipe, section).as_plain()) for member in (first, other)]
            if plain[0] != plain[1]:
                word = next(key for key in plain[0] if plain[0][key] != plain[1].get(key))
                return f"{section}.{word} of {pair} is not the same", "write it once for all sets, or sets: shared"
    return None


def _of_all(plain: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in plain.items() if key not in ("split", "from")}


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return "numbers"
    return "times" if pd.api.types.is_datetime64_any_dtype(column) else "texts"


def train_stacked(experiment: Experiment, way: Stacked) -> Outcome:
    """Train one network on all rows: those of each set's own training, validation and test.

    Raises:
        SpecError: the rows do not make one table.
    """
    members = list(experiment.members)
    if (why := why_not_stacked(members)) is not None:
        raise experiment.error(way, f"the sets cannot be stacked: {why[0]}", why[1])
    column = experiment.recipe.sets.by or COLUMN
    while not experiment.recipe.sets.by and column in members[0].fold.frame.columns:
        column += "_"
    frames = {part: pd.concat([_rows(m, part, column) for m in members], ignore_index=True) for part in _PARTS}
    start = experiment.begun(members[0], "stacked").document
    document = several.of_stack(start, column, {"validation": "validation", "test": "test"})
    recipe = Recipe.of(document, members[0].recipe.folder, "stacked")
    experiment.shown.step("all sets stacked")
    found = run(recipe, frames, out=experiment.of("stacked"), resume=experiment.resume, cache=False)
    whole, _, _ = read_predictions(found.path)
    sizes = [member.fold.test.rows for member in members]
    starts = np.cumsum([0, *sizes])
    predictions = {
        member.name: _of_set(member, {name: some_of(p, np.arange(start, end)) for name, p in whole.items()})
        for member, start, end in zip(members, starts[:-1], starts[1:], strict=True)
    }
    said = f"the set is the column {column!r} of the stacked network; a set that it has not seen is another level"
    return Outcome("stacked", predictions, {member.name: found.path for member in members}, (Notice(said),))


def _rows(member: Member, part: str, column: str) -> pd.DataFrame:
    """The rows of a part of a set, in the order of its own test rows, with the set's name."""
    rows = member.fold.frame.iloc[getattr(member.fold.split, part)]
    level = rows.get(column, member.name)  # of sets by a column it is there
    found: pd.DataFrame = rows.assign(**{column: level})
    return found


def _of_set(member: Member, found: Mapping[str, Predictions]) -> dict[str, Predictions]:
    """Predictions of all sets' network as those of a set's own target.

    Raises:
        DataError: they are of other rows.
    """
    own, _ = member.tested()
    brought = {}
    for name, p in own.items():
        other = found[name]
        scores = p.target.of_task.brought(other.target, other.scores, p.target)
        if other.scores.shape[0] != p.truth.shape[0]:
            raise DataError(f"the stacked network was scored on other rows of {member.name!r}", cure="run it again")
        brought[name] = replace(p, scores=scores, thresholds=None)
    return brought
