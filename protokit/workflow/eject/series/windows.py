"""The second part of a script of series: their rows in order, the windows, and which of these are for what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.recipe.recipe import Recipe
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.last import Last
from protokit.represent.words import Split
from protokit.workflow.eject.code import call, listed, literal
from protokit.workflow.eject.dating import form_of
from protokit.workflow.eject.script import INSTEAD, Section
from protokit.workflow.eject.texts import splits

_TOLD = """\
A window is what the network sees of one series, and the rows behind it are what it forecasts. All forecasts of the
training end before the first of validation, and these before the first of the test."""
_COUNTED = [
    "for parts in folds:",
    '    print(", ".join(f"{len(some):,} {name}" for name, some in parts.items()), "windows", flush=True)',
]


def windowing(recipe: Recipe, encoders: Sequence[SeriesEncoder], target: TargetSpec, frame: pd.DataFrame) -> Section:
    """Code that gives `table` in the order of `series` and `times`, the `origins` of all windows, `folds` of these,
    and `learned`, for each fold the rows that columns are learned from.

    `encoders` are those of the folds, `frame` is the collected table.

    Raises:
        SpecError: the times have no script, or a series has too few training rows.
    """
    series, encoder = recipe.represent.series, encoders[0]
    assert series is not None, "the caller has looked"
    panel = encoder.panel(frame)[1]
    if fresh := [key for key in panel.keys if any(key not in one.own.keys for one in encoders)]:
        of = f", the first of {', '.join(fresh[0])}," if fresh[0] else ""
        rule = f"{len(fresh):,} of {len(panel.keys):,} series{of} are measured by a window of their own: no script"
        raise SpecError.one(rule, "leave out series without two training rows", ("represent", "series"))
    order = ["table", _times(encoder, frame), literal([*series.by])]
    lines = [
        listed("FORECAST = ", map(literal, target.columns)),
        f"WINDOW, HORIZON = {series.window}, {series.horizon}",
        call("in_order", order, before="table, times, series = "),
        "numbers = np.concatenate([numbers_of(table[name]) for name in FORECAST], axis=1)",
        "origins = origins_of(numbers, series, WINDOW, HORIZON)",
        "first, last = times[origins], times[origins + HORIZON - 1]  # of each forecast",
    ]
    there = frame[[*encoder.columns]].notna().any(axis=1).to_numpy()[panel.rows]
    goes_on = bool(panel.times.max() > panel.times[there].max())
    split = recipe.represent.split
    lines += _once(split, goes_on=goes_on) if split.folds is None else _in_folds(split, goes_on=goes_on)
    return Section("2. Series and their windows", _TOLD, "\n".join([*lines, *_COUNTED]))


def _times(encoder: SeriesEncoder, frame: pd.DataFrame) -> str:
    """The call that gives times in their order.

    Raises:
        SpecError: pandas reads them by no one form.
    """
    index = encoder.index
    column = f"table[{literal(index.column)}]"
    if index.form == "number":
        return f"numbers_of({column})[:, 0]"

    def places(times: np.ndarray) -> np.ndarray:
        return np.unique(times, return_inverse=True)[1]

    cells = frame[index.column]
    form = form_of(lambda form: places(splits.times_of(cells, form)), places(index.positions(cells)))
    if form is None:
        rule = f"the times of {index.column!r} are in no one form that pandas reads"
        raise SpecError.one(rule, INSTEAD, ("represent", "series", "time"))
    return f"times_of({column}{form and f', {literal(form)}'})"


def _once(split: Split, *, goes_on: bool) -> list[str]:
    """The borders between the parts, as times: of all series, or of each where its last rows are a part."""
    test, validation = split.test, split.validation
    of_each = isinstance(test, Last), isinstance(validation, Last)
    lines = _there(goes_on=goes_on) if goes_on or any(of_each) else []
    known = "known" if goes_on else ""
    if isinstance(test, Last):
        lines.append(f"test = from_last(times, series, there, {test.last})")
        lines.append("end = from_last(times, series, there, 1)")
    else:
        lines.append(f"test = latest({f'times[{known}]' if known else 'times'}, {test!r})")
    before = "times < test[series]" if of_each[0] else "times < test"
    if isinstance(validation, Last):
        lines.append(f"validation = from_last(times, series, there & ({before}), {validation.last})")
    else:
        kept = f"{known} & ({before})" if known else before
        lines.append(f"validation = latest(times[{kept}], {validation!r})")
    if not any(of_each):
        return [
            *lines,
            "folds = [parts_between(first, last, validation, test, times.max())]",
            "learned = [times < validation]",
        ]
    lines.append("validation = np.minimum(validation, test)")
    borders = ["validation[of]", "test[of]" if of_each[0] else "test", "end[of]" if of_each[0] else "times.max()"]
    return [
        *lines,
        "of = series[origins]",
        f"folds = [parts_between(first, last, {', '.join(borders)})]",
        "learned = [times < validation[series]]",
    ]


def _in_folds(split: Split, *, goes_on: bool) -> list[str]:
    """Each fold is later than all rows that are learned from."""
    lines = [*_there(goes_on=True), "dated = times[known]"] if goes_on else []
    dated = "dated" if goes_on else "times"
    lines += [
        "folds, learned = [], []",
        f"for stay, taken in folds_by_time({split.folds}, {dated}):",
        f"    validation = latest({dated}[stay], {split.validation!r})",
        f"    folds.append(parts_between(first, last, validation, {dated}[taken].min(), {dated}[taken].max()))",
        "    learned.append(times < validation)",
    ]
    return lines


def _there(*, goes_on: bool) -> list[str]:
    known = ["known = times <= times[there].max()  # later rows only say what is known ahead"] if goes_on else []
    return ["there = ~np.isnan(numbers).all(axis=1)", *known]
