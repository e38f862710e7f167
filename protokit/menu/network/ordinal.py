"""The end of a network whose classes have an order.

Source: McCullagh, Regression Models for Ordinal Data, 1980 (the proportional odds model).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from protokit.core.libraries.backend import keras

Shape: TypeAlias = tuple[int | None, ...]


@keras.saving.register_keras_serializable("protokit")
class OrdinalHead(keras.layers.Layer):  # type: ignore[misc]
    """Probabilities of classes in an order: one number for each row, and between the classes borders that ascend.

    At the start all classes are as likely, as in other heads.

    Shapes: (rows, n) -> (rows, classes).
    """

    def __init__(self, classes: int, **more: object) -> None:
        super().__init__(**more)
        self.classes = classes

    def build(self, input_shape: Shape) -> None:
        """Make one map, the first border, and the distances of the others."""
        shares = np.arange(1, self.classes) / self.classes
        borders = np.log(shares / (1 - shares))
        # softplus of these weights is the distance of a border to the one before
        steps = np.log(np.expm1(np.diff(borders)))

        def start(shape: Shape, dtype: str | None = None) -> keras.KerasTensor:
            return keras.ops.convert_to_tensor(steps, dtype=dtype)

        first = keras.initializers.Constant(float(borders[0]))
        self.kernel = self.add_weight(shape=(int(input_shape[-1] or 0), 1), initializer="zeros", name="kernel")
        self.first = self.add_weight(shape=(1,), initializer=first, name="bias")
        self.steps = self.add_weight(shape=(self.classes - 2,), initializer=start, name="step_bias")
        self.built = True

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """See the class."""
        ops = keras.ops
        above = ops.cumsum(ops.concatenate([self.first, ops.softplus(self.steps)]))
        below = ops.sigmoid(above - ops.matmul(inputs, self.kernel))  # P(class <= k), of all but the last
        ends = ops.zeros_like(below[:, :1])
        return ops.concatenate([below, ends + 1.0], axis=1) - ops.concatenate([ends, below], axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(rows, classes)."""
        return (input_shape[0], self.classes)

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor."""
        return {**super().get_config(), "classes": self.classes}
