"""The times of a series: how they are written, how far apart they are, and which come next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.represent.encoders.cells import row_of, texts_of, to_numbers
from protokit.represent.encoders.dates import DATE_FORMATS, QUARTER, is_date, read_dates

Unit = Literal["number", "month", "weekday", "nanosecond"]

# after those of any date column; `%q` is the quarter
_FORMS = (
    "%Y Q%q", "%Y-Q%q", "%YQ%q", *DATE_FORMATS, "%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%b-%Y", "%B %Y", "%Y %b",
    "%b-%y", "%d %b %Y", "%Y%m%d", "%Y-%m-%dT%H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "ISO8601",
)  # fmt: skip
_DAY = 86_400 * 10**9  # nanoseconds
_SIZES = {"week": 7 * _DAY, "day": _DAY, "hour": _DAY // 24, "minute": _DAY // 1440, "second": 10**9}
_MONTHS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True)
class TimeIndex:
    """The times of one column as numbers, in steps of one size.

    `form` is how a time is written: `number`, `dates` (by the column's type), or a format. `unit` is what positions
    count: months (of dates that are all the `day` of theirs; 0: the last), days from Monday to Friday, nanoseconds
    since 1970, or the numbers themselves. `step` is what most rows are apart, in units.
    """

    column: str
    form: str
    unit: Unit = "nanosecond"
    step: float = 1
    day: int = 1

    @classmethod
    def reading(cls, cells: pd.Series) -> TimeIndex:
        """A time index that can read a column; its step is not known yet.

        Raises:
            DataError: a cell is missing, or no one form reads all of them.
        """
        name = str(cells.name)
        _all_there(cells)
        if is_date(cells):
            return cls._counting(name, "dates", np.unique(_stamps(cells, "dates")))
        texts = texts_of(cells).drop_duplicates()
        if cells.dtype.kind in "iuf" and not _like_dates(texts):
            return cls(name, "number", "number")
        found = []
        for form in _FORMS:
            if _read(texts.head(30), form).notna().all() and (read := _read(texts, form)).notna().all():
                stamps = np.unique(read.to_numpy().astype("datetime64[ns]"))
                index = cls._counting(name, form, stamps)
                found.append((index._regular(index._count(stamps)), index))
                if form not in {"%m/%d/%Y", "%d/%m/%Y"} and "/%Y " not in form:
                    break
        if found:  # of two orders of day and month, the one with the more even steps
            return max(found, key=lambda one: one[0])[1]
        if texts.str.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)").all():
            return cls(name, "number", "number")
        odd = next((text for text in texts if _read(texts[texts == text], "ISO8601").isna().all()), texts.iloc[0])
        raise DataError(
            f"the time column {name!r}: no one form reads every cell as a time, e.g. {odd[:60]!r}",
            cure="write times as 2024-12-31, 2024-12-31 23:00, 2024-12, 2024 Q4, or as numbers",
        )

    @classmethod
    def _counting(cls, name: str, form: str, stamps: np.ndarray) -> TimeIndex:
        """A time index in the unit that fits some different times."""
        dates = pd.DatetimeIndex(stamps)
        if len(dates) > 1 and (dates == dates.normalize()).all():
            if (dates.day == dates.day[0]).all() and dates.day[0] <= 28:
                return cls(name, form, "month", 1, int(dates.day[0]))
            if dates.is_month_end.all():
                return cls(name, form, "month", 1, 0)
            often = np.diff(stamps).astype("timedelta64[ns]").astype(np.int64)
            if len(dates) > 10 and (dates.day_of_week < 5).all() and _most_common(often)[0] == _DAY:
                return cls(name, form, "weekday", 1)
        return cls(name, form)

    def stepping(self, differences: np.ndarray) -> TimeIndex:
        """The same with the most common of the differences between neighbours of one series as its step."""
        return replace(self, step=_most_common(differences)[0]) if len(differences) else self

    def _regular(self, positions: np.ndarray) -> float:
        return _most_common(np.diff(positions))[1] if len(positions) > 1 else 0.0

    def positions(self, cells: pd.Series) -> np.ndarray:
        """Times as numbers in its unit.

        Shapes: (rows,) int64; float64 for numbers that are not whole.

        Raises:
            DataError: a cell is missing, or is no time.
        """
        _all_there(cells)
        if self.form == "number":
            numbers = to_numbers(cells)
            _all_there(cells, np.isnan(numbers))
            whole = bool((numbers == np.round(numbers)).all())
            return numbers.astype(np.int64) if whole else numbers
        return self._count(self.stamps(cells))

    def stamps(self, cells: pd.Series) -> np.ndarray:
        """Times as dates; numbers have none.

        Shapes: (rows,) datetime64[ns].
        """
        form = "dates" if is_date(cells) else self.form
        if form == "dates" and not is_date(cells):  # fitted on dates, and now they are texts
            form = TimeIndex.reading(cells).form
        return _stamps(cells, form)

    def _count(self, stamps: np.ndarray) -> np.ndarray:
        if self.unit == "month":
            return stamps.astype("datetime64[M]").astype(np.int64)
        if self.unit == "weekday":
            return np.busday_count(np.datetime64(0, "D"), stamps.astype("datetime64[D]")).astype(np.int64)
        return stamps.astype("datetime64[ns]").astype(np.int64)

    def dates(self, positions: np.ndarray) -> np.ndarray:
        """The dates of positions, for a time index that does not count numbers.

        Shapes: (rows,) datetime64[ns].
        """
        if self.unit == "month":
            months = positions.astype("datetime64[M]")
            late = (months + 1).astype("datetime64[D]") - 1
            days = late if self.day == 0 else months.astype("datetime64[D]") + (self.day - 1)
        elif self.unit == "weekday":
            days = np.busday_offset(np.datetime64(0, "D"), positions, roll="forward")
        else:
            days = positions.astype("datetime64[ns]")
        found: np.ndarray = days.astype("datetime64[ns]")
        return found

    def write(self, positions: np.ndarray, like: pd.Series) -> pd.Series:
        """Times as the column `like` writes them."""
        if self.form == "number":
            numbers = pd.Series(positions, name=self.column)
            return numbers.astype(like.dtype) if like.dtype.kind in "iuf" else numbers
        dates = pd.Series(self.dates(positions), name=self.column)
        if is_date(like):
            zone = getattr(like.dt, "tz", None)
            if zone is None:
                return dates
            if _whole_days(like):
                return dates.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
            return dates.dt.tz_localize("UTC").dt.tz_convert(zone)
        form = self.form if self.form != "dates" else TimeIndex.reading(like).form
        if "%q" in form:
            quarters = dates.dt.quarter.astype(str)
            return dates.dt.strftime(form.split("%q")[0]) + quarters
        texts = dates.dt.strftime("%Y-%m-%dT%H:%M:%S" if form == "ISO8601" else form)
        return texts.astype(like.dtype) if like.dtype.kind in "iuf" else texts

    def show(self, position: Any) -> str:
        """One time as a person reads it."""
        if self.form == "number":
            return as_text(position)
        text = str(self.dates(np.array([position]))[0].astype("datetime64[s]")).replace("T", " ")
        return text.removesuffix(" 00:00:00")

    @property
    def every(self) -> str:
        """How far apart rows are, in words.

        >>> TimeIndex("t", "dates", "month", 3).every, TimeIndex("t", "dates", "nanosecond", 1800 * 10**9).every
        ('quarter', '30 minutes')
        """
        step = int(self.step) if float(self.step).is_integer() else self.step
        if self.unit == "number":
            return as_text(step)
        if self.unit == "month":
            return _MONTHS.get(int(step), f"{step} months")
        if self.unit == "weekday":
            return "working day"
        name, size = next(((n, s) for n, s in _SIZES.items() if step % s == 0), ("second", 10**9))
        return name if step == size else f"{as_text(step / size)} {name}s"

    @property
    def season(self) -> int:
        """Steps after which a season comes again: those of a day, week or year that hold more than one; else 1.

        >>> [TimeIndex("t", "dates", "month", n).season for n in (1, 3, 12)]
        [12, 4, 1]
        """
        step = int(self.step)
        if self.unit == "month":
            return 12 // step if 12 % step == 0 else 1
        if self.unit == "weekday":
            return 5 if step == 1 else 1
        if self.unit == "number":
            return 1
        if step < _DAY:
            return _DAY // step if step >= _SIZES["minute"] and _DAY % step == 0 else 1
        return {_DAY: 7, 7 * _DAY: 52}.get(step, 1)

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values."""
        return dict(vars(self))


def _most_common(differences: np.ndarray) -> tuple[Any, float]:
    """The most common positive difference, the smallest of equals, and its share."""
    if differences.dtype.kind == "f":
        differences = np.round(differences, 9)
    values, counts = np.unique(differences[differences > 0], return_counts=True)
    if len(values) == 0:
        return 1, 0.0
    return values[counts.argmax()].item(), float(counts.max() / counts.sum())


def _like_dates(texts: pd.Series) -> bool:
    """Whether whole numbers are dates such as 20241231."""
    return bool(texts.str.fullmatch(r"(18|19|20)\d{6}").all()) and bool(_read(texts, "%Y%m%d").notna().all())


def _stamps(cells: pd.Series, form: str) -> np.ndarray:
    if form == "dates":
        zone = getattr(cells.dt, "tz", None)
        # by the clock of a place an hour comes twice, or never, when summer ends and begins
        plain = cells if zone is None or _whole_days(cells) else cells.dt.tz_convert("UTC")
        plain = plain if zone is None else plain.dt.tz_localize(None)
        found: np.ndarray = plain.to_numpy().astype("datetime64[ns]")
        return found
    codes, different = pd.factorize(texts_of(cells))
    read = _read(pd.Series(different, dtype=object), form)
    if read.isna().any():
        code = int(read.isna().to_numpy().argmax())
        row = row_of(cells, int((codes == code).argmax()))
        raise DataError(
            f"column {cells.name!r}, row {row}: {str(different[code])[:60]!r} is not a time like the others",
            cure="write it as the others are written",
        )
    found = read.to_numpy().astype("datetime64[ns]")[codes]
    return found


def _whole_days(cells: pd.Series) -> bool:
    return bool((cells == cells.dt.normalize()).all())


def _read(texts: pd.Series, form: str) -> pd.Series:
    """Texts as dates; missing where one is not of the form."""
    if "%q" in form:
        before = form.split("%q")[0].replace("%Y", r"\d{4}")
        return read_dates(texts.where(texts.str.fullmatch(before + "[1-4]", case=False)), QUARTER)
    if form == "ISO8601":
        return pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)
    if form in {"%Y-%m", "%Y/%m", "%Y%m%d"}:  # pandas would read 2024-1-1 as 2024-01, too
        digits = {"%Y-%m": r"\d{4}-\d{1,2}", "%Y/%m": r"\d{4}/\d{1,2}", "%Y%m%d": r"\d{8}"}[form]
        texts = texts.where(texts.str.fullmatch(digits))
    return pd.to_datetime(texts, format=form, errors="coerce")


def _all_there(cells: pd.Series, missing: np.ndarray | None = None) -> None:
    gone = cells.isna().to_numpy() if missing is None else missing
    if gone.any():
        row = row_of(cells, int(gone.argmax()))
        raise DataError(
            f"the time column {cells.name!r} is missing in row {row}", cure="fill it, or filter such rows away"
        )
