"""Series: their rows in order, and windows of them."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.workflow.eject.texts.categories import codes_of, levels_of, one_hot
from protokit.workflow.eject.texts.cells import texts_of


def in_order(table: pd.DataFrame, times: np.ndarray, by: list[str]) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The rows series by series, each in the order of time: the table, their times, and the number of their series."""
    series = np.zeros(len(table), int)
    if by:
        keys = pd.DataFrame({name: texts_of(table[name]) for name in by})
        series = keys.groupby(by, sort=False).ngroup().to_numpy()
    order = np.lexsort((times, series))
    return table.iloc[order].reset_index(drop=True), times[order], series[order]


def carried(numbers: np.ndarray, series: np.ndarray) -> np.ndarray:
    """Missing numbers as the last before them in their series; NaN where there is none. Shapes: (rows, columns)."""
    return pd.DataFrame(numbers).groupby(series).ffill().to_numpy()


def origins_of(numbers: np.ndarray, series: np.ndarray, window: int, horizon: int) -> np.ndarray:
    """The rows that forecasts begin with: their window has a beginning, and all is there that they forecast."""
    place = pd.Series(series).groupby(series).cumcount().to_numpy()
    lengths = np.bincount(series)[series]
    origins = np.flatnonzero((place >= window) & (place + horizon <= lengths))
    gaps = np.concatenate([[0], np.cumsum(np.isnan(numbers).any(axis=1))])
    whole = gaps[origins + horizon] == gaps[origins]
    begun = ~np.isnan(carried(numbers, series)[origins - window]).any(axis=1)
    return origins[whole & begun]


def stretches(values: np.ndarray, starts: np.ndarray, steps: int) -> np.ndarray:
    """So many rows from each start on. Shapes: (rows, columns), (windows,) -> (windows, steps, columns)."""
    return values[starts[:, None] + np.arange(steps)]


def latest(times: np.ndarray, share: float) -> float:
    """The time from which on a share of some times is."""
    return np.sort(times)[len(times) - max(1, round(len(times) * share))]


def from_last(times: np.ndarray, series: np.ndarray, kept: np.ndarray, count: int) -> np.ndarray:
    """The time from which on each series has its last `count` rows, of those kept; infinite where none is."""
    found = np.full(series.max() + 1, np.inf)
    for one in np.unique(series[kept]):
        found[one] = times[kept & (series == one)][-count:][0]
    return found


def parts_between(
    first: np.ndarray,
    last: np.ndarray,
    validation: float | np.ndarray,
    test: float | np.ndarray,
    end: float | np.ndarray,
) -> dict[str, np.ndarray]:
    """The windows whose forecasts, from the first to the last time, lie before validation and test begin, and behind.

    A forecast across a border is in no part. Shapes: (windows,).
    """
    return {
        "train": np.flatnonzero(last < validation),
        "validation": np.flatnonzero((first >= validation) & (last < test)),
        "test": np.flatnonzero((first >= test) & (last <= end)),
    }


def sums_of(numbers: np.ndarray, series: np.ndarray, many: int) -> np.ndarray:
    """The sums over the rows of each of so many series. Shapes: (rows, columns) -> (series, columns)."""
    return np.stack([np.bincount(series, column, many) for column in numbers.T], axis=1)


def mended(found: np.ndarray, other: np.ndarray | float) -> np.ndarray:
    """Measures of series; where one is 0 or missing the mean of the others, or what else there is."""
    good = np.nan_to_num(found) > 0
    mean = np.where(good, found, 0).sum(axis=0) / np.maximum(good.sum(axis=0), 1)
    return np.where(good, found, np.where(mean > 0, mean, other))


def units_of(numbers: np.ndarray, series: np.ndarray, train: np.ndarray) -> dict[str, np.ndarray]:
    """The mean and the spread of each series in its training rows, and by how much it changes from one to the next.

    Shapes: (rows, columns), (rows,), (rows,) of truth values -> (series, columns) each.
    """
    there, many = ~np.isnan(numbers) & train[:, None], series.max() + 1
    count = np.maximum(sums_of(there, series, many), 1)
    center = sums_of(np.where(there, numbers, 0), series, many) / count
    apart = np.where(there, numbers - center[series], 0)
    spread = np.sqrt(sums_of(apart**2, series, many) / count)
    spread = np.where(spread > count * np.finfo(float).eps * np.abs(center), spread, 0)  # what is less is rounding
    both = there[1:] & there[:-1] & (series[1:] == series[:-1])[:, None]
    steps = sums_of(np.where(both, np.abs(np.diff(numbers, axis=0)), 0), series[1:], many)
    pairs = sums_of(both, series[1:], many)
    spread = mended(spread, 1.0)
    return {"center": center, "spread": spread, "change": mended(steps / np.maximum(pairs, 1), spread)}


def bounded(numbers: np.ndarray, series: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Numbers in units of the training rows, at most 5 of them from their mean. Shapes: (rows, columns)."""
    known = numbers[train]
    there = ~np.isnan(known)
    count = np.maximum(there.sum(axis=0), 1)
    center = np.where(there, known, 0).sum(axis=0) / count
    spread = np.sqrt((np.where(there, known - center, 0) ** 2).sum(axis=0) / count)
    return np.clip((carried(numbers, series) - center) / np.where(spread > 0, spread, 1), -5, 5)


def levels_apart(texts: np.ndarray, train: np.ndarray) -> np.ndarray:
    """A number for each level that training rows have: 1 for that of the row, else 0. Shapes: (rows, levels)."""
    levels = levels_of(texts[train])
    return one_hot(codes_of(texts, levels), len(levels)).astype(float)


def in_units(output: np.ndarray, units: dict[str, np.ndarray], some: np.ndarray) -> np.ndarray:
    """What a network gives for some windows in the units of their series. Shapes: (windows, horizon, columns)."""
    return np.asarray(output, np.float64) * units["spread"][some] + units["center"][some]


def symmetric_error(truth: np.ndarray, said: np.ndarray) -> float:
    """The error in percent of the mean of truth and forecast; 0 where both are 0."""
    size = np.abs(truth) + np.abs(said)
    return float((200 * np.abs(truth - said) / np.where(size > 0, size, 1)).mean())
