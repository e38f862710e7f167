"""The third part of a script of series: what is forecast and the other columns, as what a network takes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.recipe.recipe import Recipe
from protokit.represent.kind import NumberColumn
from protokit.represent.kinds.category import Category
from protokit.represent.series.arrays import Column, cells_of
from protokit.represent.series.encoder import SeriesEncoder
from protokit.workflow.eject.code import beside, closed, literal
from protokit.workflow.eject.dating import form_of
from protokit.workflow.eject.encoding import KINDS, numbers_call
from protokit.workflow.eject.script import INSTEAD, Section
from protokit.workflow.eject.tasks.forms import FORMS
from protokit.workflow.eject.texts import dates

_TOLD = """\
Each series is measured in units of its own training rows, so that small and large ones look alike; other columns in
those of all training rows. Nothing of later rows comes into what is learned of them."""


def channels(recipe: Recipe, encoder: SeriesEncoder, target: TargetSpec, frame: pd.DataFrame) -> Section:
    """Code that gives `encoded`, for each fold what the network takes of all windows and learns.

    `frame` is the collected table.

    Raises:
        SpecError: a column is of a kind that has no script.
    """
    others = [*encoder.past, *encoder.known]
    made = [_call(recipe, column, encoder, frame) for column in others]
    columns = len(target.columns)
    lines = [
        *FORMS[target.form].truth(recipe, target),
        "",
        "",
        "def encode(train: np.ndarray) -> dict[str, Any]:",
        '    """What the network takes of every window and is to learn, by what the training rows are."""',
        "    units = units_of(numbers, series, train)",
        '    found = (carried(numbers, series) - units["center"][series]) / units["spread"][series]',
    ]
    if made:
        lines.append(beside("others = ", made, 4))
        lines.append("    found = np.concatenate([found, bounded(others, series, train)], axis=1)")
    lines += [
        "    found = np.nan_to_num(found).astype(np.float32)",
        '    inputs = {"series": stretches(found, origins - WINDOW, WINDOW)}',
    ]
    if known := sum(len(column.names) for column in encoder.known):
        lines.append(f'    inputs["known"] = stretches(found[:, -{known}:], origins, HORIZON)')
    units = "{name: values[series[origins]][:, None] for name, values in units.items()}"
    found = ['"inputs": inputs', f'"targets": stretches(found[:, :{columns}], origins, HORIZON)', f'"units": {units}']
    lines += [closed("return {", found, "}", 4), "", "", "encoded = [encode(train) for train in learned]"]
    return Section("3. Columns as numbers", _TOLD, "\n".join(lines))


def _call(recipe: Recipe, column: Column, encoder: SeriesEncoder, frame: pd.DataFrame) -> str:
    """The call that gives the numbers of a column."""
    name = literal(column.column)
    if column.column == encoder.index.column:
        return _calendar(column, encoder, frame)
    if isinstance(column, Category):
        return f"levels_apart(texts_of(table[{name}]), train)"
    if isinstance(column, NumberColumn) and type(column) in KINDS:
        return numbers_call(recipe, column, frame)
    where = ("represent", "columns", column.column)
    raise SpecError.one(f"{column.column!r} is a {column.kind}, which has no script", INSTEAD, where)


def _calendar(column: Any, encoder: SeriesEncoder, frame: pd.DataFrame) -> str:
    """The call that gives the dates of the times, with the form by which pandas reads the same ones."""
    cells = frame[column.column]
    wanted = column.numbers(cells_of(column, frame, encoder.index))
    form = form_of(lambda form: dates.dates_of(cells, form, column.timed), wanted)
    if form is not None:
        return f"dates_of(table[{literal(column.column)}], {literal(form or None)}, {column.timed})"
    rule = f"the dates of {column.column!r} are in no one form that pandas reads"
    raise SpecError.one(rule, INSTEAD, ("represent", "series", "known"))
