"""How near drawn rows are to real ones, as sets."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold


def in_spreads(truth: np.ndarray, said: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Real and drawn rows in standard deviations of the real ones. Shapes: (rows, columns) each."""
    center, spread = truth.mean(axis=0), truth.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return (truth - center) / spread, (said - center) / spread


def energy_distance(truth: np.ndarray, said: np.ndarray) -> float:
    """Twice the mean distance of a real and a drawn row, less that of two real and that of two drawn ones.

    Of the first 2000 rows. Szekely and Rizzo, Energy Statistics, 2013.
    """

    def apart(one: np.ndarray, other: np.ndarray) -> float:
        squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * one @ other.T
        return float(np.sqrt(np.maximum(squares, 0.0)).mean())

    real, drawn = (rows[:2000] for rows in in_spreads(truth, said))
    return max(0.0, 2 * apart(real, drawn) - apart(real, real) - apart(drawn, drawn))


def marginal_distance(truth: np.ndarray, said: np.ndarray) -> float:
    """The largest difference of the distribution functions of real and drawn cells, mean over the columns."""
    found = []
    for real, drawn in zip(truth[:2000].T, said[:2000].T, strict=True):
        both = np.sort(np.concatenate([real, drawn]))
        shares = [np.searchsorted(np.sort(cells), both, side="right") / len(cells) for cells in (real, drawn)]
        found.append(np.abs(shares[0] - shares[1]).max())
    return float(np.mean(found))


def two_sample_accuracy(truth: np.ndarray, said: np.ndarray) -> float:
    """The share of rows that a random forest, which has not seen them, tells rightly to be real or drawn.

    Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, 2017.
    """
    real, drawn = in_spreads(truth, said)
    found = np.full(len(real), 0.5)
    if len(real) < 20:  # of few rows nothing can be told
        return 0.5
    for train, test in KFold(5, shuffle=True, random_state=0).split(real):
        some = train[:2000]
        forest = RandomForestClassifier(50, min_samples_leaf=3, random_state=0, n_jobs=1)
        forest.fit(np.concatenate([real[some], drawn[some]]), np.repeat([1, 0], len(some)))
        found[test] = 0.5 * (forest.predict(real[test]) == 1) + 0.5 * (forest.predict(drawn[test]) == 0)
    return float(found.mean())
