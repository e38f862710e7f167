"""Predictions of several sets of rows as those of one, and of some rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from protokit.core.values.arrays import Predictions


def pooled(parts: Sequence[Predictions]) -> Predictions:
    """The predictions of several sets of rows, one after the other.

    A block of one part is none of another's; thresholds that the parts have chosen stay with their rows.
    """
    first = parts[0]
    brought = first.target.of_task.brought
    truth = _joined([part.truth for part in parts])
    scores = _joined([brought(part.target, part.scores, first.target) for part in parts])
    blocks = thresholds = reference = weights = None
    if first.blocks is not None:
        own = [np.unique(part.blocks, return_inverse=True)[1] for part in parts if part.blocks is not None]
        starts = np.cumsum([0, *(int(some.max()) + 1 for some in own[:-1])])
        blocks = np.concatenate([some + start for some, start in zip(own, starts, strict=True)])
    if first.thresholds is not None:
        thresholds = np.concatenate([part.thresholds for part in parts if part.thresholds is not None])
    if first.reference is not None:
        reference = np.concatenate([part.reference for part in parts if part.reference is not None])
    if first.weights is not None:
        weights = np.concatenate([part.weights for part in parts if part.weights is not None])
    units = {name: np.concatenate([part.units[name] for part in parts]) for name in first.units}
    return Predictions(first.target, truth, scores, units, blocks, reference, thresholds, weights)


def some_of(p: Predictions, rows: np.ndarray) -> Predictions:
    """The predictions of some rows, with repeats where a row stands there twice."""

    def rows_of(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[rows]

    units = {name: values[rows] for name, values in p.units.items()}
    optional = (rows_of(values) for values in (p.blocks, p.reference, p.thresholds, p.weights))
    return Predictions(p.target, p.truth[rows], p.scores[rows], units, *optional)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    """In rows one after the other in memory too, so that sums come out the same from the arrays and from a file."""
    return np.ascontiguousarray(np.concatenate(parts))
