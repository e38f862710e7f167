"""One of more than two classes."""

from __future__ import annotations

from protokit.core.values.forms.classes import OfClasses
from protokit.core.values.signature import TASKS


class Multiclass(OfClasses):
    """One of more than two classes."""

    name = "multiclass"
    about = "One of more than two classes."
    word = "classification"
    rank = 20
    coded = True
    activation = "softmax"
    loss = "SparseCategoricalCrossentropy"
    metrics = ("accuracy", "f1_macro", "log_loss")

    def of_classes(self, count: int) -> str:
        """See Task."""
        return "binary" if count == 2 else self.name

    def accepts(self, loss: str) -> bool:
        """See Task."""
        return "sparse" in loss


TASKS.add(Multiclass())
