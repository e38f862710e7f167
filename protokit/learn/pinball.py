"""The loss that is least where a network gives the quantiles of its target."""

from __future__ import annotations

from protokit.core.libraries.backend import keras


def pinball(quantiles: tuple[float, ...]) -> keras.losses.Loss:
    """A Keras loss: the mean over quantiles of what a number above or below each of them costs.

    Shapes: target (rows, 1), output (rows, quantiles) -> (rows,).

    Source: Koenker and Bassett, Regression Quantiles, 1978.
    """

    class Pinball(keras.losses.Loss):  # type: ignore[misc]
        def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
            above = keras.ops.cast(y_true, y_pred.dtype) - y_pred
            levels = keras.ops.convert_to_tensor(quantiles, dtype=y_pred.dtype)
            return keras.ops.mean(keras.ops.maximum(levels * above, (levels - 1) * above), axis=-1)

    return Pinball(name="pinball")
