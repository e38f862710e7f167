"""How sure a share of rows is, such as the accuracy."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special, stats

from protokit.core.values.scores import Interval

_TAIL = 0.025


def interval_of_share(right: np.ndarray, blocks: np.ndarray | None, weights: np.ndarray | None = None) -> Interval:
    """The share of rows that are right, with its 95% interval: that of a binomial, equal rows counting half (mid-P).

    Rows that have weights, or come in blocks, say as much as fewer equal ones: as many as give the variance that is
    seen. An interval is never empty: where all rows are right, the next may not be.

    Shapes: right (rows,), 1 or 0; blocks (rows,): rows of one are not independent; weights (rows,).

    Source: Berry and Armitage, Mid-P confidence intervals, 1995; Korn and Graubard, Confidence intervals for
    proportions with small expected number of positive counts, 1998.
    """
    by = np.ones(len(right)) if weights is None else np.asarray(weights, np.float64)
    share = float(np.average(right, weights=by))
    if not np.isfinite(share):
        return Interval(share, float("nan"), float("nan"))
    pulls, sizes = by * (right - share), by
    if blocks is not None:
        member = np.unique(blocks, return_inverse=True)[1]
        pulls, sizes = (np.asarray(np.bincount(member, one), np.float64) for one in (pulls, by))
    units, most = len(pulls), float(by.sum() ** 2 / (by**2).sum())
    rows = most
    if units < len(right) or weights is not None:
        variance = float((pulls**2).sum()) / by.sum() ** 2
        rows = float(sizes.sum() ** 2 / (sizes**2).sum())
        if variance > 0:
            rows = min(most, share * (1 - share) / variance * max(1, units - 1) / units)
        if units > 1 and rows > 2:
            rows *= min(1.0, float(stats.t.isf(_TAIL, rows - 1) / stats.t.isf(_TAIL, units - 1)) ** 2)
    rows = max(1.0, rows)
    return Interval(share, _lowest(share * rows, rows), 1 - _lowest((1 - share) * rows, rows))


def _lowest(right: float, rows: float) -> float:
    """The least share of which so many rows or more are right in 2.5 of 100 cases, equally many counting half."""
    if right < 1e-9:
        return 0.0
    wrong = max(0.0, rows - right)

    def beyond(share: float) -> float:
        more = special.betainc(right + 1, wrong, share) if wrong > 1e-9 else 0.0
        return float(special.betainc(right, wrong + 1, share) + more) / 2 - _TAIL

    return float(optimize.brentq(beyond, 0.0, 1.0, xtol=1e-9))
