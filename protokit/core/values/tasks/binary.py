"""One of two classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.forms.classes import OfClasses
from protokit.core.values.signature import TASKS, TargetSpec

if TYPE_CHECKING:
    import numpy as np


class Binary(OfClasses):
    """One of two classes: the network gives the probability of the second one."""

    name = "binary"
    about = "One of two classes."
    word = "classification"
    rank = 10
    has_positive = True
    activation = "sigmoid"
    loss = "BinaryCrossentropy"
    metrics = ("roc_auc", "accuracy", "log_loss")

    def of_classes(self, count: int) -> str:
        """See Task."""
        return "multiclass" if count > 2 else self.name

    def accepts(self, loss: str) -> bool:
        """See Task."""
        return "sparse" not in loss and "categorical" not in loss

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (1,)

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the positive class where its probability is above the threshold."""
        border = target.threshold if thresholds is None else thresholds
        above: np.ndarray = scores[:, target.positive] > border
        return (above if target.positive == 1 else ~above).astype(int)


TASKS.add(Binary())
