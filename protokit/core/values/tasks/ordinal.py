"""One of several classes that have an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.forms.classes import OfClasses
from protokit.core.values.signature import TASKS, TargetSpec

if TYPE_CHECKING:
    import numpy as np


class Ordinal(OfClasses):
    """One of several classes that have an order, such as ratings: a class nearby is less wrong than one far off."""

    name = "ordinal"
    about = "One of several classes that have an order."
    rank = 22
    like = "multiclass"
    ordered = True
    coding = "ranks"
    coded = True
    head = "ordinal"
    takes_members = False
    activation = "softmax"
    loss = "SparseCategoricalCrossentropy"
    metrics = ("quadratic_kappa", "mean_absolute_rank_error", "accuracy")

    def of_classes(self, count: int) -> str:
        """See Task: two classes have no order to learn."""
        return "binary" if count == 2 else self.name

    def accepts(self, loss: str) -> bool:
        """See Task."""
        return "sparse" in loss

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the median, from which the ranks are the least away."""
        below = scores.cumsum(axis=1) < 0.5 * scores.sum(axis=1, keepdims=True)
        median: np.ndarray = below[:, :-1].sum(axis=1)
        return median


TASKS.add(Ordinal())
