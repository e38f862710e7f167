"""The third part of a script: columns as what a network takes, learned from the training rows of each fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.values.arrays import FEW_ROWS
from protokit.core.values.signature import TargetSpec
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import ONE_HOT, Encoder
from protokit.represent.encoders.lists.members import BagNumbers, SetNumbers
from protokit.represent.encoders.scaling.knots import counts
from protokit.represent.kind import CodeColumn, NumberColumn
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.date import Date
from protokit.represent.kinds.number import Number, NumberOptions
from protokit.represent.kinds.ordered import Ordered
from protokit.represent.kinds.pairs.place import Place
from protokit.represent.kinds.times.time_of_day import TimeOfDay
from protokit.workflow.eject.code import call, closed, listed, literal
from protokit.workflow.eject.dating import form_of
from protokit.workflow.eject.inputs import numeric as numeric_inputs
from protokit.workflow.eject.inputs import own as own_inputs
from protokit.workflow.eject.script import INSTEAD, Section
from protokit.workflow.eject.tasks.forms import FORMS
from protokit.workflow.eject.texts import dates

_TOLD = """\
What is learned of a column (its middle and spread, its levels) is learned from the training rows alone, so that
nothing of the test rows comes into the network."""


def encoding(recipe: Recipe, encoder: Encoder, frame: pd.DataFrame, *, knots: bool) -> Section:
    """Code that gives `encoded`, for each fold what the network takes and learns; `knots` says whether it takes some.

    `frame` are the rows that are learned from.

    Raises:
        SpecError: a column is of a kind that has no script.
    """
    target = encoder.signature.targets[0]
    numeric = [one for one in encoder.columns if isinstance(one, NumberColumn)]
    coded = [one for one in encoder.columns if isinstance(one, CodeColumn)]
    for column in encoder.columns:
        if type(column) not in {*_KINDS, *_SEVERAL} and not isinstance(column, Category):
            where = ("represent", "columns", column.column)
            raise SpecError.one(f"{column.column!r} is a {column.kind}, which has no script", INSTEAD, where)
    prepared = own_inputs.before(encoder.own)
    options = [recipe.represent.options(column.column) for column in numeric]
    for one, column in zip(options, numeric, strict=True):
        if isinstance(one, NumberOptions) and (one.as_is or one.knots is not None):
            where = ("represent", "columns", column.column)
            raise SpecError.one(f"{column.column!r} has knots or a scale of its own: no script", INSTEAD, where)
    form = FORMS.get(target.form)
    lines = _of_target(target) if form is None else form.truth(recipe, target)
    plain = [one.column for one in numeric if _is_plain(one)]
    if plain and _grouped(numeric)[1]:
        lines.append(listed("NUMBERS = ", map(literal, plain)))
    if coded:
        lines.append(listed("CATEGORIES = ", (literal(one.column) for one in coded)))
    lines += [*prepared, "", "", *_function(recipe, numeric, len(coded), encoder, frame, prepared, knots=knots)]
    lines.append('encoded = [encode(parts["train"]) for parts in folds]')
    if knots:
        lines.append('for rows, own in zip(encoded, aligned([rows["knots"] for rows in encoded]), strict=True):')
        lines.append('    rows["knots"] = [*own, *[[]] * (rows["inputs"]["numbers"].shape[1] - len(own))]')
    return Section("3. Columns as numbers", _TOLD, "\n".join(lines))


def _of_target(target: TargetSpec) -> list[str]:
    name = literal(target.name)
    if not target.has_classes:
        return [f"truth = numbers_of(table[{name}])[:, 0]"]
    classes = [one if isinstance(one, str) else repr(one) for one in target.classes]
    code = f"truth = np.array([CLASSES.index(text) for text in texts_of(table[{name}])])"
    return [listed("CLASSES = ", map(literal, classes)), code]


def _is_plain(column: NumberColumn) -> bool:
    return type(column) is Number and not column.marks and not column.reading


def _grouped(numeric: list[NumberColumn]) -> tuple[list[tuple[bool, list[NumberColumn]]], bool]:
    """Columns that stand together, those of plain numbers or others; and whether all plain ones do."""
    groups = [(plain, [*some]) for plain, some in groupby(numeric, _is_plain)]
    return groups, sum(plain for plain, _ in groups) == 1


def _function(
    recipe: Recipe,
    numeric: list[NumberColumn],
    coded: int,
    encoder: Encoder,
    frame: pd.DataFrame,
    prepared: list[str],
    *,
    knots: bool,
) -> list[str]:
    """The function that encodes all rows, by the training rows; `prepared` is what stands before it."""
    lines = ["def encode(train: np.ndarray) -> dict[str, Any]:"]
    lines += ['    """What the network takes of every row and is to learn, by what the training rows are."""']
    signature = encoder.signature
    target = signature.targets[0]
    form = FORMS.get(target.form)
    keeps = form is not None and form.takes_codes
    parts: list[str] = []
    if numeric:
        groups, together = _grouped(numeric)
        items: list[str] = []
        for plain, some in groups:
            loop = "*(numbers_of(table[name]) for name in NUMBERS)"
            items += [loop] if plain and together else [_call(recipe, one, frame) for one in some]
        code = call("np.concatenate", [f"[{', '.join(items)}]", "axis=1"], 4, "numbers = ")
        if "\n" in code:
            code = "\n".join(["    numbers = np.concatenate(", *_stacked(items), "        axis=1,", "    )"])
        lines.append(code)
        width = sum(len(one.names) for one in numeric)
        most = max(100, min(1000, 200_000 // max(1, width)))
        fit = f"fit_scale(column, {most}, straight=len(train) < {FEW_ROWS})"
        lines.append(f"    scales = [{fit} for column in numbers[train].T]")
        parts.append("scaled_columns(numbers, scales)")
    elif keeps:
        lines.append("    numbers = np.zeros((len(table), 0))")
    if parts or coded or keeps:
        lines.append(f"    columns = [{', '.join(parts)}]")
    if coded:
        each = "found" if keeps else "codes_of(texts, levels)"
        lines += [
            "    codes, levels_in_all = [], 0",
            *(["    kinds = []"] if keeps else []),
            "    for name in CATEGORIES:",
            "        texts = texts_of(table[name])",
            "        levels = levels_of(texts[train])",
            *(["        found = codes_of(texts, levels)", "        kinds.append((found, levels))"] if keeps else []),
            f"        if len(levels) <= {ONE_HOT}:  # a number for each level",
            f"            columns.append(one_hot({each}, len(levels)))",
            "        else:  # a code, of which the network makes a vector",
            f"            codes.append({each} + levels_in_all)",
            "            levels_in_all += len(levels) + 1",
        ]
    names = [spec.name for spec in signature.inputs]
    lines.append(
        "    inputs = {}" if "numbers" not in names else '    inputs = {"numbers": np.concatenate(columns, axis=1)}'
    )
    if "categories" in names:
        lines.append('    inputs["categories"] = np.stack(codes, axis=1).astype(np.int32)')
    sized = own_inputs.inside(recipe, encoder.own, prepared)
    if is_sized := any("sizes[" in line for line in sized):
        lines.append("    sizes = {}")
    own = None if form is None else form.encoded(encoder, target)
    lines += [*sized, *(_targets(target) if own is None else own.lines)]
    found = ['"inputs": inputs', '"targets": targets']
    if "categories" in names:
        found.append('"levels": levels_in_all')
    if is_sized:
        found.append('"sizes": sizes')
    if knots:
        width = sum(len(one.names) for one in numeric)
        room = counts(10**9, [None] * width)[0]
        lines.append(f"    most = min({room}, max(8, len(train) // 32))")
        lines.append("    knots = [knots_of(column, scale, most) for column, scale in zip(numbers[train].T, scales)]")
        found.append('"knots": knots')
    if own is not None:
        found += [f"{literal(name)}: {code}" for name, code in own.more.items()]
    elif not target.has_classes:
        found.append('"units": (center, spread)')
    lines.append(closed("return {", found, "}", 4))
    return [*lines, "", ""]


def _stacked(items: list[str]) -> list[str]:
    """Items of a list, one in each line."""
    return ["        [", *(f"            {item}," for item in items), "        ],"]


def _targets(target: TargetSpec) -> list[str]:
    if target.has_classes:
        kind = "np.int32" if target.of_task.coded else "np.float32"
        return [f"    targets = truth.astype({kind})[:, None]"]
    return [
        "    center, spread = float(truth[train].mean()), float(truth[train].std()) or 1.0",
        "    targets = ((truth - center) / spread).astype(np.float32)[:, None]",
    ]


def _call(recipe: Recipe, column: NumberColumn, frame: pd.DataFrame) -> str:
    """The call that gives the numbers of a column."""
    if (of_several := _SEVERAL.get(type(column))) is not None:
        return of_several(column, frame, recipe.represent.options(column.column))
    return _KINDS[type(column)](column, frame)


def _number(column: Any, frame: pd.DataFrame) -> str:
    if column.reading:
        where = ("represent", "columns", column.column)
        raise SpecError.one(f"{column.column!r} has numbers in a notation of its own: no script", INSTEAD, where)
    marks = f", missing={literal(column.marks)}" if column.marks else ""
    return f"numbers_of(table[{literal(column.column)}]{marks})"


def _boolean(column: Any, frame: pd.DataFrame) -> str:
    return f"truths_of(table[{literal(column.column)}])"


def _ordered(column: Any, frame: pd.DataFrame) -> str:
    return f"places_of(table[{literal(column.column)}], {literal([*column.levels])})"


def _date(column: Any, frame: pd.DataFrame) -> str:
    """The call with the form by which pandas reads the same dates."""
    cells = frame[column.column]
    wanted = column.numbers(cells)
    marks = f", {literal(column.marks)}" if column.marks else ""
    form = form_of(lambda form: dates.dates_of(cells, form, column.timed, column.marks), wanted)
    if form is not None:
        return f"dates_of(table[{literal(column.column)}], {literal(form or None)}, {column.timed}{marks})"
    where = ("represent", "columns", column.column)
    raise SpecError.one(f"the dates of {column.column!r} are in no one form that pandas reads", INSTEAD, where)


_KINDS: Mapping[type, Callable[[Any, pd.DataFrame], str]] = {
    Number: _number,
    Boolean: _boolean,
    Ordered: _ordered,
    Date: _date,
}
_SEVERAL: Mapping[type, Callable[[Any, pd.DataFrame, object], str]] = {
    BagNumbers: numeric_inputs.members,
    SetNumbers: numeric_inputs.members,
    TimeOfDay: numeric_inputs.clock,
    Place: numeric_inputs.place,
}
