"""How good a network is for each part of a target of several numbers, on resamplings of the rows.

Shapes: counts (resamplings, rows), how often each row counts -> (resamplings, parts).
"""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions


def once(p: Predictions) -> np.ndarray:
    """Each row as often as it weighs. Shapes: (1, rows)."""
    return np.ones((1, len(p.truth))) if p.weights is None else np.asarray(p.weights, np.float64)[None]


def root_mean_squared_error(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """The root of the mean of the squared errors of each part."""
    found: np.ndarray = np.sqrt(_means((p.truth - p.scores) ** 2, counts))
    return found


def mean_absolute_error(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """The mean of the errors of each part, without their sign."""
    return _means(np.abs(p.truth - p.scores), counts)


def r2(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """The share of each part's variance that is explained; NaN where it has none."""
    centered = p.truth - p.truth.mean(axis=0)  # so that squares keep their digits
    variances = _means(centered**2, counts) - _means(centered, counts) ** 2
    least = 1e-12 * (centered**2).max(axis=0, initial=0.0)
    variances = np.where(variances > least, variances, np.nan)
    found: np.ndarray = 1 - _means((p.truth - p.scores) ** 2, counts) / variances
    return found


def per_part(p: Predictions) -> list[dict[str, object]]:
    """What the metrics are the mean of: those of each part; None where it has no variance."""
    each = {one.__name__: one(p, once(p))[0] for one in (r2, root_mean_squared_error, mean_absolute_error)}
    return [
        {"part": part, **{name: float(of[i]) if np.isfinite(of[i]) else None for name, of in each.items()}}
        for i, part in enumerate(p.target.columns)
    ]


def _means(numbers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    found: np.ndarray = counts @ numbers / counts.sum(axis=1, keepdims=True)
    return found
