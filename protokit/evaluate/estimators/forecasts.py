"""The simple forecasts that a network is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from protokit.core.values.arrays import Features

_AT_A_TIME = 1 << 24  # numbers of windows held at a time
_MOST_WINDOWS = 20_000  # of training that the linear forecast is fitted on, evenly drawn
_PENALTIES = tuple(10.0**power for power in range(-3, 6))  # for standardised values


@dataclass(frozen=True)
class Repeated:
    """Forecasts that repeat what was."""

    horizon: int
    seasonal: bool

    def scores(self, features: Features) -> np.ndarray:
        """Shapes: (rows, horizon, columns)."""
        history, ago = _there(features.history), _there(features.season_ago)
        found = []
        for rows in _chunks(history):
            last = np.repeat(history[rows][:, -1:], self.horizon, axis=1)
            found.append(np.where(np.isnan(before := ago[rows]), last, before) if self.seasonal else last)
        return np.concatenate(found)


@dataclass(frozen=True)
class LinearForecast:
    """Ridge regression from the window to the horizon, on values relative to the last one in standard units.

    Shapes: weights (1 or columns, window, horizon), with `starts` (1 or columns, horizon) added: one map that all
    columns share, or one for each.
    """

    weights: np.ndarray
    starts: np.ndarray

    @classmethod
    def fit(cls, features: Features, truth: np.ndarray) -> LinearForecast:
        """Penalty and sharing are those that forecast the last fifth of the training windows best."""
        rows = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), _MOST_WINDOWS)).round().astype(int))
        x, y = _relative(features, truth, rows)
        border = len(rows) - len(rows) // 5
        before = max(1, border - y.shape[2] * len(rows) // len(truth))  # no forecast reaches into the last fifth
        early, late, every = (
            [_Sums.of(a[part], b[part]) for a, b in zip(x, y, strict=True)]
            for part in (slice(before), slice(border, None), slice(None))
        )
        ways = [early] if len(x) == 1 else [[_Sums.total(early)], early]
        found: list[tuple[float, int, float]] = []
        for way, sums in enumerate(ways):
            solvers = [_Solver(one) for one in sums]
            held = late if len(sums) == len(late) else [_Sums.total(late)]
            for penalty in _PENALTIES:
                errors = [to.error(*one.map(penalty)) for one, to in zip(solvers, held, strict=True)]
                found.append((sum(errors), way, penalty))
        _, way, penalty = min(found)
        sums = every if len(ways[way]) == len(every) else [_Sums.total(every)]
        maps = [_Solver(one).map(penalty) for one in sums]
        return cls(np.stack([weights for weights, _ in maps]), np.stack([start for _, start in maps]))

    def scores(self, features: Features) -> np.ndarray:
        """Shapes: (rows, horizon, columns)."""
        history, scale = _there(features.history), features.units["scale"]
        found = []
        for rows in _chunks(history):
            some = history[rows]
            last, size = some[:, -1:], scale[rows][:, None]
            x = ((some - last) / size).transpose(2, 0, 1)
            found.append((x @ self.weights + self.starts[:, None]).transpose(1, 2, 0) * size + last)
        return np.concatenate(found)


@dataclass(frozen=True)
class _Sums:
    """All that a regression needs to know of its rows: their sums of products, with a last column of ones in x.

    Shapes: xx (window + 1, window + 1), xy (window + 1, horizon), yy: one number.
    """

    xx: np.ndarray
    xy: np.ndarray
    yy: float

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> _Sums:
        """Shapes: (rows, window), (rows, horizon)."""
        x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
        return cls(x.T @ x, x.T @ y, float((y**2).sum()))

    @classmethod
    def total(cls, parts: Sequence[_Sums]) -> _Sums:
        return cls(sum(p.xx for p in parts), sum(p.xy for p in parts), sum(p.yy for p in parts))  # type: ignore[arg-type]

    def error(self, weights: np.ndarray, start: np.ndarray) -> float:
        """The sum of squared errors of a map on these rows."""
        whole = np.concatenate([weights, start[None]])
        return self.yy - 2 * float((whole * self.xy).sum()) + float((whole * (self.xx @ whole)).sum())


class _Solver:
    """Ridge regressions on the same rows: one decomposition for all penalties. The intercept is not penalised."""

    def __init__(self, sums: _Sums) -> None:
        rows = sums.xx[-1, -1]
        self._x, self._y = sums.xx[-1, :-1] / rows, sums.xy[-1] / rows
        self._values, self._vectors = np.linalg.eigh(sums.xx[:-1, :-1] - rows * np.outer(self._x, self._x))
        self._products = self._vectors.T @ (sums.xy[:-1] - rows * np.outer(self._x, self._y))

    def map(self, penalty: float) -> tuple[np.ndarray, np.ndarray]:
        """Weights and intercept.

        Shapes: (window, horizon) and (horizon,).
        """
        weights = self._vectors @ (self._products / (np.maximum(self._values, 0) + penalty)[:, None])
        return weights, self._y - self._x @ weights


def _relative(features: Features, truth: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows and what follows them, relative to the last value.

    Shapes: (columns, rows, window) and (columns, rows, horizon).
    """
    history, later = _there(features.history)[rows], truth[rows]
    last, scale = history[:, -1:], features.units["scale"][rows][:, None]
    return ((history - last) / scale).transpose(2, 0, 1), ((later - last) / scale).transpose(2, 0, 1)


def _there(windows: np.ndarray | None) -> np.ndarray:
    assert windows is not None, "what is forecast has a history"
    return windows


def _chunks(windows: np.ndarray) -> Iterator[slice]:
    size = max(1, _AT_A_TIME // max(1, windows.shape[1] * windows.shape[2]))
    for start in range(0, len(windows), size):
        yield slice(start, start + size)
