"""A loss: what is predicted too high costs more than what is predicted too low."""

from __future__ import annotations

import keras

import protokit


@protokit.loss(task="regression")
def lopsided(y_true: keras.KerasTensor, y_pred: keras.KerasTensor, over: float = 3.0) -> keras.KerasTensor:
    """The squared error, `over` times where the prediction is too high."""
    error = y_pred - y_true
    return keras.ops.mean(keras.ops.where(error > 0, over, 1.0) * keras.ops.square(error), axis=-1)
