"""What comes to the head of a network as it is: where a linear start begins."""

from __future__ import annotations

from typing import Any

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, made_by
from protokit.core.values.signature import Signature
from protokit.menu.network.build import build
from protokit.recipe.recipe import Recipe


def straight_to_head(recipe: Recipe, signature: Signature) -> list[tuple[str, int]]:
    """The layers whose output comes to the head as it is, with the place where it begins there.

    Those are the inputs, and embedded categories.
    """
    network = build(recipe.network, signature)
    found, place = [], 0
    for tensor in _parts(made_by(network.output).operation.input):
        made = made_by(tensor).operation
        embedded = isinstance(made, keras.layers.Flatten) and isinstance(
            made_by(made.input).operation, keras.layers.Embedding
        )
        if embedded or isinstance(made, keras.layers.InputLayer):
            found.append((made.name, place))
        place += tensor.shape[-1]
    return found


def _parts(tensor: Any) -> list[Any]:
    history = made_by(tensor)
    made, taken = history.operation, calls_of(history.operation)[history.node_index].input_tensors
    if isinstance(made, keras.layers.Concatenate):
        return [part for one in taken for part in _parts(one)]
    return _parts(taken[0]) if isinstance(made, keras.layers.Identity) else [tensor]
