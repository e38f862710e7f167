"""The loss of rows that are to be nearer to their like than to others.

Shapes: target (rows, 1), the number of each row's class; output (rows, width), of length 1 -> (rows,).
"""

from __future__ import annotations

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.values.said import Notice

_FEW = 0.5  # rows of a batch that have one of their class beside them
_SHARP = 5.0  # distances lie between 0 and 2: without it the softest margin is as wide as that
_TINY = 1e-6
_FAR = 1e3


class TripletLoss(keras.losses.Loss):  # type: ignore[misc]
    """The softplus of how much farther the farthest row of the same class is than the nearest of another.

    Rows with no other of their class in the batch, or none of another class, count nothing; the mean over the rows of a
    batch is that of those that count.
    """

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        ops = keras.ops
        of = ops.reshape(y_true, (-1,))
        alike = ops.cast(ops.equal(of[:, None], of[None]), y_pred.dtype)
        others = alike - ops.eye(ops.shape(of)[0], dtype=y_pred.dtype)
        squares = ops.maximum(2.0 - 2.0 * ops.matmul(y_pred, ops.transpose(y_pred)), 0.0)
        away = ops.sqrt(squares + _TINY)  # of 0 the root has no slope
        farthest = ops.max(away * others, axis=1)
        nearest = ops.min(away + _FAR * alike, axis=1)
        there = ops.cast(ops.logical_and(ops.any(others > 0, axis=1), ops.any(alike < 1, axis=1)), y_pred.dtype)
        by_row = ops.softplus(_SHARP * ops.where(there > 0, farthest - nearest, ops.zeros_like(nearest))) * there
        return by_row / ops.maximum(ops.mean(there), _TINY)


def told_of_batches(name: str, classes: np.ndarray, batch_size: int) -> list[Notice]:
    """What is said of batches in which most rows have none of their class beside them. Shapes: classes (rows, 1)."""
    counts = np.bincount(classes.ravel())
    alike = (counts - 1) / max(1, len(classes) - 1)
    share = float((counts * (1 - (1 - alike) ** (batch_size - 1))).sum() / counts.sum())
    if share >= _FEW:
        return []
    rule = f"in a batch of {batch_size:,} rows {share:.0%} have one of their {name!r} beside them: others teach nothing"
    return [Notice(rule, (name,), f"raise learn: {{batch_size: {batch_size * 4}}}")]
