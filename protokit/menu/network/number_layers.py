"""Layers of the house that turn each number into several, so that a network sees more of it than its size.

Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022.
Keras is imported when a layer is first asked for: `number_layers.PeriodicEmbedding`.
"""

from __future__ import annotations

from functools import cache
from math import pi
from statistics import NormalDist
from typing import Any

LAYERS = ("PeriodicEmbedding", "PiecewiseLinearEmbedding")
_FARTHEST = 3.0  # standard normal units: no number of a recipe's `numbers` lies beyond


def __getattr__(name: str) -> Any:
    if name in LAYERS:
        return _classes()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def normal_quantiles(bins: int) -> tuple[float, ...]:
    """The borders that part a standard normal into bins of equal share, from -3 to 3.

    >>> [round(edge, 2) for edge in normal_quantiles(4)]
    [-3.0, -0.67, 0.0, 0.67, 3.0]
    """
    inner = (NormalDist().inv_cdf(i / bins) for i in range(1, bins))
    return (-_FARTHEST, *(max(-_FARTHEST, min(_FARTHEST, edge)) for edge in inner), _FARTHEST)


@cache
def _classes() -> dict[str, Any]:
    import keras
    from keras import ops

    class _Embedding(keras.layers.Layer):  # type: ignore[misc]
        """What both share: after the parts of each number comes a Dense layer of its own for each column."""

        def __init__(self, units: int, activation: Any, **more: Any) -> None:
            super().__init__(**more)
            if not isinstance(units, int) or isinstance(units, bool) or units < 1:
                raise ValueError(f"units is a whole number from 1, not {units!r}")
            self.units, self.activation = units, keras.activations.get(activation)

        def build(self, input_shape: Any) -> None:
            if len(input_shape) != 2 or input_shape[1] is None:
                raise ValueError(f"{type(self).__name__} takes (rows, columns) of numbers, not {tuple(input_shape)}")
            columns, parts = int(input_shape[1]), self.parts
            self._add_own(columns)
            bound = parts**-0.5
            spread = keras.initializers.RandomUniform(-bound, bound)
            self.kernel = self.add_weight(shape=(columns, parts, self.units), initializer=spread, name="kernel")
            self.bias = self.add_weight(shape=(columns, self.units), initializer="zeros", name="bias")
            self.built = True

        def call(self, inputs: Any) -> Any:
            parts = ops.transpose(self._parts_of(inputs), (1, 0, 2))
            made = ops.transpose(ops.matmul(parts, self.kernel), (1, 0, 2)) + self.bias
            return ops.reshape(self.activation(made), (-1, self.kernel.shape[0] * self.units))

        def compute_output_shape(self, input_shape: Any) -> Any:
            return (input_shape[0], input_shape[1] * self.units)

        def get_config(self) -> dict[str, Any]:
            own = {"units": self.units, "activation": keras.activations.serialize(self.activation)}
            return {**super().get_config(), **own}

    @keras.saving.register_keras_serializable("protokit")
    class PeriodicEmbedding(_Embedding):
        """Each number as sines and cosines of learned frequencies, then a Dense layer of its own for each column.

        Args:
            units: Integer, numbers made of each number.
            frequencies: Integer, frequencies of each column.
            sigma: Float, the standard deviation that the first frequencies are drawn with, in turns for each unit of
                the number; the one setting that is worth a search, from 0.01 to 10.
            activation: Of the Dense layers.

        Shapes: (rows, columns) -> (rows, columns * units).

        Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022 (PLR).
        """

        def __init__(
            self, units: int = 16, frequencies: int = 32, sigma: float = 0.1, activation: Any = "relu", **more: Any
        ) -> None:
            super().__init__(units, activation, **more)
            if not isinstance(frequencies, int) or isinstance(frequencies, bool) or frequencies < 1:
                raise ValueError(f"frequencies is a whole number from 1, not {frequencies!r}")
            if not sigma > 0:
                raise ValueError(f"sigma is above 0, not {sigma!r}")
            self.frequencies, self.sigma = frequencies, sigma

        @property
        def parts(self) -> int:
            return 2 * self.frequencies

        def _add_own(self, columns: int) -> None:
            # in radians, so that there is one product: of two TensorFlow would change the order, and so the bits
            drawn = keras.initializers.TruncatedNormal(stddev=2 * pi * self.sigma)
            shape = (columns, self.frequencies)
            self.turns = self.add_weight(shape=shape, initializer=drawn, name="embedding_turns")

        def _parts_of(self, inputs: Any) -> Any:
            angles = ops.expand_dims(inputs, -1) * self.turns
            return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "frequencies": self.frequencies, "sigma": self.sigma}

    @keras.saving.register_keras_serializable("protokit")
    class PiecewiseLinearEmbedding(_Embedding):
        """Each number as how far it fills each of some bins, then a Dense layer of its own for each column.

        The bins hold equal shares of a standard normal, from -3 to 3: a recipe's numbers are scaled by their ranks
        towards one, so the borders are about the quantiles of the training rows.

        Args:
            units: Integer, numbers made of each number.
            bins: Integer, bins of each column.
            activation: Of the Dense layers.

        Shapes: (rows, columns) -> (rows, columns * units).

        Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022 (Q-LR).
        """

        def __init__(self, units: int = 16, bins: int = 16, activation: Any = "relu", **more: Any) -> None:
            super().__init__(units, activation, **more)
            if not isinstance(bins, int) or isinstance(bins, bool) or bins < 2:
                raise ValueError(f"bins is a whole number from 2, not {bins!r}")
            self.bins = bins
            self._edges = normal_quantiles(bins)

        @property
        def parts(self) -> int:
            return self.bins

        def _add_own(self, columns: int) -> None:
            """Nothing but the Dense layers is learned."""

        def _parts_of(self, inputs: Any) -> Any:
            low, high = self._edges[:-1], self._edges[1:]
            widths = [b - a for a, b in zip(low, high, strict=True)]
            filled = (ops.expand_dims(inputs, -1) - ops.convert_to_tensor(low, inputs.dtype)) / ops.convert_to_tensor(
                widths, inputs.dtype
            )
            # the outer bins are open: what lies beyond goes on in a straight line
            first = [-1e4] + [0.0] * (self.bins - 1)
            last = [1.0] * (self.bins - 1) + [1e4]
            floor, ceiling = ops.convert_to_tensor(first, inputs.dtype), ops.convert_to_tensor(last, inputs.dtype)
            return ops.minimum(ops.maximum(filled, floor), ceiling)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "bins": self.bins}

    return {kind.__name__: kind for kind in (PeriodicEmbedding, PiecewiseLinearEmbedding)}
