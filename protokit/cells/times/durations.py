"""Lengths of time, as seconds, whatever their unit and source."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pandas as pd

from protokit.cells.times.columns import different
from protokit.cells.times.shapes import Shape, shapes

_N = r"0+(?:[.,]0+)?"
_CLOCK = re.compile(
    r"(?P<sign>[-+])?(?:(?P<D>0+) ?(?:days?|d)(?P<apart>,| \+|,? )\s*)?"
    r"(?P<H>0+):(?P<N>00)(?::(?P<S>00(?:[.,]0+)?))?(?: ?(?P<p>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_ISO = re.compile(
    rf"(?P<sign>[-+])?P(?:(?P<W>{_N})W)?(?:(?P<D>{_N})D)?(?:T(?:(?P<H>{_N})H)?(?:(?P<N>{_N})M)?(?:(?P<S>{_N})S)?)?",
    re.IGNORECASE,
)
_UNITS = {
    "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9,
}  # fmt: skip
_WORDS = {
    "weeks": "w", "week": "w", "w": "w", "days": "d", "day": "d", "d": "d",
    "hours": "h", "hour": "h", "hrs": "h", "hr": "h", "h": "h",
    "minutes": "m", "minute": "m", "mins": "m", "min": "m", "m": "m",
    "seconds": "s", "second": "s", "secs": "s", "sec": "s", "s": "s",
    "milliseconds": "ms", "millisecond": "ms", "ms": "ms",
    "microseconds": "us", "microsecond": "us", "us": "us", "µs": "us",
    "nanoseconds": "ns", "nanosecond": "ns", "ns": "ns",
}  # fmt: skip
_PART = re.compile(rf"({_N}) ?({'|'.join(sorted(_WORDS, key=len, reverse=True))})\b,? ?(?:and )?", re.IGNORECASE)
_PARTS = re.compile(rf"(?P<sign>-)?(?:{_PART.pattern})+", re.IGNORECASE)
_PLAIN = re.compile(rf"(?P<sign>[-+])?(?P<S>{_N}|[.,]0+)")
_OF_LETTER = {"W": "w", "D": "d", "H": "h", "N": "m", "S": "s"}


def is_duration(column: pd.Series) -> bool:
    """Whether the values are lengths of time by their type."""
    return column.dtype.kind == "m"


def seconds(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A column as seconds: lengths of time of any unit, numbers, and texts such as 01:30:00, 2 days 03:00:00, PT1H.

    Shapes: (rows,) float64, NaN where missing or unread; (rows,) bool, where a cell is no length of time.
    """
    missing = column.isna().to_numpy()
    if is_duration(column):
        return _of_typed(column.to_numpy()), np.zeros(len(column), bool)
    if column.dtype.kind in "iuf":
        plain = column.to_numpy(float, na_value=np.nan)
        return np.where(np.isfinite(plain), plain, np.nan), np.isinf(plain)
    codes, texts = different(column)
    found = np.append(of_texts(texts, plain=True), np.nan)[codes]
    return found, np.isnan(found) & ~missing


def of_unit(column: pd.Series, unit: str) -> pd.Series:
    """Whole numbers of a unit (s, ms, us, ns) as lengths of time."""
    missing = column.isna().to_numpy()
    counts = column.where(~missing, 0).to_numpy(np.int64)
    found = counts.astype(f"timedelta64[{unit}]")
    found[missing] = np.timedelta64("NaT")
    return pd.Series(found, index=column.index, name=column.name)


def of_texts(texts: np.ndarray, *, plain: bool = False) -> np.ndarray:
    """Texts as seconds, NaN where one is no length of time; `plain`: a bare number is one, of seconds.

    Shapes: (rows,) of type object -> (rows,) float64.
    """
    found = np.full(len(texts), np.nan)
    for shape in shapes(texts):
        parts = _parts(shape.text)
        if parts is not None and (plain or parts[0] != "plain"):
            found[shape.rows] = _seconds(shape, *parts)
    return found


def are_durations(texts: pd.Series) -> bool:
    """Whether all texts are lengths of time that are written as no number is."""
    some = texts.head(200).to_numpy(object)
    if len(some) == 0 or np.isnan(of_texts(some)).any():
        return False
    return not np.isnan(of_texts(texts.to_numpy(object))).any()


@lru_cache(4096)
def _parts(shape: str) -> tuple[str, str, tuple[tuple[int, int, float], ...], str] | None:
    """How a length of time is written, its sign, where each number is and what it counts, and half of the day."""
    for form, pattern in (("clock", _CLOCK), ("iso", _ISO), ("plain", _PLAIN)):
        if match := pattern.fullmatch(shape):
            said = {name: match.span(name) for name, value in match.groupdict().items() if value is not None}
            numbers = tuple((*span, _UNITS[_OF_LETTER[name]]) for name, span in said.items() if name in _OF_LETTER)
            if not numbers:
                return None
            sign = "-" if match["sign"] == "-" else ""
            if form == "clock" and sign and "apart" in said and match["apart"].strip():
                sign = "days"  # -1 days +23:00:00, and -1 day, 23:00:00: the days alone
            return form, sign, numbers, (match["p"] or "").lower() if form == "clock" else ""
    if match := _PARTS.fullmatch(shape):
        found = tuple((*part.span(1), _UNITS[_WORDS[part[2].lower()]]) for part in _PART.finditer(shape))
        return "words", match["sign"] or "", found, ""
    return None


def _seconds(shape: Shape, form: str, sign: str, numbers: tuple[tuple[int, int, float], ...], half: str) -> np.ndarray:
    whole = np.zeros(len(shape.rows))
    good = np.ones(len(shape.rows), bool)
    for start, end, unit in numbers:
        value = _number(shape, start, end)
        if form == "clock" and unit < 3600:
            good &= value < 60
        if half and unit == 3600:
            good &= (value >= 1) & (value <= 12)
            value = value % 12 + (12 if half == "p" else 0)
        part = value / round(1 / unit) if unit < 1 else value * unit
        whole = whole + (-part if sign == "days" and unit == 86_400 else part)
    found: np.ndarray = np.where(good, -whole if sign == "-" else whole, np.nan)
    return found


def _number(shape: Shape, start: int, end: int) -> np.ndarray:
    text = shape.text[start:end]
    point = next((i for i, letter in enumerate(text) if letter in ".,"), len(text))
    whole = shape.number(start, start + point) if 0 < point <= 18 else np.zeros(len(shape.rows), np.int64)
    digits = min(len(text) - point - 1, max(0, 18 - point))
    if digits <= 0:
        return whole.astype(float)
    rest = shape.number(start + point + 1, start + point + 1 + digits)
    found: np.ndarray = (whole * 10**digits + rest) / 10**digits  # one rounding, as of the number that is written
    return found


def _of_typed(values: np.ndarray) -> np.ndarray:
    there = ~np.isnat(values)
    unit, count = np.datetime_data(values.dtype)
    per = {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}.get(unit)
    if per is None or count != 1:
        values, per = values.astype("timedelta64[s]"), 1
    whole = np.where(there, values.astype(np.int64), 0)
    finer = whole % 1000 if per == 10**9 else np.ones(len(whole), np.int64)
    # nanoseconds are more digits than a float has: those that are whole microseconds are counted so
    plain = np.where(finer == 0, whole // 1000 / 10**6, whole / per) if per == 10**9 else whole / per
    found: np.ndarray = np.where(there, plain, np.nan)
    return found
