"""Whether a target of numbers looks like one of counts: said, never taken so."""

from __future__ import annotations

import pandas as pd

from protokit.core.names import number
from protokit.core.values.said import Notice

_LEAST_ROWS = 50
_FEWEST = 1  # the least of counts is 0 or 1: ages and years begin later


def told_of_counts(column: pd.Series) -> Notice | None:
    """What is told of a target that is learned as a number and looks like counts.

    Those are whole numbers from 0 or 1 that vary at least as a Poisson distribution's do, and lie to the right of their
    median: so do things that happen now and then, and measurements that were rounded seldom.
    """
    if column.dtype.kind not in "iuf" or len(column) < _LEAST_ROWS:
        return None
    values = column.to_numpy(float)
    if (values != values.round()).any() or not 0 <= values.min() <= _FEWEST:
        return None
    mean, variance = float(values.mean()), float(values.var())
    if variance < mean or mean <= float(pd.Series(values).median()):
        return None
    name = str(column.name)
    rule = f"{name!r} is learned as a number, and looks like a count: whole numbers from {number(values.min())} to "
    rule += f"{number(values.max())}"
    return Notice(rule, (name,), "learn: {task: count} keeps predictions above 0, and counts errors by their mean")
