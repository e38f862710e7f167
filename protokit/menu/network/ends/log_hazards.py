"""How many times the common hazard is a row's own, as a logarithm."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph
from protokit.menu.network.end import ENDS, End, options
from protokit.menu.network.inputs import Inputs


class LogHazardsEnd(End):
    """A number of each row that holds at all times, and one for each interval that is added to it; all begin at 0.

    The first is the proportional part, which is learned from events at all times and so before the others.
    """

    name = "log_hazards"
    about = "A logarithm of the hazard that holds at all times, and what each interval adds."

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End."""
        named, units = options(place, signature), signature.targets[place].units
        plain = {"kernel_initializer": "zeros", "dtype": "float32"}
        always = keras.layers.Dense(1, use_bias=False, name=f"{named['name']}_always", **plain)(x)
        apart = keras.layers.Dense(units, name=f"{named['name']}_by_interval", **plain)(x)
        return keras.layers.Add(name=named["name"], dtype="float32")([always, apart])


ENDS.add(LogHazardsEnd())
