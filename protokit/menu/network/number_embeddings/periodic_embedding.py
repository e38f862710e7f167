"""Numbers as sines and cosines of learned frequencies."""

from __future__ import annotations

from math import pi

from protokit.core.libraries.backend import keras
from protokit.menu.network.number_embeddings.number_embedding import NumberEmbedding


@keras.saving.register_keras_serializable("protokit")
class PeriodicEmbedding(NumberEmbedding):
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
        self,
        units: int = 16,
        frequencies: int = 32,
        sigma: float = 0.1,
        activation: str | None = "relu",
        **more: object,
    ) -> None:
        super().__init__(units, activation, **more)
        if not isinstance(frequencies, int) or isinstance(frequencies, bool) or frequencies < 1:
            raise ValueError(f"frequencies is a whole number from 1, not {frequencies!r}")
        if not sigma > 0:
            raise ValueError(f"sigma is above 0, not {sigma!r}")
        self.frequencies, self.sigma = frequencies, sigma

    @property
    def parts(self) -> int:
        """See NumberEmbedding."""
        return 2 * self.frequencies

    def _add_own(self, columns: int) -> None:
        # in radians, so that there is one product: of two TensorFlow would change the order, and so the bits
        drawn = keras.initializers.TruncatedNormal(stddev=2 * pi * self.sigma)
        shape = (columns, self.frequencies)
        self.turns = self.add_weight(shape=shape, initializer=drawn, name="embedding_turns")

    def parts_of(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """See NumberEmbedding."""
        angles = keras.ops.expand_dims(inputs, -1) * self.turns
        return keras.ops.concatenate([keras.ops.sin(angles), keras.ops.cos(angles)], axis=-1)

    def get_config(self) -> dict[str, object]:
        """The arguments of the constructor."""
        return {**super().get_config(), "frequencies": self.frequencies, "sigma": self.sigma}
