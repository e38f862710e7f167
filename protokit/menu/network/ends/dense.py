"""A linear map, and the activation of the task."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs


class DenseEnd(End):
    """A linear map that begins at zero, and the activation of the task."""

    name = "dense"
    about = "A linear map that begins at zero, and the activation of the task."

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End."""
        units = signature.targets[place].units
        return keras.layers.Dense(units, kernel_initializer="zeros", **options(place, signature))(x)


ENDS.add(DenseEnd())
