"""The other columns of series: what is known up to a forecast, and what is known over its steps, too."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.values.said import Notice
from protokit.represent.encoders import inference
from protokit.represent.encoders.cells import missing_texts, without
from protokit.represent.encoders.readings import reading_of
from protokit.represent.kind import KINDS, CodeColumn, FitContext, Guess, InputColumn, NumberColumn
from protokit.represent.kinds.date import Date
from protokit.represent.kinds.number import Number
from protokit.represent.series.arrays import Column
from protokit.represent.series.time_index import TimeIndex
from protokit.represent.words import Represent, Series


def fit_columns(
    spec: Represent, series: Series, frame: pd.DataFrame, index: TimeIndex, train: np.ndarray
) -> tuple[tuple[Column, ...], tuple[Column, ...], list[Notice]]:
    """Encoders of the columns that are known up to a forecast, of those that are known over it, and what there is
    to say. `train` are the positions of the training rows.

    Without a word in the recipe, a column is taken when its cells are each one number, such as those of a number or
    of true and false; a known one of any kind but those that are an input of their own.

    Raises:
        SpecError: what the recipe says of a column cannot be.
    """
    past: list[Column] = []
    known: list[Column] = []
    notices: list[Notice] = []
    for name in frame.columns:
        if name in spec.targets or name in series.by:
            continue
        if name == series.time:
            if name in series.known:
                known.append(_calendar(series, frame, index))
            continue
        rows = frame[name].iloc[train]
        found = _fitted(spec, frame[name], rows, name in series.known)
        notices += [one for one in found if isinstance(one, Notice)]
        (known if name in series.known else past).extend(one for one in found if not isinstance(one, Notice))
    order = {name: i for i, name in enumerate(series.known)}
    return tuple(past), tuple(sorted(known, key=lambda column: order[column.column])), notices


def _calendar(series: Series, frame: pd.DataFrame, index: TimeIndex) -> Column:
    if index.unit == "number":
        place = ("represent", "series", "known")
        raise SpecError.one(f"{series.time!r} counts steps: no date is known of them", "remove it", place)
    return Date.fit(pd.Series(index.stamps(frame[series.time]), name=series.time))


def _fitted(spec: Represent, whole: pd.Series, rows: pd.Series, known: bool) -> list[Column | Notice]:
    """The encoder of one column, and what there is to say; neither where the recipe leaves it out."""
    name = str(whole.name)
    said = spec.kind(name)
    place = ("represent", "columns", name)
    if said == "ignore":
        if known:
            raise SpecError.one(f"{name!r} is named in represent.series.known", "remove it here or there", place)
        return []
    if said is not None and KINDS[said].own_input:
        raise SpecError.one(f"a series takes no {said}", "write ignore, category or number", place)
    if rows.isna().all():
        if said is not None:
            raise SpecError.one(f"{name!r} is missing in every training row", "remove it", place)
        return [Notice(f"{name!r} is left out: it is missing in every training row", (name,))]
    missing = missing_texts(whole) if said is None or KINDS[said].unreadable_cells_are_missing else ()
    told: list[Column | Notice] = []
    if said is None:
        guess = inference.infer(without(rows, missing), without(whole, missing))
        if guess.kind is None and known and rows.dtype.kind in "iuf" and rows.nunique() > 1:
            guess = Guess("number")  # it looks like an ID, and the recipe says that it tells something
        if guess.kind is None:
            return [inference.left_out(name, guess)]
        kind = KINDS[guess.kind]
        if kind.own_input or not (known or kind.one_number):
            cure = f"columns: {{{name}: category}}"
            return [Notice(f"{name!r} is left out: it is no number", (name,), cure)]
        told += inference.told_of_package(name, kind)
    else:
        kind = KINDS[said]
    missing = missing if kind.unreadable_cells_are_missing else ()
    reading: tuple[str, ...] = ()
    if kind is Number:
        reading, said_of_it = reading_of(whole, missing, spec.options(name))
        told += said_of_it
    fitted = kind.fit(rows, spec.options(name), FitContext(missing, reading=reading, whole=whole, say=told.append))
    if fitted.left_out:
        return [*told, Notice(f"{name!r} is left out: {fitted.left_out}", (name,))]
    if isinstance(fitted, InputColumn):
        rule, cure = f"a series takes no {kind.plural} of so many members", "write ignore"
        raise SpecError.one(rule, f"{cure}, or {{{kind.name}: {{form: each}}}}", place)
    assert isinstance(fitted, (NumberColumn, CodeColumn)), f"{kind.name} gives a {type(fitted).__name__}"
    return [*told, fitted]
