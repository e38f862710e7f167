"""Numbers as how far they fill each of some bins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.menu.network.number_embeddings.number_embedding import NumberEmbedding

_FARTHEST = 3.0  # standard normal units: no number of a recipe's `numbers` lies beyond
_BINS = 16


def normal_quantiles(bins: int) -> tuple[float, ...]:
    """The borders that part a standard normal into bins of equal share, from -3 to 3.

    >>> [round(edge, 2) for edge in normal_quantiles(4)]
    [-3.0, -0.67, 0.0, 0.67, 3.0]
    """
    inner = (NormalDist().inv_cdf(i / bins) for i in range(1, bins))
    return (-_FARTHEST, *(max(-_FARTHEST, min(_FARTHEST, edge)) for edge in inner), _FARTHEST)


@keras.saving.register_keras_serializable("protokit")
class PiecewiseLinearEmbedding(NumberEmbedding):
    """Each number as how far it fills each of some bins, then a Dense layer of its own for each column.

    The bins lie between knots: those that `represent` found in the training rows, where the layer takes a recipe's
    `numbers` and neither `bins` nor `knots` are given. Columns that have none are left out then. Else the bins hold
    equal shares of a standard normal, from -3 to 3, to which a recipe's numbers are scaled by their ranks.

    Args:
        units: Integer, numbers made of each number.
        bins: Integer, bins of equal shares of a standard normal; 16 where there are no knots.
        activation: Of the Dense layers.
        knots: List of the knots of each column, ascending; an empty list leaves the column out. They are weights that
            are not trained.

    Shapes: (rows, columns) -> (rows, columns * units).

    Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022 (Q-L).
    """

    def __init__(
        self,
        units: int = 16,
        bins: int | None = None,
        activation: str | None = None,
        knots: Sequence[Sequence[float]] | None = None,
        **more: object,
    ) -> None:
        super().__init__(units, activation, **more)
        if bins is not None and (not isinstance(bins, int) or isinstance(bins, bool) or bins < 2):
            raise ValueError(f"bins is a whole number from 2, not {bins!r}")
        if bins is not None and knots is not None:
            raise ValueError("bins and knots both say where the bins are: give one of them")
        self.bins, self._given, self.knots = bins, None if knots is None else _checked(knots), None
        if self._given is None:
            self._edges = normal_quantiles(bins or _BINS)
        else:  # in 16 bits near knots would be one
            self.autocast = False

    @property
    def parts(self) -> int:
        """See NumberEmbedding."""
        return len(self._edges) - 1 if self._given is None else max(map(len, self._given)) - 1

    @property
    def places(self) -> list[int] | None:
        """The columns that have knots; None where all have the same bins."""
        return None if self._given is None else [i for i, own in enumerate(self._given) if own]

    def _columns_of(self, given: int) -> int:
        if self._given is None:
            return given
        if len(self._given) != given:
            raise ValueError(f"knots are given for {len(self._given)} columns, and there are {given}")
        return sum(1 for own in self._given if own)

    def _add_own(self, columns: int) -> None:
        if self._given is None:
            return
        size = self.parts + 1
        padded = np.array([[*own, *[own[-1]] * (size - len(own))] for own in self._given if own], np.float32)
        self.knots = self.add_weight(
            shape=padded.shape,
            initializer=lambda shape, dtype=None: keras.ops.convert_to_tensor(padded, dtype),
            trainable=False,
            autocast=False,
            dtype="float32",
            name="knots",
        )

    def _spread(self) -> object:
        """As wide for a column of few bins as a Dense layer on these alone has it."""
        if self._given is None:
            return super()._spread()
        bounds = np.array([max(1, len({*own}) - 1) ** -0.5 for own in self._given if own], np.float32)
        drawn = keras.initializers.RandomUniform(-1, 1)
        return lambda shape, dtype=None: drawn(shape, dtype) * keras.ops.cast(bounds[:, None, None], dtype)

    def parts_of(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """See NumberEmbedding."""
        return self._between_knots(inputs) if self._given is not None else self._of_normal(inputs)

    def _between_knots(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        places = self.places
        assert places is not None and self.knots is not None, "the layer is built"
        if len(places) < inputs.shape[-1]:
            inputs = keras.ops.take(inputs, places, axis=1)
        low = self.knots[:, :-1]
        widths = self.knots[:, 1:] - low
        # a bin without width is one that its column lacks: nothing fills it
        real = widths > 0
        by = keras.ops.where(real, 1 / keras.ops.where(real, widths, 1.0), 0.0)
        filled = (keras.ops.expand_dims(keras.ops.cast(inputs, "float32"), -1) - low) * by
        return keras.ops.cast(keras.ops.clip(filled, 0.0, 1.0), self.compute_dtype)

    def _of_normal(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        low, high = self._edges[:-1], self._edges[1:]
        widths = [b - a for a, b in zip(low, high, strict=True)]
        above = keras.ops.expand_dims(inputs, -1) - keras.ops.convert_to_tensor(low, inputs.dtype)
        filled = above / keras.ops.convert_to_tensor(widths, inputs.dtype)
        # the outer bins are open: what lies beyond goes on in a straight line
        bins = len(widths)
        floor = keras.ops.convert_to_tensor([-1e4] + [0.0] * (bins - 1), inputs.dtype)
        ceiling = keras.ops.convert_to_tensor([1.0] * (bins - 1) + [1e4], inputs.dtype)
        return keras.ops.minimum(keras.ops.maximum(filled, floor), ceiling)

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor; the knots as the weights have them."""
        return {**super().get_config(), "bins": self.bins, "knots": self._knots_now()}

    def compiled_config(self) -> dict[str, object]:
        """The config without the values of the knots, which a program reads when it runs."""
        config = self.get_config()
        return config if self._given is None else {**config, "knots": [len(own) for own in self._given]}

    def _knots_now(self) -> list[list[float]] | None:
        if self._given is None:
            return None
        if self.knots is None:
            return [list(own) for own in self._given]
        now = iter(keras.ops.convert_to_numpy(self.knots).tolist())
        return [next(now) if own else [] for own in self._given]


def _checked(knots: Sequence[Sequence[float]]) -> list[list[float]]:
    try:
        found = [[float(np.float32(knot)) for knot in own] for own in knots]
    except (TypeError, ValueError):
        raise ValueError(f"knots is a list of numbers for each column, not {knots!r}") from None
    if any(a > b for own in found for a, b in pairwise(own)):
        raise ValueError("the knots of a column are in ascending order")
    if max(map(len, found), default=0) < 2:
        raise ValueError("knots are two numbers at least for one of the columns")
    return found
