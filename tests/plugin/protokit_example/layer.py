"""A layer: numbers brought nearer to each other."""

from __future__ import annotations

import keras

import protokit


@protokit.layer
class SignedPower(keras.layers.Layer):  # type: ignore[misc]
    """The sign of each number times a power of its size: below 1, large numbers count less."""

    def __init__(self, power: float = 0.5, **more: object) -> None:
        super().__init__(**more)
        self.power = power

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Shapes: any -> the same."""
        return keras.ops.sign(x) * keras.ops.power(keras.ops.abs(x) + 1e-6, self.power)

    def get_config(self) -> dict[str, object]:
        """What the layer was made with."""
        return {**super().get_config(), "power": self.power}
