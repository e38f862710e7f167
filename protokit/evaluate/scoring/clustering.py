"""Silhouettes of clusters."""

from __future__ import annotations

import numpy as np
from sklearn import metrics as sk

from protokit.core.values.arrays import Predictions

_MOST = 10_000  # rows that the silhouette of each row is computed against


def silhouettes(p: Predictions) -> np.ndarray:
    """How much nearer each row is to its own cluster than to the next, from -1 to 1; 0 for a cluster of one row.

    Of more than 10,000 rows, distances are to so many of them, drawn once for all models.

    Shapes: (rows,), NaN where there is one cluster only.

    Source: Rousseeuw, Silhouettes, 1987.
    """
    rows = len(p.truth)
    found, labels = np.unique(p.labels, return_inverse=True)
    if not 1 < len(found) < rows:
        return np.full(rows, np.nan)
    if rows <= _MOST:
        return np.asarray(sk.silhouette_samples(p.truth, labels))
    some = np.random.Generator(np.random.PCG64(rows)).permutation(rows)[:_MOST]
    return _against(p.truth, labels, some, len(found))


def _against(points: np.ndarray, labels: np.ndarray, some: np.ndarray, count: int) -> np.ndarray:
    """Silhouettes by the distances to some of the rows.

    Shapes: points (rows, width), labels (rows,), some (rows chosen,) -> (rows,).
    """
    member = np.eye(count)[labels[some]]
    sizes = member.sum(axis=0)
    chosen = np.zeros(len(points))
    chosen[some] = 1
    found = np.zeros(len(points))
    for start in range(0, len(points), 1000):
        part = slice(start, start + 1000)
        totals = sk.pairwise_distances(points[part], points[some]) @ member
        own = labels[part]
        at = np.arange(len(own))
        others = np.where(sizes > 0, totals / np.maximum(sizes, 1), np.inf)
        near = sizes[own] - chosen[part]  # a row is no neighbour of its own
        within = totals[at, own] / np.maximum(near, 1)
        others[at, own] = np.inf
        next_to = others.min(axis=1)
        high = np.maximum(within, next_to)
        usable = (near > 0) & np.isfinite(next_to) & (high > 0)
        found[part] = np.where(usable, (next_to - within) / np.where(usable, high, 1), 0.0)
    return found
