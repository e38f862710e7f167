"""Layers that Keras has none of."""

from __future__ import annotations

from typing import Any

import numpy as np

from protokit.core.libraries.backend import keras


class PiecewiseLinearEmbedding(keras.layers.Layer):  # type: ignore[misc]
    """Each number as how far it fills each of the bins between its knots, then a Dense layer of its own.

    A column without knots is left out. Shapes: (rows, columns) -> (rows, columns with knots * units).
    Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022.
    """

    def __init__(self, units: int, knots: list[list[float]], activation: str | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.units, self.activation = units, keras.activations.get(activation)
        self.places = [i for i, own in enumerate(knots) if own]
        self.start = np.array([knots[i] for i in self.places], np.float32)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights; those of a column of few bins begin as wide as a layer on these alone has them."""
        columns, bins = len(self.places), self.start.shape[1] - 1
        bounds = np.array([max(1, len({*own}) - 1) ** -0.5 for own in self.start.tolist()], np.float32)
        drawn = keras.initializers.RandomUniform(-1, 1)

        def spread(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
            return drawn(shape, dtype) * keras.ops.cast(bounds[:, None, None], dtype)

        def given(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
            return keras.ops.convert_to_tensor(self.start, dtype)

        self.knots = self.add_weight(shape=self.start.shape, initializer=given, trainable=False, name="knots")
        self.kernel = self.add_weight(shape=(columns, bins, self.units), initializer=spread, name="kernel")
        self.bias = self.add_weight(shape=(columns, self.units), initializer="zeros", name="bias")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """See the class."""
        if len(self.places) < inputs.shape[-1]:
            inputs = keras.ops.take(inputs, self.places, axis=1)
        low = self.knots[:, :-1]
        widths = self.knots[:, 1:] - low
        real = widths > 0  # a bin without width is one that its column lacks
        by = keras.ops.where(real, 1 / keras.ops.where(real, widths, 1.0), 0.0)
        filled = keras.ops.clip((keras.ops.expand_dims(inputs, -1) - low) * by, 0.0, 1.0)
        made = keras.ops.matmul(keras.ops.transpose(filled, (1, 0, 2)), self.kernel)
        made = self.activation(keras.ops.transpose(made, (1, 0, 2)) + self.bias)
        return keras.ops.reshape(made, (-1, len(self.places) * self.units))
