"""The loss of a class for each step of a sequence.

Shapes: target (rows, steps), places of classes, below 0 where a step has no label or is none; output (rows, steps,
classes), probabilities -> (rows,).
"""

from __future__ import annotations

from protokit.core.libraries.backend import keras

_LEAST = 1e-7  # of a probability


class StepLoss(keras.losses.Loss):  # type: ignore[misc]
    """The cross-entropy of the steps that have a label: the mean of the rows is that of the steps of a batch.

    A share `smoothing` of each label is spread over all classes.
    """

    def __init__(self, smoothing: float = 0.0, **more: str) -> None:
        super().__init__(**more)
        self._smoothing = smoothing

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        ops = keras.ops
        known = ops.cast(y_true >= 0, y_pred.dtype)
        own = ops.one_hot(ops.maximum(ops.cast(y_true, "int32"), 0), y_pred.shape[-1], dtype=y_pred.dtype)
        if self._smoothing:
            own = own * (1.0 - self._smoothing) + self._smoothing / y_pred.shape[-1]
            likely = ops.sum(own * ops.log(ops.clip(y_pred, _LEAST, 1.0)), axis=-1)
        else:
            likely = ops.log(ops.clip(ops.sum(own * y_pred, axis=-1), _LEAST, 1.0))
        by_row = -ops.sum(known * likely, axis=-1)
        return by_row / ops.maximum(ops.mean(ops.sum(known, axis=-1)), _LEAST)
