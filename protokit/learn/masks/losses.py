"""Losses of masks. Shapes of each: target (rows, height, width) of places, output (rows, height, width, classes), the
probabilities -> (rows,).
"""

from __future__ import annotations

from protokit.core.libraries.backend import keras

_TINY = 1e-7  # below it probabilities have no logarithm
_PIXEL = 1.0  # added to both sides of a ratio: a class that an image has nothing of is right where none is said


class CrossEntropy(keras.losses.Loss):  # type: ignore[misc]
    """The mean over the pixels of a row. A share `smoothing` of each label is spread over all classes."""

    def __init__(self, smoothing: float = 0.0, **more: str) -> None:
        super().__init__(**more)
        self._smoothing = smoothing

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        return _cross_entropy(_smooth(_one_hot(y_true, y_pred), self._smoothing), y_pred)


class DiceAndCrossEntropy(CrossEntropy):
    """One less the Dice coefficient, mean over the classes, beside the cross entropy. Labels are smoothed in that."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        truth = _one_hot(y_true, y_pred)
        both = keras.ops.sum(truth * y_pred, axis=(1, 2))
        each = keras.ops.sum(truth, axis=(1, 2)) + keras.ops.sum(y_pred, axis=(1, 2))
        overlap = keras.ops.mean((2.0 * both + _PIXEL) / (each + _PIXEL), axis=-1)
        return 1.0 - overlap + _cross_entropy(_smooth(truth, self._smoothing), y_pred)


def _one_hot(truth: keras.KerasTensor, like: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.one_hot(keras.ops.cast(truth, "int32"), like.shape[-1], dtype=like.dtype)


def _smooth(truth: keras.KerasTensor, share: float) -> keras.KerasTensor:
    return truth * (1.0 - share) + share / truth.shape[-1] if share else truth


def _cross_entropy(truth: keras.KerasTensor, said: keras.KerasTensor) -> keras.KerasTensor:
    of_pixels = -keras.ops.sum(truth * keras.ops.log(keras.ops.clip(said, _TINY, 1.0)), axis=-1)
    return keras.ops.mean(of_pixels, axis=(1, 2))
