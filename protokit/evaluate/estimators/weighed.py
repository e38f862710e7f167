"""Values of rows that count by their weights, as if a row of weight 2 stood there twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def quantiles(values: np.ndarray, weights: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """numpy's quantiles, of rows that have weights.

    A quantile between two rows is the mean of what stands there from its place on, over the weight of one row.

    Shapes: values (rows,), weights (rows,) -> (levels,).
    """
    order = np.argsort(values, kind="stable")
    by = np.asarray(weights, np.float64)[order]
    ends, sums = (np.concatenate([[0.0], np.cumsum(each)]) for each in (by, by * values[order]))
    width = min(1.0, ends[-1])
    start = (ends[-1] - width) * np.asarray(levels)
    return np.asarray((np.interp(start + width, ends, sums) - np.interp(start, ends, sums)) / width)
