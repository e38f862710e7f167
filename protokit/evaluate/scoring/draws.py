"""How near drawn rows are to real ones, as sets: which drawn row stands beside which real one means nothing.

Numbers are in standard deviations of the real rows, so that no column counts more. Shapes: counts (resamplings, rows),
how often each row counts -> (resamplings,).
"""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold

from protokit.core.values.arrays import Predictions

MOST = 2000  # rows of each set, the first ones: distances are between each two
_PARTS = 5
_FEWEST = 20  # rows of which something can be told


def once(p: Predictions) -> np.ndarray:
    """Each row as often as it weighs. Shapes: (1, rows)."""
    return np.ones((1, len(p.truth))) if p.weights is None else np.asarray(p.weights, np.float64)[None]


def _standard(p: Predictions) -> tuple[np.ndarray, np.ndarray]:
    spread = p.truth.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    center = p.truth.mean(axis=0)
    return (p.truth - center) / spread, (p.scores - center) / spread


def energy_distance(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """Twice the mean distance between a real and a drawn row, less that of two real and that of two drawn ones.

    Source: Szekely and Rizzo, Energy Statistics, 2013.
    """
    real, drawn = (part[:MOST] for part in _standard(p))
    by = counts[:, :MOST] / np.maximum(counts[:, :MOST].sum(axis=1, keepdims=True), 1e-300)
    found = np.zeros(len(by))
    for one, other, times in ((real, drawn, 2.0), (real, real, -1.0), (drawn, drawn, -1.0)):
        found += times * ((by @ _distances(one, other)) * by).sum(axis=1)
    return np.maximum(found, 0.0)


def _distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * one @ other.T
    found: np.ndarray = np.sqrt(np.maximum(squares, 0.0))
    return found


def marginal_distance(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """The largest difference of two distribution functions (Kolmogorov and Smirnov), mean over the columns."""
    found: np.ndarray = by_column(p, counts).mean(axis=1)
    return found


def by_column(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """The largest difference of the distribution functions of each column. Shapes: -> (resamplings, columns)."""
    by = counts[:, :MOST] / np.maximum(counts[:, :MOST].sum(axis=1, keepdims=True), 1e-300)
    signed = np.concatenate([by, -by], axis=1)
    found = []
    for real, drawn in zip(p.truth[:MOST].T, p.scores[:MOST].T, strict=True):
        both = np.concatenate([real, drawn])
        order = np.argsort(both, kind="stable")
        last = np.append(np.diff(both[order]) > 0, True)  # of cells that are alike
        found.append(np.abs(np.cumsum(signed[:, order], axis=1)[:, last]).max(axis=1))
    return np.stack(found, axis=1)


def told_apart(p: Predictions) -> np.ndarray:
    """Which share of each real row and the drawn one beside it a random forest told right that had seen neither.

    Of few rows nothing can be told: half of them are right by chance. Shapes: (rows,).

    Source: Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, 2017.
    """
    real, drawn = _standard(p)
    rows = len(real)
    found = np.full(rows, 0.5)
    if rows < _FEWEST:
        return found
    for train, test in KFold(_PARTS, shuffle=True, random_state=0).split(real):
        train = train[:MOST]
        forest = RandomForestClassifier(50, min_samples_leaf=3, random_state=0, n_jobs=1)
        forest.fit(np.concatenate([real[train], drawn[train]]), np.repeat([1, 0], len(train)))
        found[test] = 0.5 * (forest.predict(real[test]) == 1) + 0.5 * (forest.predict(drawn[test]) == 0)
    return found
