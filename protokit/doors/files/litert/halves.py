"""Networks in two halves: what makes parts of numbers stays in 32 bits, since knots in fewer would fall together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.of_litert import constant_first
from protokit.doors.files.keras_model import plain
from protokit.doors.files.networks import Joined, key_of


class Halves:
    """The first halves of all networks, each a model that gives one of the second's inputs, by the name of that."""

    def __init__(self) -> None:
        self._firsts: dict[str, keras.Model] = {}
        self._names = (f"parts_{i}" for i in count())

    def second(self, network: keras.Model) -> keras.Model:
        """A network as LiteRT computes it, which takes parts of numbers beside its own inputs."""
        parts: list[keras.KerasTensor] = []
        whole = plain(network, parts)
        if not parts:
            return _summed(whole)
        named = dict(zip((name for name in self._names if name not in whole.input), parts, strict=False))
        self._firsts |= {name: keras.Model(whole.input, one) for name, one in named.items()}
        rest = _summed(keras.Model([*whole.input.values(), *parts], whole.output))
        given = {**whole.input, **named}
        taken = {name: keras.Input(one.shape[1:], dtype=one.dtype, name=name) for name, one in given.items()}
        return keras.Model(taken, rest([*taken.values()]))

    def every(self, part: int, own: Mapping[str, Any], networks: Joined) -> dict[str, Any]:
        """What the second halves take of a part of the model, of `own`, which its networks take; by their names."""
        given = {key_of(part, name): one for name, one in own.items()}
        for name in (name for name in self._firsts if key_of(part, name) in networks.inputs):
            first = self._firsts[name]
            given[key_of(part, name)] = first({key: own[key] for key in first.input})
        return {key: one for key, one in given.items() if key in networks.inputs}


def _summed(network: keras.Model) -> keras.Model:
    """A network that adds constants, such as those of members, as LiteRT can."""

    def adds(operation: Any) -> bool:
        return type(operation).__name__ == "Add" and not isinstance(operation, keras.layers.Layer)

    def call(operation: Any, *given: Any, **more: Any) -> Any:
        if adds(operation) and not isinstance(given[1], keras.KerasTensor):
            return constant_first(*given)
        return operation(*given, **more)

    if not any(map(adds, network.operations)):
        return network
    return keras.models.clone_model(network, call_function=call, clone_function=lambda layer: layer)
