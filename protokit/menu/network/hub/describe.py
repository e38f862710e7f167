"""Describes the layers of the installed KerasHub as plain data, so that menus with them are checked without it.

`python -m protokit.menu.network.hub.describe` writes `hub.json` anew; a test holds it against the installed KerasHub.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from protokit.core.files import write_text
from protokit.core.libraries.backend import keras
from protokit.core.libraries.optional import optional
from protokit.menu.network.describe import class_entry

_PACKAGE = "keras_hub.src."
_OF_BACKBONES = {"image_shape", "dtype", "data_format", "include_rescaling"}  # what a menu does not say
_NOT_OF_IMAGES = {
    "vocabulary_size", "image_encoder", "backbone", "vision_encoder", "text_encoder", "text_shape", "vae",
}  # fmt: skip
_BEFORE_NETWORKS = ("preprocessing", "Converter", "Packer", "Random", "Generator")  # what prepares data


def describe() -> dict[str, Any]:
    """The version of KerasHub, its layers by the names that menus have for them, and its activations.

    A layer goes by its class; of several classes of one name, those that KerasHub does not export by their model's
    folder too: `vit.MLP`.

    Raises:
        MissingExtra: KerasHub is not installed.
    """
    hub = optional("keras_hub", "hub")
    exported = {kind for kind in vars(hub.layers).values() if inspect.isclass(kind)}
    kinds = sorted(_classes(), key=lambda kind: (kind.__name__, kind not in exported, kind.__module__))
    many = Counter(kind.__name__ for kind in kinds)
    layers: dict[str, Any] = {}
    for kind in kinds:
        plain = many[kind.__name__] == 1 or kind in exported
        name = kind.__name__ if plain else f"{kind.__module__.split('.')[-2]}.{kind.__name__}"
        entry = {**class_entry(kind, "layers"), "home": kind.__module__}
        del entry["about"]
        layers[name] = entry
    backbones = {name: _backbone(kind) for name, kind in sorted(vars(hub.models).items()) if _takes_images(kind)}
    return {"keras_hub": hub.__version__, "layers": layers, "activations": _activations(), "backbones": backbones}


def _classes() -> list[type]:
    """The layer classes of a network that take their arguments by name."""
    found: dict[type, None] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(_PACKAGE):
            for kind in list(vars(module).values()):
                if not (inspect.isclass(kind) and kind.__module__ == name and issubclass(kind, keras.layers.Layer)):
                    continue
                prepares = any(word in f"{name}.{kind.__name__}" for word in _BEFORE_NETWORKS)
                if not prepares and not issubclass(kind, keras.Model):
                    found[kind] = None
    return list(found)


def _takes_images(kind: object) -> bool:
    """Whether something is a backbone of images alone, and made of plain data."""
    if not (inspect.isclass(kind) and kind.__name__.endswith("Backbone")):
        return False
    taken = {*inspect.signature(kind).parameters}
    return "image_shape" in taken and not taken & _NOT_OF_IMAGES


def _backbone(kind: type) -> dict[str, Any]:
    entry = class_entry(kind, "applications")
    arguments = {name: about for name, about in entry["arguments"].items() if name not in _OF_BACKBONES}
    arguments |= {"weights": {"default": None}, "pooling": {"default": "avg"}}
    arguments |= {"trainable": {"default": True, "type": "boolean"}}
    return {"about": entry["about"], "arguments": arguments, "home": kind.__module__}


def _activations() -> dict[str, str]:
    """The activation functions that KerasHub registers, with their modules."""
    known = keras.saving.get_custom_objects()
    return {
        kind.__name__: kind.__module__
        for kind in known.values()
        if inspect.isfunction(kind) and kind.__module__.startswith(_PACKAGE) and "gelu" in kind.__name__
    }


def main() -> None:
    """Write the description into the folder of menus."""
    place = Path(__file__).parents[2] / "hub.json"
    write_text(place, json.dumps(describe(), ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
