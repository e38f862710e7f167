"""What the past of a series and the calendar tell of its next steps, and how much more a column tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from protokit.evaluate.audit.series.data import SeriesData

WARNING = 0.98  # R2 of what is forecast
_LEFT = 1 / 16  # of the squared error that the past leaves: a quarter of the error
_WAVES = 3  # of the season, and of the year
CALENDAR = 2 + 4 * _WAVES  # numbers
_STEPS = 200  # of the horizon
_NOTHING = 1e-6  # of the variance of a target: what is less is not worth telling
_ROUNDING = 1e-12  # of that of a column: what is less is rounding
_YEAR = 365.2425


@dataclass(frozen=True)
class Told:
    """How well a column tells a step of the forecast: R2 with it and without, and the step of its cell (0: before)."""

    score: float
    own: float
    step: int
    at: int = 0


@dataclass(frozen=True)
class Past:
    """What the last rows of a target and the calendar tell of its next steps, by least squares.

    Shapes:
        rows: (windows,): the last rows before the forecasts.
        last: (windows, 1): the target there.
        basis: (windows, numbers): orthonormal, spans what is known.
        steps: (steps,): those looked at, from 1 to the horizon.
        left: (windows, steps): the part of the target that is not told.
        whole: (steps,): its squared deviations.
    """

    rows: np.ndarray
    last: np.ndarray
    basis: np.ndarray
    steps: np.ndarray
    left: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, data: SeriesData, target: np.ndarray, rows: np.ndarray, lags: int) -> Past:
        """`target` is standard, (rows,) of the series; `rows` (windows,) are the last ones before forecasts."""
        steps = np.unique(np.linspace(1, data.horizon, min(data.horizon, _STEPS)).astype(int))
        own = target[rows[:, None] - np.arange(lags + 1)]
        known = np.concatenate([np.ones((len(rows), 1)), own, _calendar(data, rows)], axis=1)
        basis = _basis(known)
        ahead = target[rows[:, None] + steps]
        left = ahead - basis @ (basis.T @ ahead)
        return cls(rows, own[:, :1], basis, steps, left, ((ahead - ahead.mean(axis=0)) ** 2).sum(axis=0))

    def told(self, column: np.ndarray, known: bool) -> Told | None:
        """The step that a column tells best, where it tells one far better than what is known does.

        `column` is standard, (rows,) of the series. Its last two cells before the forecast are looked at; where it is
        `known`, those over the forecast, too. Times the target's last value, for a column of relative changes.
        """
        before = column[self.rows[:, None] - [0, 1]]
        told = _basis(self._new(np.concatenate([before, before[:, :1] * self.last], axis=1)))
        gains = told.T @ self.left
        found = self._found((gains**2).sum(axis=0), self.left, self.steps, np.zeros(len(self.steps), int))
        if not known:
            return max(found, key=_first, default=None)
        left = self.left - told @ gains
        over = column[self.rows[:, None] + self.steps]
        for k in (0, len(self.steps) - 1):
            step = self.steps[[k]]
            found += self._found((self._new(over, told).T @ left[:, k]) ** 2, left[:, [k]], step, self.steps)
            pair = _basis(self._new(np.stack([over[:, k], over[:, k] * self.last[:, 0]], axis=1), told))
            found += self._found(((pair.T @ left[:, [k]]) ** 2).sum(axis=0), left[:, [k]], step, step)
        return max(found, key=_first, default=None)

    def _found(self, gains: np.ndarray, left: np.ndarray, steps: np.ndarray, at: np.ndarray) -> list[Told]:
        """The steps of which a column tells enough; `gains` are the squared errors that it takes from what is left."""
        whole = np.maximum(self.whole[np.searchsorted(self.steps, steps)], 1e-12)
        error = (left**2).sum(axis=0)
        good = (error > _NOTHING * whole) & (error - gains <= _LEFT * error) & (1 - (error - gains) / whole >= WARNING)
        score, own, step, cell = np.broadcast_arrays(1 - (error - gains) / whole, 1 - error / whole, steps, at)
        return [Told(float(score[i]), float(own[i]), int(step[i]), int(cell[i])) for i in np.flatnonzero(good)]

    def _new(self, cells: np.ndarray, told: np.ndarray | None = None) -> np.ndarray:
        """What is new in some cells, each of unit length; 0 where nothing is."""
        rest = cells
        for basis in (self.basis, self.basis if told is None else told):
            rest = rest - basis @ (basis.T @ rest)
        length, whole = (rest**2).sum(axis=0), (cells**2).sum(axis=0)
        good = length > _ROUNDING * np.maximum(whole, 1e-12)
        new: np.ndarray = np.where(good, rest / np.sqrt(np.where(good, length, 1)), 0)
        return new


def _first(told: Told) -> tuple[float, bool, int]:
    return round(told.score, 3), told.at == told.step, -told.step


def standard(data: SeriesData, values: np.ndarray, ranked: bool) -> np.ndarray:
    """A column in standard units of each series, or its ranks so, over the rows before the test.

    Missing cells lie on the line between their neighbours.
    """
    found = np.zeros(len(values))
    for _, span in data.spans:
        own, seen = values[span], np.flatnonzero(data.before[span])
        there = seen[~np.isnan(own[seen])]
        if len(there) < 2:
            continue
        cells = rankdata(own[there]) if ranked else own[there]
        spread = cells.std()
        if spread > 1e-12 * np.abs(cells).max():
            found[span] = np.interp(np.arange(len(own)), there, (cells - cells.mean()) / spread)
    return found


def _basis(columns: np.ndarray) -> np.ndarray:
    """Orthonormal columns that span the same. Shapes: (rows, columns) -> (rows, at most as many)."""
    left, singular, _ = np.linalg.svd(columns, full_matrices=False)
    kept: np.ndarray = left[:, singular > 1e-9 * max(singular.max(initial=0), 1e-9)]
    return kept


def _calendar(data: SeriesData, rows: np.ndarray) -> np.ndarray:
    """Trend, and waves of the season and of the year. Shapes: (windows,) -> (windows, CALENDAR)."""
    times = data.times[rows] / data.step
    trend = (times - times.mean()) / (np.ptp(times) or 1)
    phases = [times / data.season] if data.season > 1 else []
    if data.days is not None:
        phases.append(data.days[rows] / _YEAR)
    waves = [wave(2 * np.pi * n * phase) for phase in phases for n in range(1, _WAVES + 1) for wave in (np.sin, np.cos)]
    return np.stack([trend, trend**2, *waves], axis=1)
