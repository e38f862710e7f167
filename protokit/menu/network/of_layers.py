"""Keras's own layers and models among the items of a menu, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.network.keras_models.config import entry_of, item
from protokit.menu.network.keras_models.read import read

_DEEPEST = 200  # what lies deeper is left as it is, and refused by the reader


def plain_of(data: object, depth: int = 0) -> object:
    """What a person gave as a menu, with Keras's layers and models as the items and chains that they are.

    Raises:
        SpecError: a layer is one that a menu cannot name.
    """
    if isinstance(data, keras.Sequential) and not data.built:
        return [plain_of(layer) for layer in data.layers]
    if isinstance(data, keras.Model):
        return read(data)[0]
    if isinstance(data, keras.Layer):
        return _item(data)
    if isinstance(data, keras.KerasTensor):
        rule = "a tensor of Keras stands among the items of a menu"
        raise SpecError.one(rule, "leave keras.Input out: a recipe's network takes its columns")
    if depth == _DEEPEST:
        return data
    if isinstance(data, Mapping):
        return {key: plain_of(value, depth + 1) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and not hasattr(data, "_fields"):
        return [plain_of(one, depth + 1) for one in data]
    return data


def _item(layer: keras.Layer) -> dict[str, object]:
    entry = entry_of(layer)
    if layer.built and layer.weights:
        rule = f"the layer {layer.name!r} has weights already, and a menu is of new ones"
        raise SpecError.one(rule, "give a layer that was not called yet, or a whole model")
    found = item(entry, layer)
    made_up = re.fullmatch(rf"{re.escape(catalogue.snake(type(layer).__name__))}(_\d+)?", layer.name)
    return found if made_up else {**found, "name": layer.name}
