"""Probabilities of classes at each step."""

from __future__ import annotations

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.refusal import shape


class TagsEnd(End):
    """A linear map of each step that begins at zero, and the activation of the task."""

    name = "tags"
    about = "A linear map of each step that begins at zero, and the activation of the task."
    takes_rows = False

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End.

        Raises:
            SpecError: the menu does not give a vector for each step.
        """
        steps, classes = signature.targets[place].shape
        if len(x.shape) != 3 or x.shape[1] != steps:
            rule = f"the menu gives {shape(x)}, and a label for each step takes (rows, {steps}, numbers)"
            cure = "write menu: sequence_cnn, or layers that keep the steps: padding: same, strides: 1, no pooling, "
            raise SpecError([Fault(rule, f"{cure}return_sequences: true", ("layers",))])
        return keras.layers.Dense(classes, kernel_initializer="zeros", **options(place, signature))(x)


ENDS.add(TagsEnd())
