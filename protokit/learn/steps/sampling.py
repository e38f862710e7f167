"""Rows that a network draws, of a seed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.menu.network.noise.noise import Noise

_AT_A_TIME = 4096  # rows


def drawn(network: keras.Model, inputs: Mapping[str, np.ndarray], seed: int) -> np.ndarray:
    """What a network draws for some rows. Shapes: (rows, ...) by the input's name -> (rows, width)."""
    noise = next(layer for layer in network.layers if isinstance(layer, Noise))
    rows, found = len(next(iter(inputs.values()))), []
    generator = np.random.Generator(np.random.PCG64(derive(seed, "samples")))
    for start in range(0, rows, _AT_A_TIME):
        some = {name: np.asarray(values[start : start + _AT_A_TIME]) for name, values in inputs.items()}
        numbers = generator.normal(size=(min(_AT_A_TIME, rows - start), noise.units)).astype(np.float32)
        with noise.giving(keras.ops.convert_to_tensor(numbers)):
            found.append(keras.ops.convert_to_numpy(network(some, training=False)))
    return np.concatenate(found) if found else np.zeros((0, network.output.shape[-1]), np.float32)
