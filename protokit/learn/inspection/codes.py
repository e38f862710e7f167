"""Where a network puts rows: what the layer in its middle gives."""

from __future__ import annotations

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_state import seeded
from protokit.core.values.signature import Signature
from protokit.learn.inspection.middle import middle

_AT_A_TIME = 4096  # rows


def codes(network: keras.Model, inputs: dict[str, np.ndarray], signature: Signature) -> np.ndarray:
    """The embedding of rows: what the layer in the middle gives; see `middle`.

    Shapes: (rows, width).
    """
    inner = keras.Model({name: network.input[name] for name in inputs}, middle(network, signature))
    rows = len(next(iter(inputs.values())))
    found = []
    with seeded(0, tensorflow=False):
        for start in range(0, rows, _AT_A_TIME):
            some = {name: values[start : start + _AT_A_TIME] for name, values in inputs.items()}
            found.append(np.asarray(keras.ops.convert_to_numpy(inner(some, training=False)), np.float64))
    return np.concatenate(found).reshape(rows, -1) if found else np.zeros((0, int(np.prod(inner.output_shape[1:]))))
