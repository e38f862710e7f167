"""The other columns of series: what is known up to a forecast, and what is known over its steps, too."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.values import Notice
from protokit.recipe.recipe import Recipe
from protokit.represent.kinds import columns as encoders
from protokit.represent.kinds import inference as kinds
from protokit.represent.series.arrays import Column
from protokit.represent.series.time_index import Clock
from protokit.represent.words import OrderedColumn, Series


def fit_columns(
    recipe: Recipe, series: Series, frame: pd.DataFrame, clock: Clock, train: np.ndarray
) -> tuple[tuple[Column, ...], tuple[Column, ...], list[Notice]]:
    """Encoders of the columns that are known up to a forecast, of those that are known over it, and what there is
    to say. `train` are the positions of the training rows.

    Without a word in the recipe, a column is taken when it is of numbers or of true and false; a known one of any
    kind but text.

    Raises:
        SpecError: what the recipe says of a column cannot be.
    """
    past: list[Column] = []
    known: list[Column] = []
    notices: list[Notice] = []
    for name in frame.columns:
        if name in recipe.represent.targets or name in series.by:
            continue
        if name == series.time:
            if name in series.known:
                known.append(_calendar(recipe, series, frame, clock))
            continue
        rows = frame[name].iloc[train]
        found = _fitted(recipe, name, frame[name], rows, name in series.known)
        if isinstance(found, Notice):
            notices.append(found)
        elif found is not None:
            (known if name in series.known else past).append(found)
    order = {name: i for i, name in enumerate(series.known)}
    return tuple(past), tuple(sorted(known, key=lambda column: order[column.column])), notices


def _calendar(recipe: Recipe, series: Series, frame: pd.DataFrame, clock: Clock) -> Column:
    if clock.form == "number":
        place = ("represent", "series", "known")
        raise recipe.error(place, f"{series.time!r} counts steps: no date is known of them", "remove it")
    return encoders.Date.fit(pd.Series(clock.stamps(frame[series.time]), name=series.time))


def _fitted(recipe: Recipe, name: str, whole: pd.Series, rows: pd.Series, known: bool) -> Column | Notice | None:
    """The encoder of one column; why it is left out; or None where the recipe says so."""
    said = recipe.represent.kind(name)
    place = ("represent", "columns", name)
    if said == "ignore":
        if known:
            raise recipe.error(place, f"{name!r} is named in represent.series.known", "remove it here or there")
        return None
    if said in {"text", "image"}:
        raise recipe.error(place, f"a series takes no {said}", "write ignore, category or number")
    if rows.isna().all():
        if said is not None:
            raise recipe.error(place, f"{name!r} is missing in every training row", "remove it")
        return Notice(f"{name!r} is left out: it is missing in every training row", (name,))
    marks = kinds.marks(whole) if said in {None, "number", "date"} else ()
    if said is None:
        guess = kinds.infer(encoders.unmarked(rows, marks))
        taken = {"number", "boolean", "category", "date"} if known else {"number", "boolean"}
        if guess.kind is None and known and rows.dtype.kind in "iuf" and rows.nunique() > 1:
            guess = kinds.Guess("number")  # it looks like an ID, and the recipe says that it tells something
        if guess.kind is None:
            return kinds.notice(name, guess)
        if guess.kind not in taken:
            cure = f"columns: {{{name}: category}}"
            return Notice(f"{name!r} is left out: it is no number", (name,), cure)
        said = guess.kind
    if said == "date":
        return encoders.Date.fit(rows, marks)
    if said == "number":
        return encoders.Number.fit(rows, marks)
    if said == "boolean":
        return encoders.Boolean.fit(rows)
    ordered = recipe.represent.columns.get(name)
    if isinstance(ordered, OrderedColumn):
        return encoders.Ordered(name, ordered.ordered)
    category = encoders.Category.fit(rows)
    if not category.levels:
        return Notice(f"{name!r} is left out: no level is in {encoders.RARE} training rows", (name,))
    return category
