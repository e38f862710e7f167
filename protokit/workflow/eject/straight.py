"""What comes to the head of a network as it is: where a linear start begins."""

from __future__ import annotations

from protokit.core.libraries.keras_inside import made_by
from protokit.core.values.signature import Signature
from protokit.learn.linear_start import parts_of
from protokit.menu.network.build import build
from protokit.recipe.recipe import Recipe


def straight_to_head(recipe: Recipe, signature: Signature) -> list[tuple[str, int]]:
    """The layers whose output comes to the head as it is, with the place where it begins there.

    Those are the inputs, and embedded categories.
    """
    found, place = [], 0
    for tensor, straight in parts_of(made_by(build(recipe.network, signature).output).operation.input):
        if straight:
            found.append((made_by(tensor).operation.name, place))
        place += tensor.shape[-1]
    return found
