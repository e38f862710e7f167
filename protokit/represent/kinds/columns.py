"""Encoders of single columns: fitted on training rows, kept as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.suggest import did_you_mean
from protokit.represent.kinds.inference import FALSE, TRUE, date_format, is_date, marks, read_dates, texts_of

RARE = 3  # levels seen in fewer training rows share the unseen slot, which so learns something


class ColumnEncoder(Protocol):
    """Turns one column into plain numbers (NaN where missing) or into codes from 0 (unseen)."""

    kind: str
    column: str

    def as_plain(self) -> dict[str, Any]:
        """All that the encoder learned, as JSON values."""


@dataclass(frozen=True)
class Number:
    """A number as it is. `marks` are texts that mean a missing cell."""

    column: str
    marks: tuple[str, ...] = ()
    kind: str = "number"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    @classmethod
    def fit(cls, series: pd.Series, marks: tuple[str, ...] = ()) -> Number:
        """Nothing is learned."""
        return cls(str(series.name), marks)

    def numbers(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        return to_numbers(unmarked(series, self.marks))[:, None]

    def as_plain(self) -> dict[str, Any]:
        """See ColumnEncoder."""
        return {"kind": self.kind, "column": self.column, "marks": list(self.marks)}


@dataclass(frozen=True)
class Ordered:
    """A category with an order as its place in it, from 0. A level that the order lacks is an error."""

    column: str
    levels: tuple[str, ...]
    kind: str = "ordered"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    def numbers(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        place = {level: i for i, level in enumerate(self.levels)}
        found = texts_of(series).map(place).to_numpy(float, na_value=np.nan)
        bad = np.isnan(found) & series.notna().to_numpy()
        if bad.any():
            raise wrong(series, int(bad.argmax()), "one of " + ", ".join(self.levels))
        return found[:, None]

    def as_plain(self) -> dict[str, Any]:
        """See ColumnEncoder."""
        return {"kind": self.kind, "column": self.column, "levels": list(self.levels)}


@dataclass(frozen=True)
class Boolean:
    """True and false (or yes and no, 1 and 0) as 1 and 0."""

    column: str
    kind: str = "boolean"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    @classmethod
    def fit(cls, series: pd.Series) -> Boolean:
        """Nothing is learned."""
        return cls(str(series.name))

    def numbers(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        out = np.full(len(series), np.nan)
        for i, (value, missing) in enumerate(zip(series, series.isna(), strict=True)):
            if missing:
                continue
            text = as_text(value).lower()
            if text in TRUE or text == "1":
                out[i] = 1.0
            elif text in FALSE or text == "0":
                out[i] = 0.0
            else:
                raise wrong(series, i, "true or false")
        return out[:, None]

    def as_plain(self) -> dict[str, Any]:
        """See ColumnEncoder."""
        return {"kind": self.kind, "column": self.column}


@dataclass(frozen=True)
class Date:
    """A date as days since 1970 and as places on the circles of year, week and, with a time, day.

    `marks` are texts that mean a missing cell.
    """

    column: str
    format: str | None
    timed: bool
    marks: tuple[str, ...] = ()
    kind: str = "date"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        circles = ("year", "week", "day") if self.timed else ("year", "week")
        parts = [f"{self.column} {f} of {c}" for c in circles for f in ("sine", "cosine")]
        return (f"{self.column} days", *parts)

    @classmethod
    def fit(cls, series: pd.Series, marks: tuple[str, ...] = ()) -> Date:
        """Learns the format of dates that are texts, and whether they have a time.

        Raises:
            DataError: no format reads every cell.
        """
        fmt = None
        series = unmarked(series, marks)
        if not is_date(series):
            texts = texts_of(series.dropna())
            fmt = date_format(texts)
            if fmt is None:
                raise DataError(
                    f"column {series.name!r}: no one format reads every cell as a date, e.g. {texts.iloc[0]!r}",
                    cure="write dates as 2024-12-31",
                )
        dates = cls(str(series.name), fmt, True).dates(series).dropna()
        return cls(str(series.name), fmt, bool((dates != dates.dt.normalize()).any()), marks)

    def dates(self, series: pd.Series) -> pd.Series:
        """The column as dates, without a time zone."""
        if is_date(series):
            return series.dt.tz_localize(None) if getattr(series.dt, "tz", None) is not None else series
        series = unmarked(series, self.marks)
        dates = read_dates(texts_of(series), self.format)
        bad = dates.isna().to_numpy() & series.notna().to_numpy()
        if bad.any():
            raise wrong(series, int(bad.argmax()), f"a date like {self.format or '2024-12-31'}")
        return dates.dt.tz_localize(None) if getattr(dates.dt, "tz", None) is not None else dates

    def numbers(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, len(names)), NaN where missing."""
        dates = self.dates(series)
        days = ((dates - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(float)
        hours = (days - np.floor(days)) * 24
        turns = [dates.dt.day_of_year.to_numpy(float) / 365.25, dates.dt.day_of_week.to_numpy(float) / 7]
        turns += [hours / 24] if self.timed else []
        circles = [f(2 * np.pi * turn) for turn in turns for f in (np.sin, np.cos)]
        return np.stack([days, *circles], axis=1)

    def as_plain(self) -> dict[str, Any]:
        """See ColumnEncoder."""
        plain = {"kind": self.kind, "column": self.column, "format": self.format, "timed": self.timed}
        return {**plain, "marks": list(self.marks)}


@dataclass(frozen=True)
class Category:
    """A category as a code: 0 for unseen and rare levels, then one for each level. A missing cell is a level."""

    column: str
    levels: tuple[str | None, ...]
    kind: str = "category"

    @classmethod
    def fit(cls, series: pd.Series) -> Category:
        """Learns the levels of at least RARE rows, in the order of the alphabet, missing last."""
        counts = texts_of(series).value_counts()
        levels: list[str | None] = [*sorted(str(level) for level in counts.index[counts >= RARE])]
        if int(series.isna().sum()) >= RARE:
            levels.append(None)
        return cls(str(series.name), tuple(levels))

    def codes(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows,) int64, from 0 to len(levels)."""
        code = {level: i for i, level in enumerate(self.levels, 1)}
        known = texts_of(series).map(code).to_numpy(float, na_value=0, copy=True)
        known[series.isna().to_numpy()] = code.get(None, 0)
        return known.astype(np.int64)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number that one level makes."""
        return tuple(f"{self.column} = {level}" for level in self.levels)

    def one_hot(self, codes: np.ndarray) -> np.ndarray:
        """Shapes: (rows,) codes -> (rows, len(levels)) float32, all 0 for the code 0."""
        found: np.ndarray = np.eye(len(self.levels) + 1, dtype=np.float32)[codes][:, 1:]
        return found

    def as_plain(self) -> dict[str, Any]:
        """See ColumnEncoder."""
        return {"kind": self.kind, "column": self.column, "levels": list(self.levels)}


def from_plain(plain: dict[str, Any]) -> Number | Ordered | Boolean | Date | Category:
    """An encoder from what `as_plain` gave."""
    column = plain["column"]
    if plain["kind"] == "ordered":
        return Ordered(column, tuple(plain["levels"]))
    if plain["kind"] == "date":
        return Date(column, plain["format"], plain["timed"], tuple(plain["marks"]))
    if plain["kind"] == "category":
        return Category(column, tuple(plain["levels"]))
    return Boolean(column) if plain["kind"] == "boolean" else Number(column, tuple(plain["marks"]))


def times(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column's times as numbers that only grow with them: as they are, or nanoseconds since 1970.

    Shapes: (rows,) float64 or int64.

    Raises:
        DataError: there is no such column, a cell is missing, or is no time.
    """
    if name not in frame.columns:
        raise DataError(f"no column {name!r} with times", cure=did_you_mean(name, list(frame.columns)))
    column = frame[name]
    if column.isna().any():
        raise DataError(f"the time column {name!r} has missing cells", cure="fill or remove those rows")
    if column.dtype.kind in "iuf":
        return to_numbers(column)
    if odd := marks(column):
        rule = f"the time column {name!r} has cells that are no time, such as {odd[0]!r}"
        raise DataError(rule, cure=f"mend them, or drop their rows: clean: [{{filter: \"{name} <> '{odd[0]}'\"}}]")
    found: np.ndarray = Date.fit(column).dates(column).to_numpy().astype("datetime64[ns]").astype("int64")
    return found


def unmarked(series: pd.Series, marks: tuple[str, ...]) -> pd.Series:
    """The column with the cells of such texts missing."""
    return series.mask(texts_of(series).isin(marks)) if marks else series


def to_numbers(series: pd.Series) -> np.ndarray:
    """A column as float64, NaN where missing.

    Raises:
        DataError: with the row of the first cell that is not a number.
    """
    if series.dtype.kind in "iufb":
        values = series.to_numpy(float)
    elif series.dtype.kind == "M":
        raise wrong(series, 0, "a number")
    else:
        values = pd.to_numeric(series, errors="coerce").to_numpy(float, na_value=np.nan)
        blank = series.isna().to_numpy() | (texts_of(series) == "").to_numpy(bool)
        bad = np.isnan(values) & ~blank
        if bad.any():
            raise wrong(series, int(bad.argmax()), "a number")
    infinite = np.isinf(values)
    if infinite.any():
        raise wrong(series, int(infinite.argmax()), "a finite number")
    return values


def row_of(series: pd.Series, position: int) -> int:
    """The row of a cell in the table, from 1: the frame's index counts its rows."""
    label = series.index[position]
    return int(label) + 1 if hasattr(label, "__index__") else position + 1


def wrong(series: pd.Series, position: int, what: str) -> DataError:
    """The error of a cell that is not what its column is."""
    value = series.iloc[position]
    row = row_of(series, position)
    return DataError(
        f"column {series.name!r}, row {row}: {str(value)[:60]!r} is not {what}",
        cure="mend the cell, leave it empty, or name its text in `missing:` of the table",
    )
