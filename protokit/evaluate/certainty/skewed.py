"""How sure the mean of skewed errors is."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy import stats

from protokit.core.values.scores import Interval


def interval_of_mean(errors: np.ndarray, blocks: np.ndarray | None, *, root: bool = False) -> Interval:
    """The mean of errors that are 0 or more, or the root of it, with its 95% interval.

    Errors without an upper bound are skewed, so that the middle of their resamplings misses the large ones that these
    rows happen not to have. A cubic transformation takes the skewness from the mean's t, and back.

    Shapes: errors (rows,); blocks (rows,): rows of one are not independent.

    Source: Hall, On the removal of skewness by transformation, 1992.
    """
    mean, each = float(errors.mean()), errors - errors.mean()
    if blocks is not None:  # of a ratio of sums, by its linear part
        _, member, rows = np.unique(blocks, return_inverse=True, return_counts=True)
        each = np.bincount(member, each) / rows.mean()
    count = len(each)
    square = float((each**2).mean())
    if count < 2 or not np.isfinite(square):
        return Interval(sqrt(mean) if root else mean, float("nan"), float("nan"))
    if square <= 1e-24 * mean**2:
        low = high = mean
    else:
        error = sqrt(square / (count - 1))
        skewness = float((each**3).mean()) / square**1.5 / sqrt(count)
        reach = float(stats.t.ppf(0.975, count - 1))
        low, high = (max(0.0, mean - error * _without(skewness, t)) for t in (reach, -reach))
    value, low, high = (sqrt(one) if root else one for one in (mean, low, high))
    return Interval(value, low, high)


def _without(skewness: float, t: float) -> float:
    """The t of a skewed mean that lies where one of the normal distribution does; `skewness` is that of the mean."""
    if abs(skewness) < 1e-9:
        return t
    return float(3 / skewness * (np.cbrt(1 + skewness * (t - skewness / 6)) - 1))
