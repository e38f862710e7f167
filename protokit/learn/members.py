"""Loss and metrics of a network of several members: the mean of their losses, the metrics of their mean."""

from __future__ import annotations

from collections.abc import Callable

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import task_of

_FUNCTIONS: dict[str, Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]] = {
    "mae": keras.metrics.mean_absolute_error,
    "binary_accuracy": keras.metrics.binary_accuracy,
    "sparse_accuracy": keras.metrics.sparse_categorical_accuracy,
}


class LossOfMembers(keras.losses.Loss):  # type: ignore[misc]
    """The mean of what a loss says of each member; in prediction, where there is one answer, the loss of that.

    Shapes: target (rows, ...), output (rows, members, units) or (rows, units) -> (rows,).
    """

    def __init__(self, loss: keras.losses.Loss) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction, dtype=loss.dtype)
        self._loss = loss

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the class."""
        if len(y_pred.shape) == 2:
            return self._loss.call(y_true, y_pred)
        # a row for each member: losses would spread targets of (rows, 1) over outputs of (rows, members, 1)
        members, units = y_pred.shape[1:]
        truth = keras.ops.repeat(y_true, members, axis=0)
        by_member = self._loss.call(truth, keras.ops.reshape(y_pred, (-1, units)))
        if len(by_member.shape) == 0:  # a loss of all rows together, such as Dice
            return by_member
        return keras.ops.mean(keras.ops.reshape(by_member, (-1, members)), axis=1)


def metric_of_mean(name: str, task: str) -> keras.metrics.Metric:
    """A metric of Keras by its name in the history, of the mean of what the members say."""
    sparse = name == "accuracy" and task_of(task).coded
    function = _FUNCTIONS["sparse_accuracy" if sparse else {"accuracy": "binary_accuracy"}.get(name, name)]

    def of_mean(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        return function(y_true, keras.ops.mean(y_pred, axis=1) if len(y_pred.shape) == 3 else y_pred)

    return keras.metrics.MeanMetricWrapper(of_mean, name=name)
