"""The weights of a Keras model that was read as a menu, by the names of its layers there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from protokit.core.libraries.backend import keras

Weights: TypeAlias = Mapping[str, tuple[np.ndarray, ...]]


def weights_of(layers: Mapping[str, keras.Layer]) -> Weights:
    """A copy of the weights of layers."""
    return {name: tuple(map(np.array, layer.get_weights())) for name, layer in layers.items() if layer.weights}


def put(weights: Weights, network: keras.Model) -> None:
    """Put weights into the layers of the same names; what a layer has as arguments now (`adapt`) is there already."""
    for layer in network.layers:
        inner = layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer
        given = weights.get(layer.name, ())
        if given and inner.weights:
            inner.set_weights(given)
