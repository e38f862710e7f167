"""Probabilities of classes for each pixel."""

from __future__ import annotations

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.refusal import shape


class PixelsEnd(End):
    """A linear map of each pixel's vector, and the activation of the task."""

    name = "pixels"
    about = "A linear map of each pixel's vector, and the activation of the task."
    takes_rows = False

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End.

        Raises:
            SpecError: the menu does not end with a vector for each pixel.
        """
        target = signature.targets[place]
        if len(x.shape) != 4 or tuple(x.shape[1:3]) != target.size:
            height, width = target.size
            rule = f"a mask takes a vector for each pixel, (rows, {height}, {width}, channels)"
            rule += f", and the menu gives {shape(x)}"
            cure = "write menu: unet, or end with layers that keep height and width (padding: same)"
            raise SpecError([Fault(rule, cure, ("layers",))])
        # not from zero, as other ends: two classes then stay unparted for long (docs/segmentation.md)
        return keras.layers.Conv2D(len(target.classes), 1, **options(place, signature))(x)


ENDS.add(PixelsEnd())
