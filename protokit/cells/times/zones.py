"""The clocks of places: local times as moments of UTC."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

# how far the years 1 to 9999 reach before and after 1970, in microseconds
MOST = (62_135_596_800_000_000, 253_402_300_799_999_999)
_EDGE = 2 * 86_400 * 10**6  # pandas knows no clock so near to the first and the last day


@lru_cache(256)
def is_zone(name: str) -> bool:
    """Whether a name is one of a place with a clock, such as Europe/Madrid."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError is one
        return False
    return True


def in_utc(local: np.ndarray, zone: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local times of a place as those of UTC, and where a local time comes twice, or never.

    Of two the first is taken; a time that never comes is the first moment after it that does.

    Shapes: (rows,) int64 microseconds since 1970 -> the same, (rows,) bool, (rows,) bool.
    """
    inner = np.clip(local, -MOST[0] + _EDGE, MOST[1] - _EDGE)
    clock = pd.DatetimeIndex(inner.astype("datetime64[us]"))
    first = np.ones(len(clock), bool)
    placed = clock.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    utc = placed.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    once = clock.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward").isna()
    there = clock.tz_localize(zone, ambiguous=first, nonexistent="NaT").isna()
    whole: np.ndarray = utc + (local - inner)
    return whole, np.asarray(once), np.asarray(there)


def at_place(utc: np.ndarray, zone: str) -> np.ndarray:
    """Moments of UTC by the clock of a place. Shapes: (rows,) datetime64[us], NaT where missing."""
    whole = utc.astype("datetime64[us]").astype(np.int64)
    inner = np.clip(whole, -MOST[0] + _EDGE, MOST[1] - _EDGE)
    clock = pd.DatetimeIndex(inner.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    found: np.ndarray = clock.to_numpy().astype("datetime64[us]") + (whole - inner).astype("timedelta64[us]")
    found[np.isnat(utc)] = np.datetime64("NaT")
    return found
