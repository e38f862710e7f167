"""The rows of several sets as one table, with the set as a column: whether they fit, and the recipe of all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.names import as_text
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets import words as several
from protokit.recipe.sets.fitting import Seen, Why, apart
from protokit.sets.member import Member, why_not_together
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

_COLUMN = "set"
_CLASSES = 8  # that are named
_PARTS = ("train", "validation", "test")
_LAST = "write represent: {split: {test: {last: 12}, validation: {last: 12}}}, rows of each series; or sets: each"


def why_not_stacked(members: list[Member]) -> Why | None:
    """Why the rows of the sets do not make one table, and the cure; None where they do."""
    if (why := why_not_together(members, of_series=True)) is not None:
        return why
    first, *others = (_seen(member) for member in members)
    for member, other in zip(members[1:], others, strict=True):
        if (why := apart(first, other)) is not None:
            return why
        tasks = [[t.form for t in one.fold.encoder.signature.targets] for one in (members[0], member)]
        if tasks[0] != tasks[1]:
            rule = f"the tasks of {first} and {other} are not the same"
            return rule, "write learn: {task: ...} for all, or sets: shared"
        if (why := _other_classes(members[0], member)) is not None:
            return why
    return _other_windows(members) if members[0].recipe.represent.series else None


def stacked(
    members: list[Member], by: str, start: Recipe | None = None
) -> tuple[Recipe, pd.DataFrame | dict[str, pd.DataFrame], str]:
    """The recipe of all rows, its tables, and the column of the sets, which is `by` where that tells them apart.

    Rows are those of each set's own training, validation and test; of series there is one table, which is a panel.
    `start` is the first set's recipe where its network begins at an earlier one.
    """
    column = by or _COLUMN
    while not by and column in _seen(members[0]).kinds:
        column += "_"
    document, folder = (start or members[0].recipe).document, members[0].recipe.folder
    if members[0].recipe.represent.series:
        panel = pd.concat([_named(m, m.prepared.table.frame, column) for m in members], ignore_index=True)
        return Recipe.of(several.of_panel(document, column), folder, "stacked"), panel, column
    frames = {
        part: pd.concat(
            [_named(m, m.fold.frame.iloc[getattr(m.fold.split, part)], column) for m in members], ignore_index=True
        )
        for part in _PARTS
    }
    document = several.of_stack(document, column, {"validation": "validation", "test": "test"})
    return Recipe.of(document, folder, "stacked"), frames, column


def _named(member: Member, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    level = rows.get(column, member.name)  # of sets by a column it is there
    if isinstance(level, pd.Series) and _kind(level) == "times":
        level = level.astype(object).map(as_text)  # as the intake of a set writes it
    found = rows.copy(deep=False)
    found[column] = level
    return found


def _seen(member: Member) -> Seen:
    """The columns of a set's rows, as its own network could see them."""
    frame = member.prepared.table.frame if member.recipe.represent.series else member.fold.frame
    return Seen(member.name, member.recipe, list(frame.columns), {str(n): _kind(frame[n]) for n in frame.columns})


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        return "true and false"  # beside numbers, True would be 1 and no class of its own
    if pd.api.types.is_numeric_dtype(column):
        return "numbers"
    return "times" if pd.api.types.is_datetime64_any_dtype(column) else "texts"


def _other_classes(one: Member, other: Member) -> Why | None:
    """Probabilities of other classes are no scores of a set's own: nothing could be compared then."""
    pairs = zip(one.fold.encoder.signature.targets, other.fold.encoder.signature.targets, strict=True)
    for target, its in pairs:
        if target.classes != its.classes:
            lists = [", ".join(map(str, some.classes[:_CLASSES])) for some in (target, its)]
            rule = f"the classes of {target.name!r} are {lists[0]} in {one.name!r} and {lists[1]} in {other.name!r}"
            return rule, "write sets: shared, or sets: each"
    return None


def _other_windows(members: list[Member]) -> Why | None:
    """Series that are split together may have other borders than each set alone: nothing could be compared then."""
    recipe, panel, _ = stacked(members, "")
    try:
        [fold] = represent(recipe, collected(recipe, panel))
    except ProtokitError as error:
        return error.rule, error.cure or _LAST
    own = [member.fold.test.truth for member in members]
    same = all(
        np.array_equal(np.concatenate([one[name] for one in own]), truth, equal_nan=True)
        for name, truth in fold.test.truth.items()
    )
    return None if same else ("split together, they are tested on other windows than each alone", _LAST)
