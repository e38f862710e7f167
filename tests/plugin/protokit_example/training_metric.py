"""A training metric: how many predictions are near."""

from __future__ import annotations

import keras

import protokit


@protokit.training_metric(task="regression")
def near(y_true: keras.KerasTensor, y_pred: keras.KerasTensor, by: float = 0.5) -> keras.KerasTensor:
    """The share of rows that are predicted within so many standard deviations."""
    return keras.ops.mean(keras.ops.cast(keras.ops.abs(y_pred - y_true) < by, "float32"), axis=-1)
