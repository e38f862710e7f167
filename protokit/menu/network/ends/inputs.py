"""The inputs again, each in its own form."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, flat, options
from protokit.menu.network.inputs import Inputs


class InputsEnd(End):
    """A linear map to a number for each cell, and for each level of a category.

    Where one input is all that there is, and the menu ends with a vector for each of its pixels or steps, each of them
    is mapped by itself.
    """

    name = "inputs"
    about = "A linear map to a number for each cell, and for each level of a category: the inputs again."
    takes_rows = False

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End."""
        target = signature.targets[place]
        [only] = target.parts if len(target.parts) == 1 else [None]
        if only is not None and only.shape[:-1] and tuple(x.shape[1:-1]) == only.shape[:-1]:
            each = keras.layers.Dense(only.shape[-1], **options(place, signature))(x)
            return keras.layers.Flatten(dtype="float32", name="output_in_a_row")(each)
        zeros = {} if target.parts[0].shape else {"kernel_initializer": "zeros"}
        return keras.layers.Dense(target.units, **zeros, **options(place, signature))(flat(x))


ENDS.add(InputsEnd())
