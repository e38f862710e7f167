"""The two layers between which the members of an ensemble share a network.

Source: Gorishniy et al., TabM: Advancing Tabular Deep Learning with Parameter-Efficient Ensembling, 2024 (TabM-mini).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, layers_in, made_by
from protokit.core.values.inputs import InputSpec
from protokit.menu.network.number_embeddings.number_embedding import NumberEmbedding

Shape: TypeAlias = tuple[int | None, ...]
_SPREAD = 0.5
_ALIKE = ("Activation", "Dropout", "Identity", "ReLU", "Rescaling")  # they keep each number at its place


@keras.saving.register_keras_serializable("protokit")
class Members(keras.layers.Layer):  # type: ignore[misc]
    """The input as each member takes it: times weights of its own, which begin around 1.

    Args:
        members: How many.
        parts: How many numbers are made of each column, one after the other: their weights begin alike. Each number
            is a column of its own where nothing is given.

    Shapes: (rows, n) -> (rows, members, n).
    """

    def __init__(self, members: int, parts: Sequence[int] | None = None, **more: object) -> None:
        super().__init__(**more)
        self.members, self.parts = members, None if parts is None else [int(part) for part in parts]

    def build(self, input_shape: Shape) -> None:
        """Make the weights for rows of numbers."""
        if len(input_shape) != 2 or input_shape[1] is None:
            raise ValueError("it takes (rows, n): put a pooling layer or Flatten before it")
        numbers = int(input_shape[1])
        parts = self.parts or [1] * numbers
        if sum(parts) != numbers:
            raise ValueError(f"parts are of {sum(parts)} numbers, and there are {numbers}")
        drawn = keras.initializers.RandomNormal(1.0, _SPREAD)

        def start(shape: Shape, dtype: str | None = None) -> keras.KerasTensor:
            of_columns = drawn((self.members, len(parts)), dtype=dtype)
            return keras.ops.repeat(of_columns, keras.ops.convert_to_tensor(parts), axis=1)

        self.scale = self.add_weight(shape=(self.members, numbers), initializer=start, name="member_scale")
        self.built = True

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """See the class."""
        return keras.ops.expand_dims(inputs, 1) * self.scale

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(rows, members, n)."""
        return (input_shape[0], self.members, input_shape[-1])

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor."""
        return {**super().get_config(), "members": self.members, "parts": self.parts}


@keras.saving.register_keras_serializable("protokit")
class MembersHead(keras.layers.Layer):  # type: ignore[misc]
    """What each member says of a target, by a map of its own: in training of each, else the mean.

    Shapes: (rows, members, n) -> (rows, units), in training (rows, members, units).
    """

    def __init__(self, units: int, activation: str | None = None, **more: object) -> None:
        super().__init__(**more)
        self.units, self.activation = units, keras.activations.get(activation)

    def build(self, input_shape: Shape) -> None:
        """Make a map for each member; all begin at zero, as other heads do."""
        _, members, numbers = input_shape
        self.kernel = self.add_weight(shape=(members, numbers, self.units), initializer="zeros", name="kernel")
        self.bias = self.add_weight(shape=(members, self.units), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """See the class."""
        said = self.activation(keras.ops.einsum("bkd,kdu->bku", inputs, self.kernel) + self.bias)
        return said if training else keras.ops.mean(said, axis=1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(rows, units)."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor."""
        own = {"units": self.units, "activation": keras.activations.serialize(self.activation)}
        return {**super().get_config(), **own}


def is_ensemble(network: keras.Model) -> bool:
    """Whether a network gives, in training, what each of several members says."""
    return any(isinstance(layer, MembersHead) for layer in layers_in(network, itself=True))


def parts_of(tensor: keras.KerasTensor, inputs: Sequence[InputSpec]) -> list[int]:
    """How many numbers of a tensor of rows are made of each column, one after the other.

    What a layer makes of several columns together are columns of their own.

    Shapes: tensor (rows, n); the parts add up to n.
    """
    operation, width = made_by(tensor).operation, int(tensor.shape[-1])
    node = calls_of(operation)[made_by(tensor).node_index]
    kind = type(operation).__name__
    if isinstance(operation, keras.layers.InputLayer):
        names = next((spec.columns for spec in inputs if spec.name.replace("/", "_") == operation.name), ())
        return _runs(names) if len(names) == width else [1] * width
    given = [one for one in node.input_tensors if len(one.shape) == 2]
    if kind == "Concatenate" and len(given) == len(node.input_tensors):
        return [part for one in given for part in parts_of(one, inputs)]
    if isinstance(operation, NumberEmbedding):
        return [operation.units] * (width // operation.units)
    if kind in _ALIKE and len(given) == 1 and given[0].shape == tensor.shape:
        return parts_of(given[0], inputs)
    if kind == "Flatten" and len(node.input_tensors[0].shape) == 3:  # one vector for each column of categories
        columns, each = node.input_tensors[0].shape[1:]
        return [int(each)] * int(columns)
    return [1] * width


def _runs(names: Sequence[str]) -> list[int]:
    """One-hot numbers of a column stand side by side, as `column = level`.

    >>> _runs(("age", "sex = f", "sex = m", "town = Oslo"))
    [1, 2, 1]
    """
    found: list[int] = []
    last = None
    for name in names:
        column, equals, _ = name.partition(" = ")
        if equals and column == last:
            found[-1] += 1
        else:
            found.append(1)
        last = column if equals else None
    return found
