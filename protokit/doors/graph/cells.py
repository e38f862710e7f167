"""The raw cells of a column, as a file takes them, and the numbers or codes that are made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, TypeVar

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.represent.encoders.cells import FALSE, TRUE
from protokit.represent.encoders.circles import TABLES, table
from protokit.represent.encoders.levels import DOUBTFUL, Levels
from protokit.represent.kind import CodeColumn, FittedColumn, NumberColumn
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.date import Date
from protokit.represent.kinds.duration import Duration
from protokit.represent.kinds.number import Number
from protokit.represent.kinds.ordered import Ordered
from protokit.represent.kinds.times.time_of_day import TimeOfDay

Value = TypeVar("Value")
MISSING = -(2**63)  # what stands for no time: NaT, as NumPy has it
_DAY, _MINUTE = 86_400_000_000, 60_000_000  # microseconds
_TO_MARCH = 719_468  # days from the first of March of the year 0 to 1970
_UNSEEN = "\u241a"  # a text that no level is


@dataclass(frozen=True)
class RawColumn(ABC):
    """A column of a file's input. `marks` are the recipe's texts of missing cells.

    Attributes:
        dtype: float64, int64, or object for texts.
        takes: what a cell is, for the contract; `gone` what stands for a missing one.
    """

    fitted: FittedColumn
    marks: tuple[str, ...] = ()
    dtype: ClassVar[str]
    takes: ClassVar[str]
    gone: ClassVar[str]

    @property
    def name(self) -> str:
        """The column's name."""
        return self.fitted.column

    @property
    def levels(self) -> list[str] | None:
        """The texts that training knew, where it is one of levels."""
        return None

    @abstractmethod
    def array(self, cells: pd.Series) -> np.ndarray:
        """Cells of a cleaned table as the file takes them. Shapes: (rows,) -> (rows, 1)."""

    @abstractmethod
    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """What is made of cells: numbers (float64, NaN where missing), or of a category its code (int64).

        Shapes: (rows, 1) -> (rows, numbers of the column), or (rows, 1).
        """

    @abstractmethod
    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """Cells such as may come: as in training (`seen` has numbers of it), beyond it, and missing."""


class OfNumber(RawColumn):
    """Numbers."""

    dtype, takes, gone = "float64", "a number", "NaN"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        assert isinstance(self.fitted, NumberColumn), "it gives numbers"
        return self.fitted.numbers(cells)

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        return value

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        seen = seen if len(seen) else np.array([0.0, 1.0])
        own = rng.choice(seen, rows)
        between = own + rng.uniform(-1, 1, rows) * (np.ptp(seen) or 1.0)
        found = np.select([rng.random(rows) < 0.5, rng.random(rows) < 0.8], [own, between], np.nan)
        return pd.Series(found, name=self.name)


class OfSeconds(OfNumber):
    """Lengths of time."""

    takes = "a length of time in seconds"

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        return super().drawn(rng, rows, seen).abs()


class OfTimeOfDay(RawColumn):
    """Times of day."""

    dtype, takes, gone = "float64", "seconds since midnight", "NaN"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        assert isinstance(self.fitted, TimeOfDay), "it is one"
        return self.fitted.seconds(cells)[:, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        missing = a.unary("isnan", value)
        minute = a.cast(a.binary("divide", a.where(missing, 0.0, value), 60.0), "int64")
        hours = a.binary("divide", value, 3600.0)
        circle = [a.where(missing, np.nan, one) for one in _circle(a, table(1440, 1440), minute)]
        return a.concatenate([hours, *circle])

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        of = rng.integers(-9_000, 86_400, rows)
        some = [None if s < 0 else f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in of]
        return pd.Series(np.array([*some, None], object)[:-1], name=self.name)


class OfTexts(RawColumn):
    """Texts that are looked up."""

    dtype, gone = "object", "an empty text"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        texts = ["" if gone else as_text(cell) for cell, gone in zip(cells, cells.isna(), strict=True)]
        return np.array([*texts, None], object)[:-1, None]

    def numbers(self, a: Arithmetic[Value], value: Value, keys: dict[str, float]) -> Value:
        """The number of each text, NaN of all others."""
        return a.take(np.array([np.nan, *keys.values()]), a.lookup(value, list(keys)))

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        some = np.array([*(self.levels or ()), None], object)
        return pd.Series(rng.choice(some, rows), name=self.name)


class OfBoolean(OfTexts):
    """True and false."""

    takes = "true or false, t or f, yes or no, y or n, 1 or 0; in any case"

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        return ["yes", "True", "FALSE", "n", "0", "1"]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        keys = {"1": 1.0, "0": 0.0}
        for words, number in ((TRUE, 1.0), (FALSE, 0.0)):
            keys |= {text: number for word in sorted(words) for text in _in_any_case(word)}
        return self.numbers(a, value, keys)


class OfOrdered(OfTexts):
    """Categories with an order."""

    takes = "one of the levels, as it is written there"

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        assert isinstance(self.fitted, Ordered), "it is one"
        return list(self.fitted.levels)

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        assert isinstance(self.fitted, Ordered), "it is one"
        places = self.fitted.numbers(cells)[:, 0]
        texts = ["" if np.isnan(place) else self.levels[int(place)] for place in places]
        return np.array([*texts, None], object)[:-1, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        return self.numbers(a, value, {level: float(i) for i, level in enumerate(self.levels)})


class OfCategory(OfTexts):
    """Categories."""

    takes = "a text without blanks around it: one of the levels, or any other as unseen"

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        assert isinstance(self.fitted, CodeColumn), "it is one"
        return [level for level in self.fitted.levels if level is not None]

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn: a number that a level's text was, as that text."""
        assert isinstance(self.fitted, Category), "it is one"
        known = Levels(self.fitted.levels, self.fitted.rare)
        found = super().array(cells)
        for i, place in enumerate(known.places(cells)):
            if place == DOUBTFUL:
                found[i, 0] = _UNSEEN
            elif place >= 0:
                found[i, 0] = self.fitted.levels[place] or ""
        return found

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        assert isinstance(self.fitted, Category), "it is one"
        gone = next((i + 1 for i, level in enumerate(self.fitted.levels) if level is None), 0)
        codes = {level: i + 1 for i, level in enumerate(self.fitted.levels) if level is not None}
        codes = {**dict.fromkeys(("", *self.marks), gone), **codes}
        return a.take(np.array([0, *codes.values()], np.int64), a.lookup(value, list(codes)))

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        assert isinstance(self.fitted, Category), "it is one"
        few = [*self.levels[:50], *(self.fitted.rare or ())[:3], "never seen", None]
        return pd.Series(rng.choice(np.array(few, object), rows), name=self.name)


class OfDate(RawColumn):
    """Dates."""

    dtype, takes, gone = "int64", "microseconds since 1970-01-01 00:00 UTC, of the years 1 to 9999", f"{MISSING} (NaT)"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        assert isinstance(self.fitted, Date), "it is one"
        return self.fitted.instants(cells).astype("datetime64[us]").astype(np.int64)[:, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn: days, and places on circles, by a calendar of whole numbers.

        Source: Hinnant, chrono-Compatible Low-Level Date Algorithms, 2013 (civil_from_days).
        """
        assert isinstance(self.fitted, Date), "it is one"
        missing = a.binary("equal", value, np.int64(MISSING))
        micro = a.where(missing, np.int64(0), value)
        days = a.binary("divide", a.cast(micro, "float64"), float(_DAY))
        since = a.binary("add", micro, np.int64(_TO_MARCH * _DAY))
        day, rest = self._parted(a, since, _DAY)
        circles = [table(366, 365.25, 1), table(7, 7)]
        places = [self._day_of_year(a, day), self._parted(a, a.binary("add", day, np.int64(2)), 7)[1]]
        if self.fitted.timed:
            circles.append(table(1440, 1440))
            places.append(self._parted(a, rest, _MINUTE)[0])
        each = [one for circle, place in zip(circles, places, strict=True) for one in _circle(a, circle, place)]
        return a.where(missing, np.nan, a.concatenate([days, *each]))

    @staticmethod
    def _parted(a: Arithmetic[Value], value: Value, by: int) -> tuple[Value, Value]:
        whole = a.binary("divide", value, np.int64(by))
        return whole, a.binary("subtract", value, a.binary("multiply", whole, np.int64(by)))

    def _day_of_year(self, a: Arithmetic[Value], day: Value) -> Value:
        """The day of the year, from 0, of days since the first of March of the year 0."""
        of_era = self._parted(a, day, 146_097)[1]
        left = of_era
        for name, by in (("subtract", 1460), ("add", 36_524), ("subtract", 146_096)):
            left = a.binary(name, left, self._parted(a, of_era, by)[0])
        year = self._parted(a, left, 365)[0]  # of 400, from March on
        years = np.arange(400)
        before = (365 * years + years // 4 - years // 100).astype(np.int64)
        leap = ((years % 4 == 0) & ((years % 100 != 0) | (years == 0))).astype(np.int64)
        since_march = a.binary("subtract", of_era, a.take(before, year))
        later = a.binary("add", since_march, a.take(leap + 59, year))
        in_january = a.binary("greater", since_march, np.int64(305))
        return a.where(in_january, a.binary("subtract", since_march, np.int64(306)), later)

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        seen = seen if len(seen) else np.array([0.0, 20_000.0])
        low, high = int(seen.min()), int(seen.max()) + 1
        days = np.where(rng.random(rows) < 0.6, rng.integers(low, high, rows), rng.integers(-300_000, 100_000, rows))
        micro = days * _DAY + rng.integers(0, _DAY, rows) * int(getattr(self.fitted, "timed", False))
        micro = np.where(rng.random(rows) < 0.9, micro, MISSING)
        return pd.Series(micro.astype("datetime64[us]"), name=self.name)


_OF_KIND: dict[type[FittedColumn], type[RawColumn]] = {
    Number: OfNumber,
    Duration: OfSeconds,
    TimeOfDay: OfTimeOfDay,
    Boolean: OfBoolean,
    Ordered: OfOrdered,
    Category: OfCategory,
    Date: OfDate,
}


def raw_column(fitted: FittedColumn, marks: Sequence[str]) -> RawColumn:
    """A column as a file takes it.

    Raises:
        SpecError: its kind cannot go into a file.
    """
    of = _OF_KIND.get(type(fitted))
    name = fitted.column
    if of is None:
        rule = f"{name!r} is of the kind {fitted.kind!r}, which does not go into a file"
        cure = f"leave it out, columns: {{{name}: ignore}}, or take the network alone: model.to_keras()"
        raise SpecError.one(rule, f"{cure}, with the arrays of model.arrays(table)")
    if isinstance(fitted, Date) and fitted.circles != TABLES:
        raise SpecError.one(f"{name!r} is a date of an earlier version of protokit", "train the model anew")
    known = (*(getattr(fitted, "levels", None) or ()), *(getattr(fitted, "rare", None) or ()))
    if "" in known:
        rule = f"{name!r} has the empty text as a level, and in a file that is a missing cell"
        raise SpecError.one(rule, "read it as missing: collect: {tables: {NAME: {csv: ..., missing: [...]}}}")
    return of(fitted, tuple(mark for mark in marks if mark not in known))


def _in_any_case(word: str) -> list[str]:
    return ["".join(letters) for letters in product(*((one.lower(), one.upper()) for one in word))]


def _circle(a: Arithmetic[Value], circle: np.ndarray, places: Value) -> list[Value]:
    return [a.take(np.ascontiguousarray(circle[:, i]), places) for i in (0, 1)]
