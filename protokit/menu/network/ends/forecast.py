"""The last known values, and what is added to them."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.fitting import KNOWN_UNITS
from protokit.menu.graph import Graph, Ref, Taken
from protokit.menu.network.end import ENDS, End
from protokit.menu.network.inputs import Inputs


class ForecastEnd(End):
    """The last known values, and what is added to them: of steps by a map over time that all columns share.

    Columns whose future is known, and that no item takes, add what one hidden layer makes of them at each step.

    Source: Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 (NLinear).
    """

    name = "forecast"
    about = "The last known values, and what is added to them at each step."
    takes_rows = False

    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """See End."""
        horizon, columns = signature.targets[0].shape
        options = {"kernel_initializer": "zeros", "dtype": "float32", "name": "output"}
        if len(x.shape) == 3:
            if x.shape[-1] != columns:
                x = keras.layers.Dense(columns, name="columns_for_output")(x)
            by_column = keras.layers.Permute((2, 1), name="time_last")(x)
            change = keras.layers.Permute((2, 1), name="columns_last")(
                keras.layers.Dense(horizon, **options)(by_column)
            )
        else:
            flat = keras.layers.Flatten(name="flat_for_output")(x) if len(x.shape) > 2 else x
            change = keras.layers.Reshape((horizon, columns), name="steps")(
                keras.layers.Dense(horizon * columns, **options)(flat)
            )
        parts = [change, inputs.tensors["last"]()]
        if any(spec.kind == "known" for spec in signature.inputs) and not any(
            _takes(n.inputs, "known") for n in graph.nodes
        ):
            hidden = keras.layers.Dense(KNOWN_UNITS, activation="relu", name="known_hidden")(inputs.given["known"])
            last = {**options, "name": "known_output"}
            parts.append(keras.layers.Dense(columns, **last)(hidden))
        return keras.layers.Add(name="forecast")(parts)


ENDS.add(ForecastEnd())


def _takes(taken: Taken, name: str) -> bool:
    if isinstance(taken, Ref):
        return taken.node == name
    return any(_takes(part, name) for part in (taken.values() if isinstance(taken, Mapping) else taken))
