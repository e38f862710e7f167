"""A metric of one's own after each epoch."""

from __future__ import annotations

from typing import Any

import keras

from protokit.core.values.signature import Signature

from . import own_loss
from .case import Case


class Bias(keras.metrics.Metric):  # type: ignore[misc]
    """How much too high the predictions are, of the spread of what is true."""

    def __init__(self, name: str = "bias", **more: Any) -> None:
        super().__init__(name=name, **more)
        self.sums = self.add_weight(name="sums", shape=(4,), initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add the rows of a batch."""
        wrong = y_pred - y_true
        some = (keras.ops.ones_like(wrong), wrong, y_true, y_true**2)
        self.sums.assign_add(keras.ops.stack([keras.ops.sum(one) for one in some]))

    def result(self) -> Any:
        """Of all rows so far."""
        rows, wrong, total, squares = keras.ops.unstack(self.sums)
        return wrong / rows / keras.ops.sqrt(squares / rows - (total / rows) ** 2 + 1e-7)


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    made = own_loss.network(signature)
    made.compile("adam", "mse", metrics=[Bias("Bias")])
    return made


CASE = Case("own metric", own_loss.RECIPE, own_loss.table, plain, own={"metrics": [Bias]})
