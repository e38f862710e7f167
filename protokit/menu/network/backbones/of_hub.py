"""A backbone of KerasHub as part of a menu."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from protokit.core.libraries.backend import keras
from protokit.core.libraries.optional import optional
from protokit.menu.catalogue import Entry

_OF_MENU = {"pooling", "include_top", "input_shape"}


def of_hub(entry: Entry, arguments: Mapping[str, Any]) -> keras.Model:
    """The backbone for images of `input_shape`, with what its places give brought together by `pooling`, if any.

    Raises:
        MissingExtra: KerasHub is not installed.
        ValueError: it gives several outputs.
    """
    optional("keras_hub", str(entry.extra))
    kind = getattr(importlib.import_module(str(entry.home)), entry.class_name)
    own = {name: value for name, value in arguments.items() if name not in _OF_MENU}
    network = kind(image_shape=arguments["input_shape"], **own)
    end = network.output
    if not isinstance(end, keras.KerasTensor):
        raise ValueError("it gives several outputs, and a backbone of a menu one")
    places = tuple(range(1, len(end.shape) - 1))
    if arguments["pooling"] is None or not places:
        return network
    pooled = keras.ops.max(end, places) if arguments["pooling"] == "max" else keras.ops.mean(end, places)
    return keras.Model(network.input, pooled)  # its weights have the places of the backbone's in a file
