"""Dates as numbers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd


def circle(size: int, turn: float, first: int = 0) -> np.ndarray:
    """Sine and cosine of each place on a circle, from the first on. Shapes: (size, 2)."""
    angles = [2 * math.pi * (place + first) / turn for place in range(size)]
    return np.array([(math.sin(angle), math.cos(angle)) for angle in angles], np.float32).astype(float)


def dates_of(column: pd.Series, form: str | None, timed: bool, missing: tuple[str, ...] = ()) -> np.ndarray:
    """Dates as days since 1970 and as places on the circles of year, week and, where `timed`, day.

    Shapes: (rows,) -> (rows, 5 or 7), NaN where missing.
    """
    known = column.mask(column.isin(["", *missing])) if column.dtype.kind == "O" else column
    dates = pd.Series(pd.to_datetime(known, format=form)).astype("datetime64[us]")
    there = dates.notna().to_numpy()
    found, dates = np.full((len(dates), 7 if timed else 5), np.nan), dates[there]
    days = dates.to_numpy().astype("datetime64[us]").astype(np.int64) / 86_400_000_000
    year = circle(366, 365.25, 1)[dates.dt.day_of_year.to_numpy() - 1]
    week = circle(7, 7)[dates.dt.day_of_week.to_numpy()]
    day = [circle(1440, 1440)[dates.dt.hour.to_numpy() * 60 + dates.dt.minute.to_numpy()]] if timed else []
    found[there] = np.concatenate([days[:, None], year, week, *day], axis=1)
    return found


def clock_of(column: pd.Series, form: str) -> np.ndarray:
    """Times of day as hours and as places on the circle of the day, where 23:59 is beside 00:00.

    Shapes: (rows,) -> (rows, 3), NaN where missing.
    """
    known = column.mask(column == "")
    times = pd.Series(pd.to_datetime(known, format=form)).astype("datetime64[us]")
    there = times.notna().to_numpy()
    seconds = (times - times.dt.normalize()).to_numpy()[there].astype("timedelta64[us]").astype(np.int64) / 1_000_000
    found = np.full((len(column), 3), np.nan)
    found[there, 0] = seconds / 3600
    found[there, 1:] = circle(1440, 1440)[(seconds // 60).astype(int)]
    return found
