"""Centre, spread and naive errors of each series, from its training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from protokit.represent.series.panel import Panel

ROUNDING = float(np.finfo(float).eps)  # of a mean, beside its size, for each number of it
NAMES = ("center", "scale", "naive", "naive_1")


@dataclass(frozen=True)
class SeriesScales:
    """What each series' values are measured in, by its key; a series that has no training rows is not in it.

    Such a series is measured by its first window, which comes before all that is forecast of it.

    Shapes:
        values: by the names of NAMES, (series, columns): mean, standard deviation (1 where nothing varies), and the
            mean errors of forecasts that repeat the last season, and the last row (of the other series where this one
            has none).

    Sources: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006, for the last row; Hyndman and
    Athanasopoulos, Forecasting: Principles and Practice, 2021, 5.8, for the season.
    """

    keys: tuple[tuple[str, ...], ...]
    values: Mapping[str, np.ndarray]

    @classmethod
    def fit(cls, panel: Panel, numbers: np.ndarray, train: np.ndarray, season: int) -> SeriesScales:
        """Learn from the rows where `train` holds. `numbers` are NaN where missing.

        Shapes: (rows, columns), (rows,).
        """
        there = ~np.isnan(numbers) & train[:, None]
        warm = np.flatnonzero((_count(panel, there) >= 2).all(axis=1))
        found = _measured(panel, numbers, there, season)
        kept = {name: values[warm] for name, values in found.items()}
        return cls(tuple(panel.keys[i] for i in warm), _mended(kept, kept))

    def of(self, panel: Panel, numbers: np.ndarray, window: int, season: int) -> dict[str, np.ndarray]:
        """The measures of the series of a table, by the names of NAMES.

        Shapes: (rows, columns) -> (series, columns).
        """
        place = {key: i for i, key in enumerate(self.keys)}
        known = np.array([place.get(key, -1) for key in panel.keys])
        if (known >= 0).all():
            return {name: values[known] for name, values in self.values.items()}
        first = ~np.isnan(numbers) & (panel.place < window)[:, None]
        fresh = _mended(_measured(panel, numbers, first, season), self.values)
        chosen = (known >= 0)[:, None]
        return {
            name: np.where(chosen, self.values[name][known] if len(self.keys) else fresh[name], fresh[name])
            for name in NAMES
        }

    @property
    def usual(self) -> np.ndarray:
        """The scale of a series that does not vary in the rows that it is measured by. Shapes: (columns,)."""
        return _usual(self.values["scale"])

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values, to the bit."""
        return {
            "keys": [list(key) for key in self.keys],
            **{name: self.values[name].tolist() for name in NAMES},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], columns: int) -> SeriesScales:
        """The scales of `as_plain`."""
        keys = tuple(tuple(key) for key in plain["keys"])
        # earlier models know the season's error alone
        known = {name: plain.get(name, plain["naive"]) for name in NAMES}
        return cls(keys, {name: np.array(values, float).reshape(len(keys), columns) for name, values in known.items()})


def _count(panel: Panel, there: np.ndarray) -> np.ndarray:
    return _sums(panel, there.astype(float))


def _sums(panel: Panel, numbers: np.ndarray) -> np.ndarray:
    """Shapes: (rows, columns) -> (series, columns)."""
    series = len(panel.keys)
    return np.stack([np.bincount(panel.codes, column, series) for column in numbers.T], axis=1)


def _measured(panel: Panel, numbers: np.ndarray, there: np.ndarray, season: int) -> dict[str, np.ndarray]:
    """Mean, deviation and naive error of each series over some cells; NaN or 0 where they say nothing."""
    count = np.maximum(_count(panel, there), 1)
    center = _sums(panel, np.where(there, numbers, 0)) / count
    apart = np.where(there, numbers - center[panel.codes], 0)
    scale = np.sqrt(_sums(panel, apart**2) / count)
    scale = np.where(scale > count * ROUNDING * np.abs(center), scale, 0.0)  # the mean of equal numbers is rounded
    naive = _naive(panel, numbers, there, season)
    lagged = naive if season == 1 else _naive(panel, numbers, there, 1)
    seasonal = np.where(np.nan_to_num(naive) > 0, naive, lagged)
    return {"center": center, "scale": scale, "naive": seasonal, "naive_1": lagged}


def _naive(panel: Panel, numbers: np.ndarray, there: np.ndarray, season: int) -> np.ndarray:
    errors, pairs = np.zeros_like(numbers), np.zeros_like(there)
    if season < len(numbers):
        same = (panel.codes[season:] == panel.codes[:-season])[:, None]
        pairs[season:] = there[season:] & there[:-season] & same
        errors[season:] = np.where(pairs[season:], np.abs(numbers[season:] - numbers[:-season]), 0)
    found = _count(panel, pairs)
    with np.errstate(invalid="ignore"):
        means: np.ndarray = _sums(panel, errors) / np.where(found > 0, found, np.nan)
    return means


def _mended(found: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Measures with those that are 0 or missing replaced by the mean of the other series, or by 1."""
    scale = np.where(found["scale"] > 0, found["scale"], _usual(others["scale"]))
    mended = {"center": found["center"], "scale": scale}
    for name in ("naive", "naive_1"):
        error = np.where(np.nan_to_num(found[name]) > 0, found[name], _mean(others[name]))
        mended[name] = np.where(error > 0, error, scale)
    return mended


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean of those that are above 0; 0 where none is. Shapes: (series, columns) -> (columns,)."""
    good = np.nan_to_num(values) > 0
    count = good.sum(axis=0)
    return np.where(count > 0, np.where(good, values, 0).sum(axis=0) / np.maximum(count, 1), 0)


def _usual(scales: np.ndarray) -> np.ndarray:
    mean = _mean(scales)
    return np.where(mean > 0, mean, 1.0)
