"""An optimizer: steps of one size, in the direction of the gradient's sign."""

from __future__ import annotations

import keras

import protokit


@protokit.optimizer
class SignDescent(keras.optimizers.Optimizer):  # type: ignore[misc]
    """Goes by the sign of a running mean of the gradients."""

    def __init__(self, learning_rate: float = 0.001, momentum: float = 0.9, **more: object) -> None:
        super().__init__(learning_rate=learning_rate, **more)
        self.momentum = momentum

    def build(self, variables: list[keras.Variable]) -> None:
        """A mean for each variable."""
        if self.built:
            return
        super().build(variables)
        self._means = [self.add_variable_from_reference(one, name="mean") for one in variables]

    def update_step(
        self, gradient: keras.KerasTensor, variable: keras.Variable, learning_rate: keras.KerasTensor
    ) -> None:
        """One step of one variable."""
        mean = self._means[self._get_variable_index(variable)]
        self.assign(mean, self.momentum * mean + (1 - self.momentum) * gradient)
        self.assign_sub(variable, keras.ops.cast(learning_rate, variable.dtype) * keras.ops.sign(mean))
