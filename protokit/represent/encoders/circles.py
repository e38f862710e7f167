"""Dates as numbers: days since 1970, and places on the circles of year, week and day."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from protokit.cells.times.columns import day_numbers

COMPUTED, TABLES = 1, 2  # versions: models of the formats 1 to 3 have the first
_DAYS, _WEEKDAYS, _MINUTES = 366, 7, 1440


def days_and_circles(dates: pd.Series, *, timed: bool, version: int) -> np.ndarray:
    """Days, then sine and cosine of the place in the year, in the week and, where `timed`, in the day.

    In the later version they are read off tables of 366 days, 7 days of the week and 1,440 minutes, of numbers that
    a float32 holds: no runtime has to compute a sine as ours does. Each different date is looked at once.

    Shapes: (rows,) of dates without a zone -> (rows, 5 or 7) float64, NaN where missing.
    """
    codes, different = pd.factorize(dates.to_numpy())
    each = _each(pd.Series(different), timed, version)
    found: np.ndarray = np.concatenate([each, np.full((1, each.shape[1]), np.nan)])[codes]
    return found


def _each(dates: pd.Series, timed: bool, version: int) -> np.ndarray:
    days = day_numbers(dates.to_numpy())
    day, weekday = dates.dt.day_of_year.to_numpy(), dates.dt.day_of_week.to_numpy()
    hours = (days - np.floor(days)) * 24
    if version == COMPUTED:
        turns = [day.astype(float) / 365.25, weekday.astype(float) / 7] + ([hours / 24] if timed else [])
        return np.stack([days, *(f(2 * np.pi * turn) for turn in turns for f in (np.sin, np.cos))], axis=1)
    minutes = dates.dt.hour.to_numpy() * 60 + dates.dt.minute.to_numpy()
    parts = [table(_DAYS, 365.25, 1)[day - 1], table(_WEEKDAYS, 7)[weekday]]
    parts += [table(_MINUTES, _MINUTES)[minutes]] if timed else []
    return np.concatenate([days[:, None], *parts], axis=1)


def table(size: int, turn: float, first: int = 0) -> np.ndarray:
    """Sine and cosine of each place from the first on, rounded to float32. Shapes: (size, 2) float64."""
    angles = [2 * math.pi * (place + first) / turn for place in range(size)]
    circle = [(math.sin(angle), math.cos(angle)) for angle in angles]
    return np.array(circle, np.float32).astype(float)
