"""How good each column is given back, in its own terms."""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.given_back import GivenBack, spans

_Cells = tuple[GivenBack, np.ndarray, np.ndarray]


def per_column(p: Predictions, other: Predictions | None) -> list[dict[str, object]]:
    """Of each column a metric of the network and of the `other` model, which says the same for every row.

    It is the share of rows with the right level, or the mean absolute error of numbers in their own unit; None where
    every cell is missing.
    """
    theirs = _columns(other) if other is not None else [None] * len(p.target.parts)
    found: list[dict[str, object]] = []
    for own, also in zip(_columns(p), theirs, strict=True):
        part = own[0]
        found.append(
            {
                "column": part.name,
                "metric": "accuracy" if part.levels else "mean_absolute_error",
                "network": _value(own, p.weights),
                "baseline": None if also is None else _value(also, p.weights),
            }
        )
    return found


def _columns(p: Predictions) -> list[_Cells]:
    both = zip(spans(p.target.parts, units=False), spans(p.target.parts, units=True), strict=True)
    return [(part, p.truth[:, a], p.scores[:, b]) for part, (a, b) in zip(p.target.parts, both, strict=True)]


def _value(cells: _Cells, weights: np.ndarray | None) -> float | None:
    part, truth, said = cells
    each = (said.argmax(axis=1) == truth[:, 0])[:, None].astype(float) if part.levels else np.abs(truth - said)
    there = ~np.isnan(each)
    by = there * (np.ones(len(each)) if weights is None else weights)[:, None]
    return float((np.where(there, each, 0.0) * by).sum() / by.sum()) if by.sum() > 0 else None
