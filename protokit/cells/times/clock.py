"""Times of day, as seconds since midnight, whatever their source."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from protokit.cells.times.columns import different, instants, is_date
from protokit.cells.times.durations import is_duration, seconds
from protokit.cells.times.texts import DAY, SECOND, parse

_ANY_DAY = "2000-01-01 "
_OF_DAY = DAY // SECOND
_HALF = re.compile(r"[ap]\.?m\b\.?", re.IGNORECASE)
_PADDED = re.compile(r"\d\d:\d\d(:\d\d)?")


def clock(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A column as seconds since midnight: texts such as 08:30, 8:30:15.5 pm and 8 am, times by their type, those of
    dates, and lengths of time since midnight; the end of the day, 24:00, is its beginning.

    Shapes: (rows,) float64, NaN where missing or unread; (rows,) bool, where a cell is no time of day.
    """
    missing = column.isna().to_numpy()
    if is_date(column):
        micro = instants(column).astype(np.int64)
        return np.where(missing, np.nan, micro % DAY / SECOND), np.zeros(len(column), bool)
    if is_duration(column):
        since, _ = seconds(column)
        found = np.where((since >= 0) & (since <= _OF_DAY), since % _OF_DAY, np.nan)
        return found, np.isnan(found) & ~missing
    if column.dtype.kind in "iufb":
        return np.full(len(column), np.nan), ~missing
    codes, texts = different(column)
    found = np.append(of_texts(texts), np.nan)[codes]
    return found, np.isnan(found) & ~missing


def of_texts(texts: np.ndarray) -> np.ndarray:
    """Texts as seconds since midnight, NaN where one is no time of day. Shapes: (rows,) of type object -> float64."""
    parsed = parse(np.array([*(_ANY_DAY + text for text in texts), None], object)[:-1])
    good = (parsed.layout > 0) & parsed.timed & ~parsed.has_offset & (parsed.zone < 0)
    found: np.ndarray = np.where(good, parsed.clock % DAY / SECOND, np.nan)
    return found


def are_times_of_day(texts: pd.Series) -> bool:
    """Whether all texts are times of day that no length of time is written as: with am and pm, or with two digits of
    the hour, over more than half a day."""
    plain = texts.to_numpy(object)
    if len(plain) == 0 or np.isnan(of_texts(plain[:200])).any():
        return False
    found = of_texts(plain)
    if np.isnan(found).any():
        return False
    if all(map(_HALF.search, plain)):
        return True
    return all(map(_PADDED.fullmatch, plain)) and bool(np.ptp(found) > _OF_DAY / 2)
