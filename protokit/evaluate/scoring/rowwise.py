"""What metrics are the mean of: one number for each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.evaluate.scoring import clustering


def mean(numbers: np.ndarray, weights: np.ndarray | None = None, *, root: bool = False) -> float:
    """The mean over rows, by their weights, or the root of it."""
    found = float(numbers.mean() if weights is None else np.average(numbers, weights=weights))
    return found**0.5 if root else found


@dataclass(frozen=True)
class ResampledMean:
    """The same of many resamplings of the rows, or of blocks of rows. Shapes: numbers (rows,)."""

    numbers: np.ndarray
    root: bool

    def __call__(self, _: Predictions, counts: np.ndarray) -> np.ndarray:
        """Shapes: how often each row was drawn, (resamplings, rows) -> (resamplings,)."""
        return self._of(counts @ self.numbers, counts.sum(axis=1))

    def of_blocks(self, member: np.ndarray | None) -> Callable[[np.ndarray], np.ndarray]:
        """The means of resamplings of whole blocks. A sum is made for each block once, not for each resampling.

        Shapes: member (rows,), the block of each row, None where each is one of its own; of the function (resamplings,
            blocks), how often each block was drawn, -> (resamplings,).
        """
        if member is None:
            return lambda often: self._of(often @ self.numbers, len(self.numbers))
        sums, sizes = np.bincount(member, self.numbers), np.bincount(member)
        return lambda often: self._of(often @ sums, often @ sizes)

    def _of(self, sums: np.ndarray, counts: np.ndarray | int) -> np.ndarray:
        found: np.ndarray = sums / counts
        return np.sqrt(found) if self.root else found


def pinball(p: Predictions) -> np.ndarray:
    """What a quantile too low or too high costs, as scikit-learn's mean_pinball_loss, mean over the quantiles.

    Shapes: (rows,).
    """
    above = p.truth[:, None] - p.scores
    levels = np.array(p.target.quantiles)
    losses: np.ndarray = np.maximum(levels * above, (levels - 1) * above).mean(axis=1)
    return losses


def covered(p: Predictions) -> np.ndarray:
    """1 where the truth lies from the lowest to the highest quantile.

    Shapes: (rows,).
    """
    inside = (p.scores[:, 0] <= p.truth) & (p.truth <= p.scores[:, -1])
    return inside.astype(float)


def width(p: Predictions) -> np.ndarray:
    """From the lowest to the highest quantile, in the target's unit.

    Shapes: (rows,).
    """
    widths: np.ndarray = p.scores[:, -1] - p.scores[:, 0]
    return widths


def scaled_error(p: Predictions) -> np.ndarray:
    """Errors of a forecast, each series in what a forecast that repeats the last row errs by in the training rows.

    Shapes: (rows,).

    Source: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006 (MASE).
    """
    return _mean(np.abs(p.truth - p.scores) / p.units["naive_1"][:, None])


def seasonally_scaled_error(p: Predictions) -> np.ndarray:
    """The same, in what a forecast that repeats the last season errs by.

    Shapes: (rows,).

    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, 5.8 (MASE of seasonal series).
    """
    return _mean(np.abs(p.truth - p.scores) / p.units["naive"][:, None])


def symmetric_error(p: Predictions) -> np.ndarray:
    """Errors in percent of the mean of truth and forecast; 0 where both are 0.

    Shapes: (rows,).

    Source: Makridakis and Hibon, The M3-Competition, 2000 (sMAPE).
    """
    size = np.abs(p.truth) + np.abs(p.scores)
    return _mean(200 * np.abs(p.truth - p.scores) / np.where(size > 0, size, 1))


def standard_square(p: Predictions) -> np.ndarray:
    """Squared errors in standard deviations of the training rows.

    Shapes: (rows,).
    """
    return _mean(((p.truth - p.scores) / p.units["scale"][:, None]) ** 2)


def standard_error(p: Predictions) -> np.ndarray:
    """Errors in standard deviations of the training rows.

    Shapes: (rows,).
    """
    return _mean(np.abs(p.truth - p.scores) / p.units["scale"][:, None])


def log_loss(p: Predictions) -> np.ndarray:
    """The negative logarithm of the probability of a row's class.

    Shapes: (rows,).
    """
    own = p.scores[np.arange(len(p.truth)), p.truth]
    tiny = np.finfo(p.scores.dtype).eps
    losses: np.ndarray = -np.log(np.clip(own, tiny, 1 - tiny))
    return losses


def correct(p: Predictions) -> np.ndarray:
    """1 where the class, or all labels of a row, are right.

    Shapes: (rows,).
    """
    right: np.ndarray = p.labels == p.truth
    return (right.all(axis=1) if right.ndim > 1 else right).astype(float)


def squared_error(p: Predictions) -> np.ndarray:
    """The squared error, mean over what is predicted for a row.

    Shapes: (rows,).
    """
    means: np.ndarray = ((p.scores - p.truth) ** 2).reshape(len(p.truth), -1).mean(axis=1)
    return means


def absolute_error(p: Predictions) -> np.ndarray:
    """The error without its sign, mean over what is predicted for a row.

    Shapes: (rows,).
    """
    means: np.ndarray = np.abs(p.scores - p.truth).reshape(len(p.truth), -1).mean(axis=1)
    return means


def squared_log_error(p: Predictions) -> np.ndarray:
    """The squared difference of logarithms of 1 more; NaN or infinite below that.

    Shapes: (rows,).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        squares: np.ndarray = (np.log1p(p.scores) - np.log1p(p.truth)) ** 2
    return squares


def relative_error(p: Predictions) -> np.ndarray:
    """The error as a share of the truth, mean over what is predicted for a row; NaN where that is 0.

    Shapes: (rows,).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(p.truth == 0, np.nan, np.abs(p.truth - p.scores) / np.abs(p.truth))
    means: np.ndarray = shares.reshape(len(p.truth), -1).mean(axis=1)
    return means


def among_two_likeliest(p: Predictions) -> np.ndarray:
    """1 where the class is one of the two likeliest; of equal ones scikit-learn takes the last first."""
    order = np.argsort(p.scores, axis=1, kind="mergesort")[:, ::-1]
    found: np.ndarray = (order[:, :2] == p.truth[:, None]).any(axis=1)
    return found.astype(float)


def squared_probability_error(p: Predictions) -> np.ndarray:
    """The squared error of the probability of the positive class; of many classes the sum of those of all.

    Shapes: (rows,).
    """
    if p.target.task == "multiclass":
        return np.asarray(((p.scores - np.eye(p.scores.shape[1])[p.truth]) ** 2).sum(axis=1))
    return np.asarray((p.positive_scores - p.is_positive) ** 2)


def wrong_labels(p: Predictions) -> np.ndarray:
    """The share of a row's labels that are wrong.

    Shapes: (rows,).
    """
    return np.asarray((p.labels != p.truth).mean(axis=1))


def silhouettes(p: Predictions) -> np.ndarray:
    """See protokit.evaluate.scoring.clustering.

    A row that was drawn twice would be its own neighbour: in resamplings each keeps what it has among all rows.

    Shapes: (rows,).
    """
    return clustering.silhouettes(p)


def _mean(errors: np.ndarray) -> np.ndarray:
    means: np.ndarray = errors.reshape(len(errors), -1).mean(axis=1)
    return means
