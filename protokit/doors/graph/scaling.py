"""Numbers as a network takes them: all columns at once, as the scaler of the training rows has it."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from protokit.core.errors import SpecError
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.represent.encoders.scaling.scaler import FINE, SINGLE, ColumnScale, NumberScaler, Scaler

Value = TypeVar("Value")
_SOFT, _STRAIGHT = 3.0, 32.0  # bounds, see ColumnScale
_BEYOND = 1e300  # no number is so large
_LARGEST, _SMALLEST = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)


def checked(scaler: NumberScaler) -> Scaler:
    """A scaler that can go into a file.

    Raises:
        SpecError: it is of an earlier version, or its numbers are none of a float32.
    """
    if not isinstance(scaler, Scaler):
        raise SpecError.one("the model scales numbers as an earlier version of protokit did", "train it anew")
    for column in scaler.columns:
        sizes = [abs(one) for one in (*column.knots, column.center, column.median, column.scale) if one]
        if column.bits == SINGLE and sizes and not _SMALLEST < min(sizes) <= max(sizes) < _LARGEST:
            rule = f"a column's numbers go from {min(sizes):g} to {max(sizes):g}, beyond those of 32 bits"
            raise SpecError.one(rule, "give them another unit: collect: {clean: [{derive: ...}]}")
    return scaler


def scaled(a: Arithmetic[Value], scaler: Scaler, numbers: Value) -> list[Value]:
    """Scaled numbers, and where some columns have them the marks of missing cells.

    Shapes: (rows, columns) float64, NaN where missing -> (rows, columns) and (rows, marks), float32.
    """
    columns = scaler.columns
    missing = a.unary("isnan", numbers)
    known = _rounded(a, columns, a.where(missing, np.array([[one.median for one in columns]]), numbers))
    units = a.binary("divide", a.binary("subtract", known, _row(columns, "center")), _row(columns, "scale"))
    units = _clipped(a, units, 1e9)
    bound = np.array([[_STRAIGHT if one.straight and one.knots else _SOFT for one in columns]])
    found = a.binary("minimum", a.binary("maximum", units, -bound), bound)
    by_rank = np.array([[bool(one.knots) and not one.straight for one in columns]])
    if by_rank.any():
        soft = a.binary("divide", units, _SOFT)
        soft = a.unary("sqrt", a.binary("add", a.binary("multiply", soft, soft), 1.0))
        size = a.binary("divide", units, soft)
        both = a.binary("divide", a.binary("add", _ranked(a, columns, known), size), 2.0)
        found = both if by_rank.all() else a.where(by_rank, both, found)
    as_is = np.array([[one.as_is for one in columns]])
    if as_is.any():
        found = known if as_is.all() else a.where(as_is, known, found)
    made = [a.cast(found, "float32")]
    if marked := [i for i, column in enumerate(columns) if column.marked]:
        made.append(a.columns(a.cast(missing, "float32"), marked))
    return made


def _row(columns: tuple[ColumnScale, ...], name: str) -> np.ndarray:
    return np.array([[getattr(column, name) for column in columns]], np.float64)


def _clipped(a: Arithmetic[Value], value: Value, bound: float) -> Value:
    return a.binary("minimum", a.binary("maximum", value, -bound), bound)


def _rounded(a: Arithmetic[Value], columns: tuple[ColumnScale, ...], numbers: Value) -> Value:
    """Numbers with as many binary digits as their column has: by a cast, or as Veltkamp split them in 1968."""
    fine = np.array([[column.bits == FINE for column in columns]])
    single = a.cast(a.cast(_clipped(a, numbers, _LARGEST), "float32"), "float64") if not fine.all() else None
    if single is not None and not fine.any():
        return single
    large = a.binary("multiply", numbers, 2.0 ** (53 - FINE) + 1)
    split = a.binary("subtract", large, a.binary("subtract", large, numbers))
    return split if single is None else a.where(fine, split, single)


def _ranked(a: Arithmetic[Value], columns: tuple[ColumnScale, ...], numbers: Value) -> Value:
    """What the line through each column's knots has at its numbers: the knots are found by halving, for all at once."""
    steps = max(len(column.knots) for column in columns).bit_length()
    size = 2**steps
    knots = np.full((len(columns), size), _BEYOND)
    start, base, slope = (np.zeros((len(columns), size)) for _ in range(3))
    for i, column in enumerate(columns):
        if not (many := len(column.knots)):
            continue
        at, values = np.array(column.knots), np.array(column.values)
        knots[i, :many] = at
        base[i, 0], base[i, 1:] = values[0], values[-1]
        base[i, 1 : many + 1], start[i, 1 : many + 1] = values, at
        slope[i, 1:many] = np.diff(values) / np.diff(at)
    first = np.arange(len(columns), dtype=np.int64)[None] * size
    half = size // 2
    middle = a.binary("less_equal", knots[:, half - 1][None], numbers)
    place = a.where(middle, first + half, first)  # of the last knot at or below the number, and one on
    for step in (2**power for power in reversed(range(steps - 1))):
        knot = a.take(knots.ravel(), a.binary("add", place, np.int64(step - 1)))
        there = a.binary("add", place, np.int64(step))
        place = a.where(a.binary("less_equal", knot, numbers), there, place)
    line = [a.take(one.ravel(), place) for one in (start, base, slope)]
    return a.binary("add", a.binary("multiply", line[2], a.binary("subtract", numbers, line[0])), line[1])
