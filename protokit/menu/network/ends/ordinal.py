"""Probabilities of classes in an order."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.ordinal import OrdinalHead


class OrdinalEnd(End):
    """One number for each row, and borders between the classes that ascend: probabilities of classes in an order."""

    name = "ordinal"
    about = "One number for each row, and ascending borders between the classes."

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End."""
        named = {key: value for key, value in options(place, signature).items() if key != "activation"}
        return OrdinalHead(signature.targets[place].units, **named)(x)


ENDS.add(OrdinalEnd())
