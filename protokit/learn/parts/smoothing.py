"""Label smoothing: a share of each label is spread over all classes alike.

Source: Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016.
"""

from __future__ import annotations

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras
from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import OwnLoss

LABELLED = ("classes", "labels", "tags", "mask")  # forms of what is predicted


class Smoothed(keras.losses.Loss):  # type: ignore[misc]
    """A loss against labels of which a `share` is spread: of two classes, or of labels that may each be there."""

    def __init__(self, loss: keras.losses.Loss, share: float) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction, dtype=loss.dtype)
        self.inner, self._share = loss, share

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Shapes: (rows, labels) 0 or 1, (rows, labels) probabilities -> (rows,)."""
        truth = keras.ops.cast(y_true, y_pred.dtype)
        return self.inner.call(truth * (1.0 - self._share) + 0.5 * self._share, y_pred)


class SmoothedClasses(Smoothed):
    """The cross-entropy of one of several classes, of whose label a `share` is spread over all."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Shapes: (rows, 1) places, (rows, classes) probabilities -> (rows,)."""
        ops, classes = keras.ops, y_pred.shape[-1]
        places = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        truth = ops.one_hot(places, classes, dtype=y_pred.dtype) * (1.0 - self._share) + self._share / classes
        logits = bool(self.inner.get_config().get("from_logits", False))
        return keras.losses.categorical_crossentropy(truth, y_pred, from_logits=logits)


def smoothed(loss: keras.losses.Loss, own: OwnLoss | None, target: TargetSpec, share: float) -> keras.losses.Loss:
    """A loss with its labels smoothed; as it is where the target has no classes. `own` is set where it is not Keras's.

    Raises:
        DataError: the loss has no such form.
    """
    task = target.of_task
    if not has_labels(target):
        return loss
    found = own.smoothed(target, share) if own is not None else None
    if found is not None:
        return found
    if loss.get_config().get("label_smoothing"):
        cure = "remove label_smoothing beside it, or in its arguments"
        raise DataError(f"the labels of {target.name!r} are smoothed twice: by the loss too", cure=cure)
    if task.probabilities and not task.coded and task.form in ("classes", "labels"):
        return Smoothed(loss, share)
    if task.form == "classes" and isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        return SmoothedClasses(loss, share)
    rule = f"the loss {loss.name!r} takes places of classes, which cannot be smoothed"
    raise DataError(rule, cure=f"write {task.loss}")


def has_labels(target: TargetSpec) -> bool:
    """Whether a target has labels that can be smoothed."""
    return target.form in LABELLED
