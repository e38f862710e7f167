"""Which sums of a Keras model may be written as residuals."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, layers_in


def even_sums(model: keras.Model) -> frozenset[str]:
    """The names of the layers that add tensors of one shape, wherever they are called."""
    even: set[str] = set()
    odd: set[str] = set()
    for layer in layers_in(model):
        if type(layer) is keras.layers.Add:
            nodes = calls_of(layer)
            good = nodes and all(len({tuple(x.shape) for x in node.input_tensors}) == 1 for node in nodes)
            (odd if layer.name in even or not good else even).add(layer.name)
    return frozenset(even - odd)
