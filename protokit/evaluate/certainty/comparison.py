"""Whether two models differ, and how sure that is: on the same test rows, or over the same folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

import numpy as np
from scipy import stats

from protokit.core.values.scores import Interval

Outcome = Literal["better", "worse", "cannot tell apart", "not compared"]
LEVEL = 0.05  # how often models that are equal may be said to differ


@dataclass(frozen=True)
class Difference:
    """The first model's score less the second's, with bounds and the chance of as much between equal models."""

    interval: Interval
    p: float

    @property
    def defined(self) -> bool:
        """Whether there is a difference to speak of."""
        return isfinite(self.interval.value) and isfinite(self.p)

    def outcome(self, greater_is_better: bool, p: float | None = None) -> Outcome:
        """What is said of the first model; `p` stands for its own where several are compared."""
        if not self.defined:
            return "not compared"
        if (self.p if p is None else p) > LEVEL or self.interval.low <= 0 <= self.interval.high:
            return "cannot tell apart"
        return "better" if (self.interval.value > 0) == greater_is_better else "worse"


def paired(value: float, samples: np.ndarray, units: int) -> Difference:
    """A difference on the same rows, from its resamplings: bounds by percentiles, twice the share beyond 0.

    Percentiles of few rows reach less far than they should: they are moved outwards as a t distribution is wider than
    the normal one, and follow a skewness that few rows happen to have. So the bounds are at least those of a t
    interval, and the chance is at least that of its test. `units` are what was drawn: rows, or blocks of them. Were the
    models equal, all units would lie on one side in 2 of 2**units cases: the chance is never said to be smaller. Where
    no resampling is beyond 0, it is that of the normal distribution. Where all are the same there are no bounds.

    Shapes: samples (resamplings,), NaN where undefined.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 15; Hesterberg, What teachers
    should know about the bootstrap, The American Statistician 69, 2015 (expanded percentiles).
    """
    defined = samples[np.isfinite(samples)]
    if not isfinite(value) or not len(defined):
        return Difference(Interval(value, float("nan"), float("nan")), float("nan"))
    if units < 2:  # of one row or block nothing is known of how others vary
        return of_none(value)
    if np.ptp(defined) <= 1e-12 * abs(value):  # the same whatever rows are drawn: what they span is no interval
        return Difference(Interval(value, float("nan"), float("nan")), 2.0 ** (1 - units) if value else 1.0)
    wider = sqrt((units - 1) / units)
    tail = float(stats.norm.sf(stats.t.isf(LEVEL / 2, units - 1) / wider))
    low, high = np.quantile(defined, [tail, 1 - tail], method="weibull")
    spread = float(defined.std())
    beyond = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    p = min(1.0, 2 * (beyond + 1) / (len(defined) + 1))
    if beyond == 0:
        p = min(2 / len(defined), 2 * float(stats.norm.sf(abs(value) / spread))) if spread else 0.0
    if 0 < p < 1:
        p = 2 * float(stats.t.sf(stats.norm.isf(p / 2) * wider, units - 1))
    if spread:
        reach = float(stats.t.isf(LEVEL / 2, units - 1)) * spread / wider
        low, high = min(low, value - reach), max(high, value + reach)
        p = max(p, 2 * float(stats.t.sf(abs(value) * wider / spread, units - 1)))
    return Difference(Interval(value, float(low), float(high)), max(p, 2.0 ** (1 - units)))


def of_none(value: float) -> Difference:
    """A difference that is none: it has no interval, and chance explains it."""
    return Difference(Interval(value, float("nan"), float("nan")), 1.0)


def over_folds(first: Sequence[float], second: Sequence[float], ratio: float) -> Difference:
    """A difference over folds of one cross-validation, by the corrected resampled t-test.

    Folds share training rows, so that their differences vary less than those of new samples would: the variance of
    the mean of K is 1/K + ratio of theirs, `ratio` being test rows for each training row. Undefined, with p NaN, where
    all differences are the same and not 0: so few scores cannot say how they vary.

    Source: Nadeau and Bengio, Inference for the generalization error, 2003.
    """
    differences = np.array(first, float) - np.array(second, float)
    count, mean = len(differences), float(np.mean(differences))
    if count < 2 or not isfinite(mean):
        return Difference(Interval(mean, float("nan"), float("nan")), float("nan"))
    error = sqrt((1 / count + ratio) * float(differences.var(ddof=1)))
    reach = float(stats.t.ppf(1 - LEVEL / 2, count - 1)) * error
    if error <= 1e-9 * abs(mean):
        return Difference(Interval(mean, float("nan"), float("nan")), 1.0 if mean == 0 else float("nan"))
    p = 2 * float(stats.t.sf(abs(mean) / error, count - 1))
    return Difference(Interval(mean, mean - reach, mean + reach), p)


def holm(p: Sequence[float]) -> list[float]:
    """The chances of several comparisons, so that together they err no more often than one.

    >>> [round(one, 6) for one in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]

    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    order = sorted(range(len(p)), key=lambda i: p[i])
    found, highest = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[i]))
        found[i] = highest
    return found
