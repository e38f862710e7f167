"""The interval of a metric that is no mean, by its resamplings.

Source: Efron, Better bootstrap confidence intervals, 1987; Hesterberg, What teachers should know about the bootstrap,
The American Statistician 69, 2015.
"""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np
from scipy import stats

from protokit.core.values.scores import Interval
from protokit.evaluate.certainty.comparison import LEVEL
from protokit.evaluate.certainty.jackknife import Left


def accelerated(value: float, samples: np.ndarray, left: Left, units: int, bounds: tuple[float, float]) -> Interval:
    """A value with its 95% interval by resamplings (BCa), moved outwards as a t distribution is wider: see `paired`.

    It holds the value, and never leaves the metric's bounds. Where resamplings are all as good as can be, so were all
    units: the other end is where so many units were alike in 2.5 of 100 cases, one more counting half.

    Shapes: samples (resamplings,), around the value less its bias.
    """
    defined = samples[np.isfinite(samples)]
    if not isfinite(value) or not len(defined):
        return Interval(float("nan"), float("nan"), float("nan"))
    middle, spread = float(defined.mean()), float(np.ptp(defined))
    if spread <= 1e-12 * max(1.0, abs(middle)):
        return _of_none(value, units, bounds)
    below = float((defined < middle).mean() + (defined == middle).mean() / 2)
    start = float(stats.norm.ppf(min(0.9, max(0.1, below))))
    reach = 8.0
    if units > 1:
        reach = min(reach, float(stats.t.isf(LEVEL / 2, left.freedom(units))) * sqrt(units / (units - 1)))
    ends = []
    for z in (start - reach, start + reach):
        shrunk = max(0.1, 1 - left.acceleration * z)
        ends.append(float(np.quantile(defined, stats.norm.cdf(start + z / shrunk), method="weibull")))
    low, high = (min(bounds[1], max(bounds[0], end)) for end in ends)
    return Interval(value, min(value, low), max(value, high))


def _of_none(value: float, units: int, bounds: tuple[float, float]) -> Interval:
    """Of a metric that is the same whatever rows are drawn: all are as good, or as poor, as can be."""
    unseen = (bounds[1] - bounds[0]) * (1 - LEVEL ** (1 / units)) if isfinite(bounds[1] - bounds[0]) else 0.0
    low = max(bounds[0], value - unseen) if value >= bounds[1] else value
    high = min(bounds[1], value + unseen) if value <= bounds[0] else value
    return Interval(value, low, high)
