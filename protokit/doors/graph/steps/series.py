"""What a network that forecasts takes, of the raw cells of windows; and forecasts in their own unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from protokit.doors.arithmetic.steps import StepArithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.steps.filled import filled
from protokit.doors.graph.steps.key import OfKey, place_of
from protokit.represent.kind import CodeColumn
from protokit.represent.series.encoder import FARTHEST, SeriesEncoder
from protokit.represent.series.scales import ROUNDING

Value = TypeVar("Value")


@dataclass(frozen=True)
class Units(Generic[Value]):
    """What is forecast is in these. Shapes: (rows, 1, columns), or (1, 1, columns) where there is one series."""

    center: Value | np.ndarray
    scale: Value | np.ndarray


@dataclass(frozen=True)
class Windows(Generic[Value]):
    """Windows as a network takes them.

    Shapes:
        inputs: those of the network, by name.
        refused: (rows, 1): NaN where `predict` refuses a window, else 0.
    """

    inputs: Mapping[str, Value]
    units: Units[Value]
    refused: Value


def windows(
    a: StepArithmetic[Value], encoder: SeriesEncoder, columns: Mapping[str, RawColumn], raw: Mapping[str, Value]
) -> Windows[Value]:
    """Windows of raw cells, as `SeriesEncoder.encode` makes them of a table that holds nothing else.

    Shapes: raw (rows, steps) each.
    """
    window, whole = encoder.window, encoder.window + encoder.horizon
    made = {name: _numbers(a, column, raw[name]) for name, column in columns.items() if not isinstance(column, OfKey)}
    given = a.channels([made[name] for name in encoder.columns])
    units = _units(a, encoder, columns, raw, given)
    series = [a.binary("divide", a.binary("subtract", filled(a, given, window), units.center), units.scale)]
    inputs, place = {}, 0
    for some, steps in ((encoder.past, window), (encoder.known, whole)):
        many = sum(len(one.names) for one in some)
        if many:
            numbers = filled(a, a.channels([made[one.column] for one in some]), steps)
            numbers = _standard(a, encoder, slice(place, place + many), numbers)
            series.append(a.columns(numbers, range(window)) if steps > window else numbers)
            place += many
        if many and some is encoder.known:
            inputs["known"] = _network(a, a.columns(numbers, range(window, whole)))
    inputs["series"] = _network(a, a.channels(series))
    gone = [a.channel(a.columns(given, [0]), i) for i in range(len(encoder.columns))]
    for one in encoder.known:
        if one.column != encoder.index.column:
            there = _there(a, columns[one.column], raw[one.column], made[one.column])
            gone.append(a.columns(there, range(window, whole)))
    return Windows(inputs, units, _any_missing(a, gone))


def forecast(a: StepArithmetic[Value], given: Windows[Value], output: Value) -> Value:
    """What a network gives, in the unit of the columns. Shapes: (rows, horizon, columns) -> the same, float64."""
    return a.binary("add", a.binary("multiply", a.cast(output, "float64"), given.units.scale), given.units.center)


def _numbers(a: StepArithmetic[Value], column: RawColumn, value: Value) -> Value:
    """The numbers of a column at each step. Shapes: (rows, steps) -> (rows, steps, numbers) float64."""
    found = column.made(a, a.flattened(value))
    if isinstance(column.fitted, CodeColumn):
        levels = np.arange(1, len(column.fitted.levels) + 1, dtype=np.int64)[None]
        found = a.cast(a.binary("equal", found, levels), "float64")
    return a.folded(found, column.steps)


def _there(a: StepArithmetic[Value], column: RawColumn, value: Value, made: Value) -> Value:
    """NaN where a cell is missing. Shapes: (rows, steps)."""
    if not isinstance(column.fitted, CodeColumn):
        return a.channel(made, 0)
    keys = ["", *column.marks]
    place = a.folded(a.lookup(a.flattened(value), keys), column.steps)
    return a.channel(a.take(np.array([0.0, *[np.nan] * len(keys)]), place), 0)


def _any_missing(a: StepArithmetic[Value], numbers: Sequence[Value]) -> Value:
    """NaN where one of a row is, else 0. Shapes: (rows, some) each -> (rows, 1)."""
    each = [a.reduce("sum", a.where(a.unary("isnan", one), one, 0.0)) for one in numbers]
    found = each[0]
    for one in each[1:]:
        found = a.binary("add", found, one)
    return found


def _standard(a: StepArithmetic[Value], encoder: SeriesEncoder, places: slice, numbers: Value) -> Value:
    center, scale = (np.array(some[places])[None, None] for some in (encoder.centers, encoder.scales))
    numbers = a.binary("divide", a.binary("subtract", numbers, center), scale)
    return a.binary("minimum", a.binary("maximum", numbers, -FARTHEST), FARTHEST)


def _network(a: StepArithmetic[Value], numbers: Value) -> Value:
    """Numbers as a network takes them: 0 where missing."""
    return a.cast(a.where(a.unary("isnan", numbers), 0.0, numbers), "float32")


def _units(
    a: StepArithmetic[Value],
    encoder: SeriesEncoder,
    columns: Mapping[str, RawColumn],
    raw: Mapping[str, Value],
    given: Value,
) -> Units[Value]:
    """Center and scale of each window: those of its series in training, else its own; see SeriesScales."""
    own = encoder.own
    if not encoder.by and own.keys:
        return Units(own.values["center"][None], own.values["scale"][None])
    missing = a.unary("isnan", given)
    count = a.binary("maximum", a.reduce("sum", a.where(missing, 0.0, a.where(missing, given, 1.0))), 1.0)
    center = a.binary("divide", a.reduce("sum", a.where(missing, 0.0, given)), count)
    apart = a.where(missing, 0.0, a.binary("subtract", given, center))
    scale = a.unary("sqrt", a.binary("divide", a.reduce("sum", a.binary("multiply", apart, apart)), count))
    size = a.binary("maximum", center, a.binary("subtract", 0.0, center))
    least = a.binary("multiply", a.binary("multiply", count, ROUNDING), size)
    scale = a.where(a.binary("greater", scale, least), scale, own.usual[None, None])
    if not own.keys:
        return Units(center, scale)
    keys = [column for name in encoder.by if isinstance(column := columns[name], OfKey)]
    place = place_of(a, keys, own.keys, [raw[name] for name in encoder.by])
    known = a.take(np.array([[False], *[[True]] * len(own.keys)]), place)
    none = np.zeros((1, len(encoder.columns)))
    center, scale = (
        a.where(known, a.take(np.concatenate([none, own.values[name]]), place), fresh)
        for name, fresh in (("center", center), ("scale", scale))
    )
    return Units(center, scale)
