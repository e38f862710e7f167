"""Keras's own layers and models among the items of a menu, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.network.from_keras import read
from protokit.menu.network.layer_config import item


def plain_of(data: object) -> object:
    """What a person gave as a menu, with Keras's layers and models as the items and chains that they are.

    Raises:
        SpecError: a layer is one that a menu cannot name.
    """
    if isinstance(data, keras.Sequential) and not data.built:
        return [plain_of(layer) for layer in data.layers]
    if isinstance(data, keras.Model):
        return read(data)
    if isinstance(data, keras.Layer):
        return _item(data)
    if isinstance(data, keras.KerasTensor):
        rule = "a tensor of Keras stands among the items of a menu"
        raise SpecError.one(rule, "leave keras.Input out: a recipe's network takes its columns")
    if isinstance(data, Mapping):
        return {key: plain_of(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)) and not hasattr(data, "_fields"):
        return [plain_of(one) for one in data]
    return data


def _item(layer: keras.Layer) -> dict[str, object]:
    kind = type(layer)
    entry = catalogue.find("layers", kind.__name__)
    own = entry is not None and (entry.own is kind if entry.own else kind.__module__.startswith("keras."))
    if entry is None or not own:
        raise SpecError.one(f"a menu cannot name the layer {kind.__name__}", "register it with @protokit.layer")
    if layer.built and layer.weights:
        rule = f"the layer {layer.name!r} has weights already, and a menu is of new ones"
        raise SpecError.one(rule, "give a layer that was not called yet, or a whole model")
    config = keras.saving.serialize_keras_object(layer)["config"]
    found = item(entry, config, layer.name)
    made_up = re.fullmatch(rf"{re.escape(catalogue.snake(kind.__name__))}(_\d+)?", layer.name)
    return {key: value for key, value in found.items() if key != "name" or made_up is None}
