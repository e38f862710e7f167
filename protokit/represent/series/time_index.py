"""The times of a series: how they are written, how far apart they are, and which come next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from protokit.cells.times.columns import different, instants, is_date, read, survey
from protokit.cells.times.forms import form_of
from protokit.cells.times.rules import EPOCHS, UNASKED, Evidence, Rule, decide
from protokit.cells.times.zones import at_place
from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.said import Notice
from protokit.represent.encoders.cells import row_of, to_numbers
from protokit.represent.encoders.times import writes

Unit = Literal["number", "month", "weekday", "microsecond", "nanosecond"]

_PER_SECOND = {"microsecond": 10**6, "nanosecond": 10**9}  # models of earlier versions count nanoseconds
_SIZES = {"week": 7 * 86_400, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_MONTHS = {1: "month", 3: "quarter", 12: "year"}
_WRITE = "write times as 2024-12-31, 2024-12-31 23:00, 2024-12, 2024 Q4, or as numbers"


@dataclass(frozen=True)
class TimeIndex:
    """The times of one column as numbers, in steps of one size.

    `form` is how a time is written: `number`, `dates` (by the column's type), or a format. `unit` is what positions
    count: months (of dates that are all the `day` of theirs; 0: the last), days from Monday to Friday, microseconds
    since 1970, or the numbers themselves. `step` is what most rows are apart, in units. `order`, `zone` and `epoch`
    are how times are read; `said` is what was decided of that.
    """

    column: str
    form: str
    unit: Unit = "microsecond"
    step: float = 1
    day: int = 1
    order: str = ""
    zone: str = ""
    epoch: str = ""
    said: tuple[Notice, ...] = field(default=(), compare=False)

    @classmethod
    def reading(cls, cells: pd.Series, asked: Rule = UNASKED) -> TimeIndex:
        """A time index that can read a column; its step is not known yet.

        Raises:
            DataError: a cell is missing, or no one form reads all of them.
        """
        name = str(cells.name)
        _all_there(cells)
        if is_date(cells):
            return cls._counting(name, "dates", np.unique(_typed(cells)), asked)
        texts = different(cells)[1]
        if asked.epoch:
            return cls._counting(name, "number", np.unique(_read(cells, asked)), asked)
        if cells.dtype.kind in "iuf" and not _like_dates(cells):
            return cls(name, "number", "number")
        found = survey(cells)
        if not found.unread:
            return cls._read_as(cells, texts, found, asked)
        if pd.Series(texts).str.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)").all():
            return cls(name, "number", "number")
        rule = f"the time column {name!r}: no one form reads every cell as a time, e.g. {found.unread!r}"
        raise DataError(rule, cure=_WRITE)

    @classmethod
    def _read_as(cls, cells: pd.Series, texts: np.ndarray, found: Evidence, asked: Rule) -> TimeIndex:
        """The index of texts that are dates; of two orders of day and month, the one with the more even steps."""
        name = str(cells.name)
        decided = decide(found, asked)
        rules = [decided.rule]
        open_orders = found.orders - ({"year"} if found.open else set())
        if (found.open or found.short) and not asked.order and len(open_orders) > 1:
            rules = [replace(decided.rule, order=order) for order in sorted(open_orders)]
        ranked: list[tuple[float, TimeIndex, Rule]] = []
        for rule in rules:
            stamps = np.unique(_read(cells, rule)) if not decided.trouble or len(rules) > 1 else np.empty(0, "M8[us]")
            index = cls._counting(name, form_of(max(texts[:30], key=len), rule.order), stamps, rule)
            ranked.append((index._regular(index._count(stamps)), index, rule))
        ranked.sort(key=lambda one: -one[0])
        if len(ranked) > 1 and ranked[0][0] > ranked[1][0]:
            best = ranked[0]
            decided = decide(found, best[2])
            rule_of = f"{name!r} is read with the {best[2].order} first, as its steps are more even so"
            told = Notice(rule_of, (name,), writes(name)(f"order: {ranked[1][2].order}"))
            return replace(best[1], said=(told, *decided.notices(name, writes(name))))
        decided = decided.surely()
        if decided.trouble:
            cure = decided.cure(writes(name))
            raise DataError(f"the time column {name!r}: {decided.trouble}", cure=cure)
        index = next(index for _, index, rule in ranked if rule == decided.rule)
        said = decided.notices(name, writes(name)) + read(cells, decided.rule).notices(name, decided.rule.zone)
        return replace(index, said=tuple(said))

    @classmethod
    def _counting(cls, name: str, form: str, stamps: np.ndarray, rule: Rule) -> TimeIndex:
        """A time index in the unit that fits some different times."""
        index = cls(name, form, order=rule.order, zone=rule.zone, epoch=rule.epoch)
        dates = pd.DatetimeIndex(stamps)
        if len(dates) > 1 and (stamps == stamps.astype("datetime64[D]")).all():
            if (dates.day == dates.day[0]).all() and dates.day[0] <= 28:
                return replace(index, unit="month", day=int(dates.day[0]))
            if dates.is_month_end.all():
                return replace(index, unit="month", day=0)
            often = np.diff(stamps.astype("datetime64[D]")).astype(np.int64)
            if len(dates) > 10 and (dates.day_of_week < 5).all() and _most_common(often)[0] == 1:
                return replace(index, unit="weekday")
        return index

    @property
    def rule(self) -> Rule:
        """How its texts are read; models of earlier versions say the order in their format alone."""
        order = self.order or {"%m/%d": "month", "%d/%m": "day", "%d.%m": "day", "%d-%m": "day"}.get(self.form[:5], "")
        return Rule(order, self.zone, self.epoch)

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
        if self.form == "number" and not self.epoch:
            numbers = to_numbers(cells)
            _all_there(cells, np.isnan(numbers))
            whole = bool((numbers == np.round(numbers)).all())
            return numbers.astype(np.int64) if whole else numbers
        return self._count(self.stamps(cells))

    def stamps(self, cells: pd.Series) -> np.ndarray:
        """Times as dates; numbers have none.

        Shapes: (rows,) datetime64[us].
        """
        if is_date(cells):
            return _typed(cells)
        if self.form == "dates":  # fitted on dates, and now they are texts
            try:
                return _read(cells, TimeIndex.reading(cells).rule)
            except DataError as error:  # what a recipe says of its dates comes too late here
                raise DataError(error.rule, cure=_WRITE) from None
        return _read(cells, self.rule)

    def _count(self, stamps: np.ndarray) -> np.ndarray:
        if self.unit == "month":
            return stamps.astype("datetime64[M]").astype(np.int64)
        if self.unit == "weekday":
            return np.busday_count(np.datetime64(0, "D"), stamps.astype("datetime64[D]")).astype(np.int64)
        kind = "datetime64[ns]" if self.unit == "nanosecond" else "datetime64[us]"
        return stamps.astype(kind).astype(np.int64)

    def dates(self, positions: np.ndarray) -> np.ndarray:
        """The dates of positions, for a time index that does not count numbers.

        Shapes: (rows,) datetime64[us].
        """
        if self.unit == "month":
            months = positions.astype("datetime64[M]")
            late = (months + 1).astype("datetime64[D]") - 1
            days = late if self.day == 0 else months.astype("datetime64[D]") + (self.day - 1)
        elif self.unit == "weekday":
            days = np.busday_offset(np.datetime64(0, "D"), positions, roll="forward")
        else:
            days = positions.astype("datetime64[ns]" if self.unit == "nanosecond" else "datetime64[us]")
        found: np.ndarray = days.astype("datetime64[us]")
        return found

    def write(self, positions: np.ndarray, like: pd.Series) -> pd.Series:
        """Times as the column `like` writes them."""
        if self.form == "number":
            if self.epoch:
                positions = self.dates(positions).astype(np.int64) / EPOCHS[self.epoch]
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
        if self.zone and not form.endswith("Z"):
            dates = pd.Series(at_place(dates.to_numpy(), self.zone), name=self.column)
        if "%q" in form:
            quarters = dates.dt.quarter.astype(str)
            return dates.dt.strftime(form.split("%q")[0]) + quarters
        texts = dates.dt.strftime("%Y-%m-%dT%H:%M:%S" if form == "ISO8601" else form)
        return texts.astype(like.dtype) if like.dtype.kind in "iuf" else texts

    def show(self, position: Any) -> str:
        """One time as a person reads it."""
        if self.unit == "number":
            return as_text(position)
        text = str(self.dates(np.array([position]))[0].astype("datetime64[s]")).replace("T", " ")
        return text.removesuffix(" 00:00:00")

    @property
    def every(self) -> str:
        """How far apart rows are, in words.

        >>> TimeIndex("t", "dates", "month", 3).every, TimeIndex("t", "dates", step=1800 * 10**6).every
        ('quarter', '30 minutes')
        """
        step = int(self.step) if float(self.step).is_integer() else self.step
        if self.unit == "number":
            return as_text(step)
        if self.unit == "month":
            return _MONTHS.get(int(step), f"{step} months")
        if self.unit == "weekday":
            return "working day"
        sizes = {name: size * _PER_SECOND[self.unit] for name, size in _SIZES.items()}
        name, size = next(((n, s) for n, s in sizes.items() if step % s == 0), ("second", _PER_SECOND[self.unit]))
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
        day = _SIZES["day"] * _PER_SECOND[self.unit]
        if step < day:
            return day // step if step * 1440 >= day and day % step == 0 else 1
        return {day: 7, 7 * day: 52}.get(step, 1)

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values."""
        return {name: value for name, value in vars(self).items() if name != "said"}


def _most_common(differences: np.ndarray) -> tuple[Any, float]:
    """The most common positive difference, the smallest of equals, and its share."""
    if differences.dtype.kind == "f":
        differences = np.round(differences, 9)
    values, counts = np.unique(differences[differences > 0], return_counts=True)
    if len(values) == 0:
        return 1, 0.0
    return values[counts.argmax()].item(), float(counts.max() / counts.sum())


def _like_dates(cells: pd.Series) -> bool:
    """Whether whole numbers are dates such as 20241231."""
    texts = pd.Series(different(cells)[1])
    return bool(texts.str.fullmatch(r"(18|19|20)\d{6}").all()) and not survey(cells).unread


def _typed(cells: pd.Series) -> np.ndarray:
    """Dates by their type: whole days of a place as they are, else in UTC."""
    # by the clock of a place an hour comes twice, or never, when summer ends and begins
    return instants(cells.dt.tz_localize(None) if _whole_days(cells) else cells)


def _read(cells: pd.Series, rule: Rule) -> np.ndarray:
    found = read(cells, rule)
    if found.unread.any():
        row = int(found.unread.argmax())
        place = f"column {cells.name!r}, row {row_of(cells, row)}"
        said = f"{place}: {str(cells.iloc[row])[:60]!r} is not a time like the others"
        raise DataError(said, cure="write it as the others are written")
    return found.values


def _whole_days(cells: pd.Series) -> bool:
    return bool((cells == cells.dt.normalize()).all())


def _all_there(cells: pd.Series, missing: np.ndarray | None = None) -> None:
    gone = cells.isna().to_numpy() if missing is None else missing
    if gone.any():
        row = row_of(cells, int(gone.argmax()))
        raise DataError(
            f"the time column {cells.name!r} is missing in row {row}", cure="fill it, or filter such rows away"
        )
