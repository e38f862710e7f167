"""Dates and times of day."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.represent.encoders.circles import table
from protokit.represent.kinds.date import Date
from protokit.represent.kinds.times.time_of_day import TimeOfDay

Value = TypeVar("Value")
MISSING = -(2**63)  # what stands for no time: NaT, as NumPy has it
_DAY, _MINUTE = 86_400_000_000, 60_000_000  # microseconds
_TO_MARCH = 719_468  # days from the first of March of the year 0 to 1970


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
        missing = a.binary("equal", value, np.int64(MISSING))
        micro = a.where(missing, np.int64(0), value)
        days = a.binary("divide", a.cast(micro, "float64"), float(_DAY))
        day = self._parted(a, a.binary("add", micro, np.int64(_TO_MARCH * _DAY)), _DAY)
        circles = self._circled(a, *day)
        return a.where(missing, np.nan, a.concatenate([days, *circles]))

    def circled(self, a: Arithmetic[Value], days: Value) -> list[Value]:
        """The circles of whole days since 1970."""
        return self._circled(a, a.binary("add", days, np.int64(_TO_MARCH)), None)

    def _circled(self, a: Arithmetic[Value], day: Value, rest: Value | None) -> list[Value]:
        circles = [table(366, 365.25, 1), table(7, 7)]
        places = [self._day_of_year(a, day), self._parted(a, a.binary("add", day, np.int64(2)), 7)[1]]
        if rest is not None and getattr(self.fitted, "timed", False):
            circles.append(table(1440, 1440))
            places.append(self._parted(a, rest, _MINUTE)[0])
        return [one for circle, place in zip(circles, places, strict=True) for one in _circle(a, circle, place)]

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


def _circle(a: Arithmetic[Value], circle: np.ndarray, places: Value) -> list[Value]:
    return [a.take(np.ascontiguousarray(circle[:, i]), places) for i in (0, 1)]
