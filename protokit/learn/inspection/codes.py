"""Where a network puts rows: what the layer in its middle gives."""

from __future__ import annotations

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_state import seeded
from protokit.core.suggest import did_you_mean
from protokit.core.values.signature import Signature
from protokit.learn.inspection.middle import middle

_AT_A_TIME = 4096  # rows


def codes(
    network: keras.Model, inputs: dict[str, np.ndarray], signature: Signature, layer: str | None = None
) -> np.ndarray:
    """The embedding of rows: what a layer gives, or the one in the middle; see `middle`.

    Shapes: (rows, width).
    """
    said = middle(network, signature) if layer is None else _output(network, layer)
    inner = keras.Model({name: network.input[name] for name in inputs}, said)
    rows = len(next(iter(inputs.values())))
    found = []
    with seeded(0, tensorflow=False):
        for start in range(0, rows, _AT_A_TIME):
            some = {name: values[start : start + _AT_A_TIME] for name, values in inputs.items()}
            found.append(np.asarray(keras.ops.convert_to_numpy(inner(some, training=False)), np.float64))
    return np.concatenate(found).reshape(rows, -1) if found else np.zeros((0, int(np.prod(inner.output_shape[1:]))))


def _output(network: keras.Model, layer: str) -> keras.KerasTensor:
    """What a layer gives, by its name.

    Raises:
        SpecError: there is none, or it gives several things.
    """
    found = next((one for one in network.layers if one.name == layer), None)
    if found is None:
        names = [one.name for one in network.layers if not isinstance(one, keras.layers.InputLayer)]
        raise SpecError.one(f"the network has no layer {layer!r}", did_you_mean(layer, names))
    if not isinstance(found.output, keras.KerasTensor):
        raise SpecError.one(f"the layer {layer!r} gives several tensors", "name one that gives a single one")
    return found.output
