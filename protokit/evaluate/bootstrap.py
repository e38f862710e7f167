"""How sure a score is: the percentile bootstrap over test rows.

The same resamplings serve every model, so that differences between models are paired.
Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values import Interval, Predictions
from protokit.evaluate.metrics import METRICS

RESAMPLINGS = 1000
_SLOW = 200  # for metrics that scikit-learn has to compute one resampling at a time
_CELLS = 4_000_000  # counts held at a time

Fast = Callable[[Predictions, np.ndarray], np.ndarray]


def resampled(name: str, predictions: Predictions, seed: int) -> np.ndarray:
    """The metric on each resampling of the rows; NaN where it is undefined on one.

    Shapes: (resamplings,): 1,000, or 200 for metrics without a fast form, or for more than 200,000 rows.
    """
    rows = len(predictions.truth)
    fast = _fast(name, predictions)
    count = RESAMPLINGS if fast and rows <= 200_000 else _SLOW
    generator = np.random.Generator(np.random.PCG64(derive(seed, "bootstrap", rows)))
    found: list[np.ndarray] = []
    at_a_time = max(1, _CELLS // rows)
    for start in range(0, count, at_a_time):
        size = min(at_a_time, count - start)
        drawn = generator.integers(rows, size=(size, rows))
        if fast is None:
            found.append(np.array([METRICS[name](predictions, some) for some in drawn]))
            continue
        flat = (drawn + np.arange(size)[:, None] * rows).ravel()
        counts = np.bincount(flat, minlength=size * rows).reshape(size, rows).astype(np.float64)
        found.append(fast(predictions, counts))
    return np.concatenate(found)


def interval(value: float, samples: np.ndarray) -> Interval:
    """A value with the middle 95 of 100 of its resamplings."""
    defined = samples[np.isfinite(samples)]
    if not np.isfinite(value) or len(defined) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _fast(name: str, predictions: Predictions) -> Fast | None:
    if name == "roc_auc":
        return _roc_auc
    if name == "r2":
        return _r2
    per_row = _PER_ROW.get(name)
    if per_row is None:
        return None
    losses = per_row(predictions)
    root = name == "root_mean_squared_error"

    def mean(_: Predictions, counts: np.ndarray) -> np.ndarray:
        means: np.ndarray = counts @ losses / counts.sum(axis=1)
        return np.sqrt(means) if root else means

    return mean


def _log_loss(p: Predictions) -> np.ndarray:
    own = p.scores[np.arange(len(p.truth)), p.truth]
    tiny = np.finfo(p.scores.dtype).eps
    losses: np.ndarray = -np.log(np.clip(own, tiny, 1 - tiny))
    return losses


_PER_ROW: dict[str, Callable[[Predictions], np.ndarray]] = {
    "accuracy": lambda p: (p.labels == p.truth).astype(float),
    "log_loss": _log_loss,
    "brier_score": lambda p: (p.scores[:, 1] - p.truth) ** 2,
    "mean_squared_error": lambda p: (p.scores - p.truth) ** 2,
    "root_mean_squared_error": lambda p: (p.scores - p.truth) ** 2,
    "mean_absolute_error": lambda p: np.abs(p.scores - p.truth),
}


def _roc_auc(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    """Pairs of a positive and a negative row in the right order, ties half, from sorted cumulative counts."""
    order = np.argsort(predictions.scores[:, 1], kind="stable")
    scores, positive = predictions.scores[order, 1], predictions.truth[order] == 1
    starts = np.flatnonzero(np.concatenate([[True], scores[1:] != scores[:-1]]))
    sorted_counts = counts[:, order]
    pos = np.add.reduceat(sorted_counts * positive, starts, axis=1)
    neg = np.add.reduceat(sorted_counts * ~positive, starts, axis=1)
    below = np.cumsum(neg, axis=1) - neg
    pairs = pos.sum(axis=1) * neg.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: np.ndarray = (pos * (below + neg / 2)).sum(axis=1) / pairs
    return result


def _r2(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    truth = predictions.truth - predictions.truth.mean()
    total = counts.sum(axis=1)
    squares = counts @ truth**2 - (counts @ truth) ** 2 / total
    with np.errstate(invalid="ignore", divide="ignore"):
        result: np.ndarray = 1 - counts @ (predictions.scores - predictions.truth) ** 2 / squares
    return result
