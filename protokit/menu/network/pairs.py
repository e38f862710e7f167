"""Both sides of a pair, each a vector, as one vector that says how alike they are."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.menu.network.end import flat

SIDES = "left_and_right"  # the layer with both vectors of each row


def compared(x: keras.KerasTensor) -> keras.KerasTensor:
    """The distance of both vectors in each number, and their product: the same if the sides are swapped.

    Shapes: (2 * rows, ...), both sides of a row one after the other -> (rows, 2 * width).
    """
    ops, vectors = keras.ops, flat(x)
    both = keras.layers.Identity(name=SIDES)(ops.reshape(vectors, (-1, 2, vectors.shape[-1])))
    left, right = both[:, 0], both[:, 1]
    return keras.layers.Concatenate(name="distance_and_product")([ops.abs(left - right), left * right])
