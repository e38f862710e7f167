"""A point of a sphere."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs


class EmbeddingEnd(End):
    """A linear map, brought to a length of 1: distances are then by direction alone."""

    name = "embedding"
    about = "A linear map, brought to a length of 1."

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End."""
        point = keras.layers.Dense(signature.targets[place].units, **options(place, signature))(x)
        return keras.layers.UnitNormalization(dtype="float32", name="output_of_length_1")(point)


ENDS.add(EmbeddingEnd())
