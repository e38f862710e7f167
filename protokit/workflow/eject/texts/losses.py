"""Losses that Keras has none of."""

from __future__ import annotations

from protokit.core.libraries.backend import keras


class SmoothedCrossentropy(keras.losses.Loss):  # type: ignore[misc]
    """The cross-entropy of one of several classes, of whose label a share is spread over all.

    Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016.
    """

    def __init__(self, share: float) -> None:
        super().__init__(name="smoothed_crossentropy")
        self.share = share

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Shapes: (rows, 1) places of classes, (rows, classes) probabilities -> (rows,)."""
        classes = y_pred.shape[-1]
        places = keras.ops.reshape(keras.ops.cast(y_true, "int32"), (-1,))
        truth = keras.ops.one_hot(places, classes, dtype=y_pred.dtype) * (1.0 - self.share) + self.share / classes
        return keras.losses.categorical_crossentropy(truth, y_pred)


class Pinball(keras.losses.Loss):  # type: ignore[misc]
    """The mean over quantiles of what a number above or below each of them costs.

    Koenker and Bassett, Regression Quantiles, 1978.
    """

    def __init__(self, quantiles: tuple[float, ...]) -> None:
        super().__init__(name="pinball")
        self.quantiles = quantiles

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Shapes: (rows, 1) numbers, (rows, quantiles) -> (rows,)."""
        above = keras.ops.cast(y_true, y_pred.dtype) - y_pred
        levels = keras.ops.convert_to_tensor(self.quantiles, dtype=y_pred.dtype)
        return keras.ops.mean(keras.ops.maximum(levels * above, (levels - 1) * above), axis=-1)
