"""Which layer of a file of Keras is which of a recipe's network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, in_snake_case, made_by
from protokit.core.values.signature import Signature
from protokit.menu.network.inputs import layer_name
from protokit.workflow.warm.saved_layers import SavedLayer

Found = dict[str, SavedLayer]
_FROM_ROWS = "normalization"  # a menu has what it found as arguments
_UNNAMED = "it has no name, and the layers do not follow each other as in the file"


@dataclass(frozen=True)
class Matched:
    """The layers of the file by the names of those of the network, and why others have none."""

    layers: Found
    anew: Mapping[str, str]
    by_place: bool = False


def matched(
    network: keras.Model, saved: Sequence[SavedLayer], in_order: bool, signature: Signature, whole: bool
) -> Matched:
    """The layers of a file for those of a network; `whole` where its head is of the menu, not made for the target.

    By their names, where all of the menu's have one in the file; where the names were left out, as `Menu.write` does,
    by their places, if the layers follow each other as in the file, of the same classes and shapes. Else only by names
    that a person gave: those that count layers of a class mean nothing elsewhere. A head that is made for the target
    is found by its name alone.
    """
    layers = [layer for layer in network.layers if layer.weights]
    own = [layer for layer in layers if not _of_input(layer, signature)]
    heads = _heads(network)
    body = [layer.name for layer in own if layer.name not in heads]
    named = {name: one for one in saved for name in one.names}
    by_name = {layer.name: named[layer.name] for layer in layers if _fits(layer, named.get(layer.name))}
    by_place = _by_place(own, saved) if in_order else {}
    if not whole:
        by_place = {n: one for n, one in by_place.items() if n not in heads or n in one.names}
    if _whole(by_name, body, saved, in_order) and not by_name.items() < by_place.items():
        return Matched(by_name, _reasons(layers, by_name, named))
    odd = [n for n, one in by_place.items() if n in named and n not in one.names and not _counts(n, one.kind)]
    if _whole(by_place, body, saved, in_order) and not odd:
        return Matched(by_place, _reasons(layers, by_place, named), by_place=True)
    given = {name: one for name, one in by_name.items() if not _counts(name, one.kind)}
    return Matched(given, _reasons(layers, given, named) | {name: _UNNAMED for name in by_name if name not in given})


def _by_place(layers: Sequence[keras.Layer], saved: Sequence[SavedLayer]) -> Found:
    """The first layers of both, as far as they are of the same classes and shapes."""
    normalizes = any(_kind(layer) == _FROM_ROWS for layer in layers)
    there = [one for one in saved if one.kind != _FROM_ROWS or normalizes]
    found: Found = {}
    for layer, one in zip(layers, there, strict=False):
        if not _fits(layer, one):
            break
        found[layer.name] = one
    return found


def _whole(found: Found, body: Sequence[str], saved: Sequence[SavedLayer], in_order: bool) -> bool:
    """Whether all of the menu's layers are found, and of the file's only the last ones, its heads, are left."""
    if not found or any(name not in found for name in body):
        return False
    used = {one.place for one in found.values()}
    left = [one.place not in used and one.kind != _FROM_ROWS for one in saved]
    last = max((i for i, one in enumerate(saved) if one.place in used), default=-1)
    return not in_order or not any(left[:last])


def _reasons(layers: Sequence[keras.Layer], found: Found, named: Mapping[str, SavedLayer]) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for layer in layers:
        if layer.name not in found:
            one = named.get(layer.name)
            other = "it is another layer" if one and one.kind != _kind(layer) else "its weights are of another shape"
            reasons[layer.name] = other if one else "it is not in the file"
    return reasons


def _fits(layer: keras.Layer, saved: SavedLayer | None) -> bool:
    shapes = tuple(sorted(tuple(weight.shape) for weight in layer.weights))
    return saved is not None and saved.kind == _kind(layer) and saved.shapes == shapes


def _kind(layer: keras.Layer) -> str:
    return str(in_snake_case(type(layer).__name__))


def _counts(name: str, kind: str) -> bool:
    """Whether a name only counts the layers of a class, as Keras and menus do where nobody gives one."""
    return re.fullmatch(rf"{re.escape(kind)}(_\d+)?", name) is not None


def _of_input(layer: keras.Layer, signature: Signature) -> bool:
    """Whether a layer is made for an input of the data, before the menu."""
    return layer.name == "category_embedding" or any(
        layer.name.startswith(layer_name(spec.name, "")) for spec in signature.inputs
    )


def _heads(network: keras.Model) -> set[str]:
    """The last layers with weights before each output."""
    found: set[str] = set()
    waiting, seen = list(network.outputs), set[int]()
    while waiting:
        operation, call, _ = made_by(waiting.pop())
        if id(operation) in seen or isinstance(operation, keras.layers.InputLayer):
            continue
        seen.add(id(operation))
        if isinstance(operation, keras.Layer) and operation.weights:
            found.add(operation.name)
        else:
            waiting += calls_of(operation)[call].input_tensors
    return found
