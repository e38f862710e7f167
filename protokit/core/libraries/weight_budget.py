"""How many weights layers may make while a network is built: counted before memory is taken for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from math import prod
from typing import Any

from protokit.core.libraries.backend import keras


class TooManyWeights(Exception):
    """A layer wants more than is left."""


_LEFT: ContextVar[list[int] | None] = ContextVar("protokit_weights_left", default=None)


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Let the layers that are built inside make so many weights together.

    Raises:
        TooManyWeights: one wants more.
    """
    _counted()
    token = _LEFT.set([count])
    try:
        yield
    finally:
        _LEFT.reset(token)


def _counted() -> None:
    """Have each layer's `add_weight` count, where somebody counts: once in a process."""
    made = keras.layers.Layer.add_weight
    if hasattr(made, "counts_weights"):
        return

    @wraps(made)
    def add_weight(self: keras.layers.Layer, shape: Sequence[int] | None = None, *args: Any, **given: Any) -> Any:
        if (left := _LEFT.get()) is not None:
            left[0] -= prod(shape or ())
            if left[0] < 0:
                raise TooManyWeights(f"a weight of {tuple(shape or ())} is more than there are")
        return made(self, shape, *args, **given)

    add_weight.counts_weights = True  # type: ignore[attr-defined]
    keras.layers.Layer.add_weight = add_weight
