"""Years, halves, quarters, months and weeks as whole periods, whatever their source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from protokit.cells.times.forms import layout_of
from protokit.cells.times.texts import days, parse
from protokit.core.names import as_text

UNITS = {"year": 1, "half": 2, "quarter": 4, "month": 12, "week": 53}  # how many a year has at most
LIKE = {"year": "2024", "half": "2024H1", "quarter": "2024Q1", "month": "2024-03", "week": "2024-W05"}
_WEEK = re.compile(r"(\d{4})[- ]?W(\d{1,2})", re.IGNORECASE)
_HALF = re.compile(r"(\d{4})[- ]?[HS]([12])", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)")  # how pandas writes a week
_OF_PANDAS = {"Y": "year", "A": "year", "Q": "quarter", "M": "month", "W": "week"}


@dataclass(frozen=True)
class Periods:
    """A column as periods.

    Shapes: `number` (rows,) float64, how many periods since that of 1970-01-01; `place` (rows,) float64, which of its
    year, from 0; both NaN where missing or unread. `unread` (rows,) bool, where a cell is no period of the unit.
    """

    unit: str
    number: np.ndarray
    place: np.ndarray
    unread: np.ndarray


def is_period(column: pd.Series) -> bool:
    """Whether the values are periods by their type."""
    return isinstance(column.dtype, pd.PeriodDtype)


def unit_of(column: pd.Series) -> str:
    """The unit of most cells; empty where none is a period."""
    codes, found = _read(column)
    often = np.bincount(codes[codes >= 0], minlength=len(found))
    counts = dict.fromkeys(UNITS, 0)
    for one, count in zip(found, often, strict=True):
        if one is not None:
            counts[one[0]] += int(count)
    best = max(counts, key=lambda unit: counts[unit])
    return best if counts[best] else ""


def are_weeks(texts: pd.Series) -> bool:
    """Whether all texts are weeks such as 2024-W05."""
    plain = texts.to_numpy(object)
    return len(plain) > 0 and all((one := _of_text(str(text))) is not None and one[0] == "week" for text in plain)


def read(column: pd.Series, unit: str) -> Periods:
    """A column as periods of a unit."""
    codes, found = _read(column)
    pairs = [(one[1], one[2]) if one is not None and one[0] == unit else (np.nan, np.nan) for one in found]
    each = np.array([*pairs, (np.nan, np.nan)], float)[codes]
    return Periods(unit, each[:, 0], each[:, 1], np.isnan(each[:, 0]) & (codes >= 0))


def _read(column: pd.Series) -> tuple[np.ndarray, list[tuple[str, int, int] | None]]:
    """The place of each cell among the different ones, -1 where missing, and what each of these is."""
    try:
        codes, values = pd.factorize(column, use_na_sentinel=True)
    except TypeError:  # lists, which have no hash
        codes, values = pd.factorize(column.map(str, na_action="ignore"), use_na_sentinel=True)
    return codes, [_of_period(one) if isinstance(one, pd.Period) else _of_text(as_text(one)) for one in values]


def _of_period(one: pd.Period) -> tuple[str, int, int] | None:
    unit = _OF_PANDAS.get(one.freqstr[:1])
    if unit is None or (len(one.freqstr) > 1 and "-" not in one.freqstr and one.freqstr not in {"ME", "QE", "YE"}):
        return None
    start = one.start_time
    if unit == "week":
        return _week_of(start.date())
    if unit == "quarter" and one.freqstr.partition("-")[2] not in ("", "DEC"):
        return unit, (one.qyear - 1970) * 4 + one.quarter - 1, one.quarter - 1  # of a year that ends in another month
    return _of_month(unit, start.year, start.month)


def _of_text(text: str) -> tuple[str, int, int] | None:
    """The unit, how many since 1970 and which of its year; None of no period."""
    if len(text) > 40:
        return None
    if match := _WEEK.fullmatch(text):
        try:
            return _week_of(date.fromisocalendar(int(match[1]), int(match[2]), 1))
        except ValueError:
            return None
    if match := _HALF.fullmatch(text):
        return _of_month("half", int(match[1]), 6 * int(match[2]) - 5)
    if _YEAR.fullmatch(text):
        return _of_month("year", int(text), 1) if int(text) else None
    if match := _SPAN.fullmatch(text):
        try:
            first, last = map(date.fromisoformat, match.groups())
        except ValueError:
            return None
        return _week_of(first) if (last - first).days == 6 else None
    form = layout_of(re.sub(r"[0-9]", "0", text))
    said = {name for name, value in form[1].groupdict().items() if value is not None} if form else set()
    if form is None or form[0] != "fixed" or said & {"d", "H", "h"}:
        return None
    at, good = days(parse(np.array([text], object)), "")
    if not good[0]:
        return None
    day = at.astype("datetime64[D]")[0].item()
    return _of_month("quarter" if "Q" in said else "month", day.year, day.month)


def _of_month(unit: str, year: int, month: int) -> tuple[str, int, int]:
    size = 12 // UNITS[unit]
    place = (month - 1) // size
    return unit, (year - 1970) * UNITS[unit] + place, place


def _week_of(day: date) -> tuple[str, int, int]:
    """The ISO week that holds most of the seven days from a day on."""
    middle = date.fromordinal(min(day.toordinal() + 3, date.max.toordinal()))
    _, week, weekday = middle.isocalendar()
    monday = middle.toordinal() - weekday + 1
    return "week", (monday - date(1969, 12, 29).toordinal()) // 7, week - 1
