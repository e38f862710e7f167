"""Numbers as a network likes them: bounded, centred, with missing cells filled and marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from scipy.special import ndtri

from protokit.core.values.arrays import FEW_ROWS
from protokit.represent.column.outside import Outside
from protokit.represent.encoders.scaling.first_scaler import FirstScaler

_FARTHEST = 3.0  # standard normal units
_STRAIGHT = 32.0  # standard deviations: no number of so few training rows lies beyond
_MOST_KNOTS, _FEWEST_KNOTS = 1000, 100  # of a column
_ALL_KNOTS = 200_000  # of a table: the more columns, the fewer each
SINGLE, FINE = 24, 44  # bits of a number that are looked at: those of a float32, or nearly all of a float64
_FEW = 32  # rows
_LOST = 0.9  # of the knots that FINE tells apart, so many have to stay apart in SINGLE


class NumberScaler(Protocol):
    """What scales numbers, of whatever version."""

    def knots(self, column: int) -> np.ndarray:
        """Numbers that training rows had in a column, ascending; none where it had two, or one. Shapes: (many,)."""

    @property
    def marked(self) -> np.ndarray:
        """Which columns are followed by an indicator of missing cells. Shapes: (columns,) bool."""

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers within -3 and 3; those of few training rows within -32 and 32.

        Shapes: (rows, columns), NaN where missing -> (rows, columns + indicators), float32.
        """

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit."""


@dataclass(frozen=True)
class ColumnScale:
    """How the numbers of one column are scaled: plain numbers, that any runtime can interpolate between.

    A number is rounded to `bits` binary digits. Its rank is read off a line through `knots` (ascending, so rounded)
    and `values`, which goes on level at both ends; its size is `u = (number - center) / scale`, softly bounded as
    `u / sqrt(1 + (u / 3) ** 2)`. What comes out is the mean of both. A `straight` column gives `u` as it is, cut off at
    -32 and 32. Without knots (constant columns, and those of two values) it is `u` cut off at -3 and 3. A column
    that is kept `as_is` gives the number itself.
    """

    median: float
    center: float
    scale: float
    bits: int
    knots: tuple[float, ...]
    values: tuple[float, ...]
    marked: bool
    straight: bool = False
    as_is: bool = False

    @classmethod
    def fit(cls, numbers: np.ndarray, most: int = _MOST_KNOTS, as_is: bool = False) -> ColumnScale:
        """Shapes: (training rows,), NaN where missing. At most so many knots. Of few rows it is straight."""
        found = cls._fit(numbers, most)
        return replace(found, as_is=True, straight=False) if as_is else found

    @classmethod
    def _fit(cls, numbers: np.ndarray, most: int) -> ColumnScale:
        ordered = np.sort(numbers)  # what is missing comes last
        here = len(ordered) - int(np.isnan(ordered).sum())
        ordered, gaps = ordered[:here], len(ordered) - here
        if here == 0:
            return cls(0.0, 0.0, 1.0, SINGLE, (), (), gaps > 0)
        bits = _bits(ordered)
        ordered = rounded(ordered, bits)
        middle = float(rounded((ordered[[(here - 1) // 2, here // 2]] / 2).sum(keepdims=True), bits)[0])
        if gaps:
            at = np.searchsorted(ordered, middle)
            ordered = np.concatenate([ordered[:at], np.full(gaps, middle), ordered[at:]])
        center, scale = _mean_and_spread(ordered)
        if not ((ordered != ordered[0]) & (ordered != ordered[-1])).any():
            return cls(middle, center, scale, bits, (), (), gaps > 0)
        knots = _knots(ordered, most)
        # the rank of a run of equal numbers is that of its middle
        first, after = (np.searchsorted(ordered, knots, side=side) for side in ("left", "right"))
        straight = len(numbers) < FEW_ROWS
        values = np.clip(ndtri((first + after - 1) / 2 / (len(ordered) - 1)), -_FARTHEST, _FARTHEST)
        return cls(middle, center, scale, bits, tuple(knots.tolist()), tuple(values.tolist()), gaps > 0, straight)

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """Shapes: (rows,) without missing ones -> (rows,) float64."""
        numbers = rounded(numbers, self.bits)
        if self.as_is:
            return numbers
        with np.errstate(over="ignore"):
            units = np.clip((numbers - self.center) / self.scale, -1e9, 1e9)
        return self.of_units(numbers, units, units / np.sqrt(1 + (units / _FARTHEST) ** 2))

    def of_units(self, numbers: np.ndarray, units: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """What comes out of rounded numbers, whose `u` is known, and that softly bounded. Shapes: (rows,) each."""
        found: np.ndarray
        if not self.knots or self.straight:
            most = _STRAIGHT if self.knots else _FARTHEST
            found = np.clip(units, -most, most)
            return found
        found = (np.interp(numbers, *self._line) + sizes) / 2
        return found

    @cached_property
    def _line(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.knots), np.array(self.values)


@dataclass(frozen=True)
class Scaler:
    """Each number by its rank and by its size, fitted on the training rows; missing cells get the median.

    The mean of two scalings: quantiles to a standard normal, and standardised with a soft bound. Why both:
    docs/decisions/default-network.md; why rounded: docs/decisions/scaler.md. Two numbers that are one as float32 come
    out the same. A column that had missing cells in the training rows is followed, after all others, by an indicator.
    """

    columns: tuple[ColumnScale, ...]

    def knots(self, column: int) -> np.ndarray:
        """See NumberScaler."""
        return np.array(self.columns[column].knots)

    @property
    def marked(self) -> np.ndarray:
        """See NumberScaler."""
        return np.array([column.marked for column in self.columns], bool)

    @classmethod
    def fit(cls, numbers: np.ndarray, as_is: Sequence[bool] = ()) -> Scaler:
        """Shapes: (training rows, columns), NaN where missing; all rows are looked at, in any order.

        `as_is` says of each column whether its numbers are kept as they are; of none when not given.
        """
        most = max(_FEWEST_KNOTS, min(_MOST_KNOTS, _ALL_KNOTS // max(1, numbers.shape[1])))
        kept = as_is or [False] * numbers.shape[1]
        return cls(tuple(ColumnScale.fit(column, most, one) for column, one in zip(numbers.T, kept, strict=True)))

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """See NumberScaler."""
        rows, many = numbers.shape
        if rows <= _FEW and many > 1:
            return self._of_few(numbers)
        out = np.empty((rows, many + int(self.marked.sum())), np.float32)
        at = many
        for i, column in enumerate(self.columns):
            missing = np.isnan(numbers[:, i])
            out[:, i] = column.transform(np.where(missing, column.median, numbers[:, i]))
            if column.marked:
                out[:, at] = missing
                at += 1
        return out

    def _of_few(self, numbers: np.ndarray) -> np.ndarray:
        """All columns at once, to the same bits: each operation has a price of its own, whatever the rows."""
        missing = np.isnan(numbers)
        medians, centers, scales, bits = self._packed
        found = rounded(np.where(missing, medians, numbers), bits)
        with np.errstate(over="ignore"):
            units = np.clip((found - centers) / scales, -1e9, 1e9)
        sizes = units / np.sqrt(1 + (units / _FARTHEST) ** 2)
        for i, column in enumerate(self.columns):
            if not column.as_is:
                found[:, i] = column.of_units(found[:, i], units[:, i], sizes[:, i])
        marked = self.marked
        return np.concatenate([found, missing[:, marked]] if marked.any() else [found], axis=1).astype(np.float32)

    @cached_property
    def _packed(self) -> tuple[np.ndarray, ...]:
        """Shapes: (columns,) each."""
        numbers = (np.array([getattr(one, of) for one in self.columns]) for of in ("median", "center", "scale", "bits"))
        return tuple(numbers)

    def as_plain(self) -> dict[str, object]:
        """See NumberScaler."""
        columns = [{field.name: getattr(column, field.name) for field in fields(column)} for column in self.columns]
        straight, as_is = (any(getattr(one, key) for one in self.columns) for key in ("straight", "as_is"))
        for plain in columns:
            if not as_is:
                del plain["as_is"]
            if not straight and not as_is:
                del plain["straight"]
        return {
            "version": 4 if as_is else 3 if straight else 2,  # older readers know 2
            "columns": [{**plain, "knots": [*plain["knots"]], "values": [*plain["values"]]} for plain in columns],
        }


def scaler_from_plain(plain: Mapping[str, Any]) -> NumberScaler:
    """The scaler of `as_plain`, of the version that it says.

    Raises:
        ValueError: there is no such version.
    """
    if plain["version"] == 1:
        return FirstScaler.from_plain(plain)
    if plain["version"] not in (2, 3, 4):
        raise ValueError(f"no version {plain['version']!r} of the scaler is known")
    sequences = ("knots", "values")
    return Scaler(
        tuple(ColumnScale(**{**one, **{name: tuple(one[name]) for name in sequences}}) for one in plain["columns"])
    )


def rounded(numbers: np.ndarray, bits: int | np.ndarray) -> np.ndarray:
    """Numbers with so many binary digits, half to even, as `Cast` to float32 rounds with 24; never infinite.

    Shapes: (..., many) float64, and bits (many,) where they differ -> (..., many) float64.
    """
    spare = 53 - bits
    words = np.ascontiguousarray(numbers, np.float64).view(np.int64)
    words = words + ((1 << (spare - 1)) - 1 + ((words >> spare) & 1))
    words &= -(1 << spare)
    most = np.ldexp(1 - 0.5**bits, 1024)
    found: np.ndarray = np.clip(words.view(np.float64), -most, most)
    return found


def _bits(ordered: np.ndarray) -> int:
    """FINE where a float32 could not tell the numbers of a column apart, such as seconds since 1970 of one day."""
    knots = _knots(ordered, _MOST_KNOTS)
    single, fine = (len(np.unique(rounded(knots, bits))) for bits in (SINGLE, FINE))
    return SINGLE if single >= _LOST * fine else FINE


def _knots(ordered: np.ndarray, most: int) -> np.ndarray:
    """The different numbers; of more than `most`, those at even steps through the rows, from the least to the most."""
    different: np.ndarray = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    if len(different) <= most:
        return different
    steps = np.arange(most, dtype=np.int64) * (len(ordered) - 1) // (most - 1)
    found: np.ndarray = np.unique(ordered[steps])
    return found


def _mean_and_spread(ordered: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation, 1 where that is 0; no square overflows or vanishes."""
    if ordered[0] == ordered[-1]:
        return float(ordered[0]), 1.0
    _, power = np.frexp(max(abs(ordered[0]), abs(ordered[-1])))
    small = np.ldexp(ordered, -power)
    center = small.mean()
    spread = np.sqrt(np.square(small - center).mean())
    scale = float(np.ldexp(spread, power))
    return float(np.ldexp(center, power)), scale if scale > 0 else 1.0


def outside(numbers: np.ndarray, knots: np.ndarray, *, measured: bool, gone: int, columns: int) -> Outside:
    """How many numbers of a later table are beyond those of the training rows; see `Outside`. Shapes: (rows,)."""
    low, high = (float(knots[0]), float(knots[-1])) if len(knots) else (0.0, 0.0)
    width = high - low
    above, below = numbers > high, numbers < low
    far = bool(((numbers > high + width) | (numbers < low - width)).any())
    counts = (int(above.sum()), int(below.sum()))
    return Outside(*counts, far, len(numbers), len(knots), low, high, measured, gone, columns)
