"""Numbers as how far they fill each of some bins."""

from __future__ import annotations

from statistics import NormalDist

from protokit.core.libraries.backend import keras
from protokit.menu.network.number_embeddings.number_embedding import NumberEmbedding

_FARTHEST = 3.0  # standard normal units: no number of a recipe's `numbers` lies beyond


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

    The bins hold equal shares of a standard normal, from -3 to 3: a recipe's numbers are scaled by their ranks
    towards one, so the borders are about the quantiles of the training rows.

    Args:
        units: Integer, numbers made of each number.
        bins: Integer, bins of each column.
        activation: Of the Dense layers.

    Shapes: (rows, columns) -> (rows, columns * units).

    Source: Gorishniy et al., On Embeddings for Numerical Features in Tabular Deep Learning, 2022 (Q-LR).
    """

    def __init__(self, units: int = 16, bins: int = 16, activation: str | None = "relu", **more: object) -> None:
        super().__init__(units, activation, **more)
        if not isinstance(bins, int) or isinstance(bins, bool) or bins < 2:
            raise ValueError(f"bins is a whole number from 2, not {bins!r}")
        self.bins = bins
        self._edges = normal_quantiles(bins)

    @property
    def parts(self) -> int:
        """See NumberEmbedding."""
        return self.bins

    def _add_own(self, columns: int) -> None:
        """Nothing but the Dense layers is learned."""

    def _parts_of(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        low, high = self._edges[:-1], self._edges[1:]
        widths = [b - a for a, b in zip(low, high, strict=True)]
        above = keras.ops.expand_dims(inputs, -1) - keras.ops.convert_to_tensor(low, inputs.dtype)
        filled = above / keras.ops.convert_to_tensor(widths, inputs.dtype)
        # the outer bins are open: what lies beyond goes on in a straight line
        first = [-1e4] + [0.0] * (self.bins - 1)
        last = [1.0] * (self.bins - 1) + [1e4]
        floor = keras.ops.convert_to_tensor(first, inputs.dtype)
        ceiling = keras.ops.convert_to_tensor(last, inputs.dtype)
        return keras.ops.minimum(keras.ops.maximum(filled, floor), ceiling)

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor."""
        return {**super().get_config(), "bins": self.bins}
