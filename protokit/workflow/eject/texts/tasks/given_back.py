"""Inputs that are given back: an autoencoder."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import math
from typing import Any

import numpy as np

from protokit.core.libraries.backend import keras


def standard_of(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column, without missing cells. Shapes: (training rows, columns)."""
    centers, scales = [], []
    for column in numbers.T:
        known = column[:, None]
        there = ~np.isnan(known)
        count = np.maximum(there.sum(axis=0), 1)
        center = np.where(there, known, 0.0).sum(axis=0) / count
        spread = np.sqrt((np.where(there, known - center, 0.0) ** 2).sum(axis=0) / count)
        centers.append(center)
        scales.append(np.where(spread > 0, spread, 1.0))
    return (np.concatenate(centers), np.concatenate(scales)) if centers else (np.zeros(0), np.zeros(0))


class GivenBack(keras.losses.Loss):  # type: ignore[misc]
    """Squared errors of numbers, cross-entropies of categories, mean over the columns of a row.

    Missing numbers do not count. `levels` are how many levels each category has: their logits are behind the numbers.
    """

    def __init__(self, numbers: int, levels: list[int]) -> None:
        super().__init__(name="reconstruction")
        self.numbers, self.levels = numbers, levels

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Of each row; `y_true` are numbers in standard deviations, and behind them the places of levels."""
        ops, numbers = keras.ops, self.numbers
        total = ops.zeros_like(y_pred[:, 0])
        counted = total + len(self.levels)
        if numbers:
            missing = ops.isnan(y_true[:, :numbers])
            # what is missing is out before it is multiplied: of NaN times 0 the gradient is NaN
            wanted = ops.where(missing, ops.zeros_like(y_true[:, :numbers]), y_true[:, :numbers])
            there = 1.0 - ops.cast(missing, y_pred.dtype)
            ones = ops.ones((numbers, 1), y_pred.dtype)
            total += ops.matmul(there * ops.square(wanted - y_pred[:, :numbers]), ones)[:, 0]
            counted += ops.matmul(there, ones)[:, 0]
        start = numbers
        for i, count in enumerate(self.levels):
            level, logits = ops.cast(y_true[:, numbers + i], "int32"), y_pred[:, start : start + count]
            own = ops.one_hot(level, count, dtype=y_pred.dtype)  # all 0 for a level that no training row has
            likely = ops.sum(own * ops.log_softmax(logits, axis=-1), axis=-1)
            total -= ops.where(level < 0, ops.full_like(likely, math.log(1e-7)), likely)
            start += count
        return total / ops.maximum(counted, 1e-7)


def in_own_units(output: np.ndarray, rows: dict[str, Any]) -> np.ndarray:
    """What the network gives back: numbers in their own units, probabilities of levels. Shapes: (rows, units)."""
    output, (centers, scales) = np.asarray(output, np.float64), rows["units"]
    start = len(centers)
    found = [output[:, :start] * scales + centers]
    for count in rows["counts"]:
        logits = output[:, start : start + count]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        found.append(shares / shares.sum(axis=1, keepdims=True))
        start += count
    return np.concatenate(found, axis=1)


def errors_of(truth: np.ndarray, said: np.ndarray, rows: dict[str, Any]) -> np.ndarray:
    """How far each row is from what is given back: the mean over its columns, as the loss has it. Shapes: (rows,)."""
    centers, scales = rows["units"]
    start = numbers = len(centers)
    there = ~np.isnan(truth[:, :numbers])
    away = np.where(there, truth[:, :numbers] - said[:, :numbers], 0.0) / scales
    total, counted = (away**2) @ np.ones(numbers), there @ np.ones(numbers)
    for i, count in enumerate(rows["counts"]):
        level = truth[:, numbers + i].astype(np.int64)
        likely = said[:, start : start + count][np.arange(len(level)), np.maximum(level, 0)]
        total = total - np.log(np.where(level < 0, 1e-7, np.clip(likely, 1e-7, 1.0)))
        counted, start = counted + 1.0, start + count
    return total / np.maximum(counted, 1e-7)
