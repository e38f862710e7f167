"""Which of the numbers that a layer takes and gives were there, where more come to it than did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.workflow.warm.meaning import Places


def with_places(new: np.ndarray, old: np.ndarray, places: Places | None) -> np.ndarray | None:
    """A layer's weights as they were, and as they begin for what is new; None where the shapes do not fit.

    Shapes: new and old are equal, but for at most one axis, which is as long as what comes to the layer.
    """
    if new.shape == old.shape:
        return old
    if places is None or new.ndim != old.ndim:
        return None
    odd = [i for i, (a, b) in enumerate(zip(new.shape, old.shape, strict=True)) if a != b]
    if len(odd) != 1 or (new.shape[odd[0]], old.shape[odd[0]]) != (len(places.at), places.were):
        return None
    whole, at = np.moveaxis(new.copy(), odd[0], 0), np.array(places.at)
    whole[at >= 0] = np.moveaxis(old, odd[0], 0)[at[at >= 0]]
    return np.moveaxis(whole, 0, odd[0])


def grown(layer: keras.Layer, was: keras.Layer, given: Sequence[Places | None]) -> Places | None:
    """Where what a layer gives stood before; None where it gives as many numbers as it did.

    Raises:
        ValueError: it gives more, and which of them are new is not known.
    """
    if all(places is None for places in given):
        return None
    new, old = layer.output.shape[-1], was.output.shape[-1]
    if isinstance(layer, keras.layers.Concatenate) and layer.axis in (-1, len(layer.output.shape) - 1):
        return _side_by_side(layer, was, given)
    found = next(places for places in given if places is not None)
    if new == old:
        return None
    if len(given) > 1 or new is None or old is None or new % len(found.at) or old % found.were:
        raise ValueError("what is made of numbers that were not there")
    times = new // len(found.at)
    if times * found.were != old:
        raise ValueError("of each number another count is made")
    return found.repeated(times)


def _side_by_side(layer: keras.Layer, was: keras.Layer, given: Sequence[Places | None]) -> Places | None:
    sizes, before = ([tensor.shape[-1] for tensor in one.input] for one in (layer, was))
    at: list[int] = []
    start = 0
    for places, new, old in zip(given, sizes, before, strict=True):
        own = tuple(range(old)) if places is None else places.at
        if len(own) != new:
            raise ValueError("what is made of numbers that were not there")
        at += [start + i if i >= 0 else -1 for i in own]
        start += old
    return None if at == list(range(start)) else Places(tuple(at), start)
