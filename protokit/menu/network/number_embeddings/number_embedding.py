"""What the embeddings of numbers share.

Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022.
"""

from __future__ import annotations

from typing import TypeAlias

from protokit.core.libraries.backend import keras

Shape: TypeAlias = tuple[int | None, ...]


class NumberEmbedding(keras.layers.Layer):  # type: ignore[misc]
    """Parts of each number, which a layer derived from this one makes, and a Dense layer of its own for each column."""

    def __init__(self, units: int, activation: str | None, **more: object) -> None:
        super().__init__(**more)
        if not isinstance(units, int) or isinstance(units, bool) or units < 1:
            raise ValueError(f"units is a whole number from 1, not {units!r}")
        self.units, self.activation = units, keras.activations.get(activation)

    def build(self, input_shape: Shape) -> None:
        """Make the weights for rows of numbers."""
        if len(input_shape) != 2 or input_shape[1] is None:
            raise ValueError(f"{type(self).__name__} takes (rows, columns) of numbers, not {tuple(input_shape)}")
        columns = self._columns_of(int(input_shape[1]))
        self._add_own(columns)
        shape = (columns, self.parts, self.units)
        self.kernel = self.add_weight(shape=shape, initializer=self._spread(), name="kernel")
        self.bias = self.add_weight(shape=(columns, self.units), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Shapes: (rows, columns) -> (rows, columns * units)."""
        return self.of_parts(self.parts_of(inputs))

    def of_parts(self, parts: keras.KerasTensor) -> keras.KerasTensor:
        """What the Dense layers make. Shapes: (rows, columns, parts) -> (rows, columns * units)."""
        parts = keras.ops.transpose(parts, (1, 0, 2))
        kernel, bias = (keras.ops.cast(weight, parts.dtype) for weight in (self.kernel, self.bias))
        made = keras.ops.transpose(keras.ops.matmul(parts, kernel), (1, 0, 2)) + bias
        return keras.ops.reshape(self.activation(made), (-1, self.kernel.shape[0] * self.units))

    def compute_output_shape(self, input_shape: Shape) -> tuple[int | None, int | None]:
        """(rows, columns * units)."""
        rows, columns = input_shape
        return rows, self._columns_of(columns) * self.units if columns else None

    @property
    def parts(self) -> int:
        """How many numbers are made of each number before the Dense layer."""
        raise NotImplementedError

    def _columns_of(self, given: int) -> int:
        """How many of the columns something is made of."""
        return given

    def _spread(self) -> object:
        """What draws the first weights of the Dense layers."""
        bound = self.parts**-0.5
        return keras.initializers.RandomUniform(-bound, bound)

    def _add_own(self, columns: int) -> None:
        """Add the weights that the parts are made with."""
        raise NotImplementedError

    def parts_of(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """What is made of each number before. Shapes: (rows, columns) -> (rows, columns, parts)."""
        raise NotImplementedError

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor."""
        own = {"units": self.units, "activation": keras.activations.serialize(self.activation)}
        return {**super().get_config(), **own}
