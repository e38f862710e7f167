"""What comes to the head of a network as it is: where a linear start begins."""

from __future__ import annotations

from typing import Any

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu.network.build import build
from protokit.recipe.recipe import Recipe


def straight_to_head(recipe: Recipe, signature: Signature) -> list[tuple[str, int]]:
    """The layers whose output comes to the head as it is, with the place where it begins there.

    Those are the inputs, and embedded categories.
    """
    network = build(recipe.network, signature)
    found, place = [], 0
    for tensor in _parts(network.output._keras_history.operation.input):
        made = tensor._keras_history.operation
        embedded = isinstance(made, keras.layers.Flatten) and isinstance(
            made.input._keras_history.operation, keras.layers.Embedding
        )
        if embedded or isinstance(made, keras.layers.InputLayer):
            found.append((made.name, place))
        place += tensor.shape[-1]
    return found


def _parts(tensor: Any) -> list[Any]:
    history = tensor._keras_history
    made, taken = history.operation, history.operation._inbound_nodes[history.node_index].input_tensors
    if isinstance(made, keras.layers.Concatenate):
        return [part for one in taken for part in _parts(one)]
    return _parts(taken[0]) if isinstance(made, keras.layers.Identity) else [tensor]
