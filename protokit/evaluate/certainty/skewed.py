"""How sure the mean of skewed errors is."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from scipy import stats

from protokit.core.values.scores import Interval

_TAIL = 1.75  # by the root of the rows: how many of the largest are the tail, at most half of them
_POWERS = (1.1, 2.2)  # of the tail: below the first there is no mean to speak of, above the second no tail to allow for
_MOST_UNSEEN = 2.5  # by the reach of the t interval
_FEW_ROWS, _MOST_OF_ALL = 0.01, 0.5


def interval_of_mean(
    errors: np.ndarray,
    blocks: np.ndarray | None,
    weights: np.ndarray | None = None,
    *,
    root: bool = False,
    tail: bool = True,
    bounds: tuple[float, float] = (0.0, inf),
) -> Interval:
    """The mean of errors, or the root of it, with its 95% interval, which stays in the metric's bounds.

    Errors are skewed, so that the middle of their resamplings misses the large ones that these rows happen not to have.
    A cubic transformation takes the skewness from the mean's t, and back. Where errors without an upper bound (`tail`)
    lie as those of a power law, the upper bound is moved by what the tail of that law has more than these rows.

    Shapes: errors (rows,); blocks (rows,): rows of one are not independent; weights (rows,): how much each counts.

    Source: Hall, On the removal of skewness by transformation, 1992; Hill, A simple general approach to inference about
    the tail of a distribution, 1975; Kish, Survey Sampling, 1965 (the effective sample size).
    """
    by = np.ones(len(errors)) if weights is None else np.asarray(weights, np.float64)
    mean = float(np.average(errors, weights=by))
    sums = by * errors
    if blocks is not None:
        member = np.unique(blocks, return_inverse=True)[1]
        sums, by = (np.asarray(np.bincount(member, one), np.float64) for one in (sums, by))
    each = (sums - mean * by) / by.mean()  # of a ratio of sums, by its linear part
    count = len(each)
    square = float((each**2).mean())
    if count < 2 or not np.isfinite(square):
        return Interval(sqrt(mean) if root else mean, float("nan"), float("nan"))
    if square <= 1e-24 * mean**2:
        low = high = mean
    else:
        alike = max(2.0, float(by.sum() ** 2 / (by**2).sum()))  # how many units of equal weight say as much
        error = sqrt(square / count * alike / (alike - 1))
        skewness = float((each**3).mean()) / square**1.5 / sqrt(count)
        reach = float(stats.t.ppf(0.975, alike - 1))
        low, high = (mean - error * _without(skewness, t) for t in (reach, -reach))
        high += min(_MOST_UNSEEN * reach * error, _unseen(sums / by)) if tail else 0.0
    value, low, high = (sqrt(max(0.0, one)) if root else one for one in (mean, low, high))
    return Interval(value, max(bounds[0], low), min(bounds[1], high))


def _without(skewness: float, t: float) -> float:
    """The t of a skewed mean that lies where one of the normal distribution does; `skewness` is that of the mean."""
    if abs(skewness) < 1e-9:
        return t
    return float(3 / skewness * (np.cbrt(1 + skewness * (t - skewness / 6)) - 1))


def _unseen(errors: np.ndarray) -> float:
    """By how much the mean of the power law that the largest errors lie on is above theirs; 0 where that is light."""
    rows = len(errors)
    count = min(int(_TAIL * sqrt(rows)), (rows - 1) // 2)
    if count < 2:
        return 0.0
    largest = np.sort(errors)[::-1][: count + 1]
    if largest[count] <= 0:
        return 0.0
    spread = float(np.log(largest[:count] / largest[count]).mean())
    power = max(_POWERS[0], (1 - 1 / count) / spread) if spread > 0 else np.inf
    if power >= _POWERS[1]:
        return 0.0
    of_tail = largest[count] * count * power / (power - 1)
    return float(max(0.0, of_tail - largest[:count].sum()) / rows)


def dominated(errors: np.ndarray, weights: np.ndarray | None = None) -> float | None:
    """The share of all errors that the largest hundredth of the rows (one, at least) make, where it is most of them.

    Such a mean is that of a few rows, and no interval of it holds. None where it is that of all rows.

    Shapes: errors and weights (rows,).
    """
    each = errors if weights is None else errors * weights
    few, whole = max(1, int(_FEW_ROWS * len(each))), float(each.sum())
    if len(each) < 10 or not whole > 0:
        return None
    share = float(np.partition(each, -few)[-few:].sum()) / whole
    return share if share > _MOST_OF_ALL else None
