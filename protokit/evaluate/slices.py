"""How good a network is on the rows of each level of a column."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from protokit.core.names import as_text
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.pooling import some_of

_MOST_LEVELS = 8
_NUMBERS = 0.95  # of the cells have to be numbers
_FEWEST = 10  # independent rows that an interval can be drawn from
MISSING, OTHER = "missing", "other"


def slices(
    column: pd.Series,
    train: np.ndarray,
    test: np.ndarray,
    network: Predictions,
    best: Predictions | None,
    metric: str,
    seed: int,
) -> list[dict[str, object]]:
    """The metric for the network and a baseline, of the test rows of each level, with intervals.

    Of fewer than 10 rows (or blocks of rows) there is a value and no interval; where a metric is undefined, neither.

    Shapes: train and test are places in the column; the predictions are of the test rows.
    """
    found = []
    for value, rows in levels(column, train, test):
        own = some_of(network, rows)
        models = [own] if best is None else [own, some_of(best, rows)]
        scores = [metric_of.as_plain() for metric_of in _intervals(models, metric, seed)]
        plain = {"target": network.target.name, "column": str(column.name), "value": value, "rows": len(rows)}
        found.append(
            {**plain, "metric": metric, "network": scores[0], "baseline": scores[1] if len(scores) > 1 else None}
        )
    return found


def levels(column: pd.Series, train: np.ndarray, test: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The name of each level and which of the test rows have it; each row has one, and empty levels are left out.

    Numbers of more than 8 values are cut at the quartiles of the training rows; of other columns the 8 commonest levels
    of the training rows stand by themselves.
    """
    missing = column.isna().to_numpy()
    numbers = _numbers(column, train)
    if numbers is not None:
        missing = ~np.isfinite(numbers)
        known = numbers[train][~missing[train]]
        edges = np.unique(np.quantile(known, [0.25, 0.5, 0.75]))
        member = np.searchsorted(edges, numbers, side="left")
        shown = [f"{edge:.6g}" for edge in edges]
        names = [f"up to {shown[0]}", *(f"{a} to {b}" for a, b in pairwise(shown))]
        names.append(f"above {shown[-1]}")
    else:
        texts = np.array([as_text(cell) for cell in column], object)
        found, counts = np.unique(texts[train][~missing[train]].astype(str), return_counts=True)
        names = [str(name) for name in found[np.argsort(-counts, kind="stable")][:_MOST_LEVELS]]
        place = {name: i for i, name in enumerate(names)}
        member = np.array([place.get(text, len(names)) for text in texts])
        names.append(OTHER)
    member = np.where(missing, len(names), member)[test]
    for i, name in enumerate([*names, MISSING]):
        rows = np.flatnonzero(member == i)
        if len(rows):
            yield name, rows


def _numbers(column: pd.Series, train: np.ndarray) -> np.ndarray | None:
    """The column as numbers, NaN where a cell is none; None where it is not one of numbers, or of few."""
    if column.dtype.kind in "bM" or len({as_text(cell) for cell in column.iloc[train].dropna()}) <= _MOST_LEVELS:
        return None
    found: np.ndarray = np.asarray(pd.to_numeric(column, errors="coerce"), np.float64)
    there = column.iloc[train].notna().to_numpy()
    share = np.isfinite(found[train][there]).mean() if there.any() else 0.0
    return found if share >= _NUMBERS else None


def _intervals(models: list[Predictions], metric: str, seed: int) -> list[Interval]:
    rows, blocks = len(models[0].truth), models[0].blocks
    values = [METRICS[metric](one) for one in models]
    nan = float("nan")
    if (rows if blocks is None else len(np.unique(blocks))) < _FEWEST:
        return [Interval(value, nan, nan) for value in values]
    return [found for found, _ in bootstrap.scored([(metric, one) for one in models], seed)]
