"""The loss of what is given back.

Shapes: target (rows, cells), in standard deviations, NaN where missing, and places of levels, below 0 where training
rows have none; output (rows, units), in standard deviations, and logits of levels -> (rows,).
"""

from __future__ import annotations

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.values.forms.given_back import LEAST, Parts, numbers_of, spans


class ReconstructionLoss(keras.losses.Loss):  # type: ignore[misc]
    """See `protokit.core.values.forms.given_back.errors`, which is the same of scores."""

    def __init__(self, parts: Parts, **more: str) -> None:
        super().__init__(**more)
        self._weights = numbers_of(parts)[2].astype(np.float32)[:, None]
        both = zip(parts, spans(parts, units=False), spans(parts, units=True), strict=True)
        self._levels = [(cell.start, unit) for part, cell, unit in both if part.levels]

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        ops, count = keras.ops, len(self._weights)
        total = ops.zeros_like(y_pred[:, 0])
        counted = total + len(self._levels)
        if count:
            missing = ops.isnan(y_true[:, :count])
            # what is missing is out before it is multiplied: of NaN times 0 the gradient is NaN
            wanted = ops.where(missing, ops.zeros_like(y_true[:, :count]), y_true[:, :count])
            there = 1.0 - ops.cast(missing, y_pred.dtype)
            away = there * ops.square(wanted - y_pred[:, :count])
            total += ops.matmul(away, self._weights)[:, 0]
            counted += ops.matmul(there, self._weights)[:, 0]
        for cell, unit in self._levels:
            level = ops.cast(y_true[:, cell], "int32")
            logits = y_pred[:, unit]
            own = ops.one_hot(level, logits.shape[-1], dtype=y_pred.dtype)  # all 0 below 0
            likely = ops.sum(own * ops.log_softmax(logits, axis=-1), axis=-1)
            total -= ops.where(level < 0, ops.full_like(likely, float(np.log(LEAST))), likely)
        return total / ops.maximum(counted, LEAST)


def constant(parts: Parts, truth: np.ndarray) -> np.ndarray:
    """What gives back the same for every row, and is least wrong of the training rows: means, and shares of levels.

    Shapes: (rows, cells), as the loss takes it -> (units,).
    """
    found = []
    for part, at in zip(parts, spans(parts, units=False), strict=True):
        cells = truth[:, at].astype(np.float64)
        if part.levels:
            known = cells[cells >= 0].astype(np.int64)
            shares = np.bincount(known, minlength=len(part.levels)) / max(1, len(known))
            found.append(np.log(np.clip(shares, LEAST, 1.0)))
        else:
            there = ~np.isnan(cells)
            found.append(np.where(there, cells, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    return np.concatenate(found)
