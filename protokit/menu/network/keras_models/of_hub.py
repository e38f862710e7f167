"""The configuration of a layer of KerasHub."""

from __future__ import annotations

from typing import Any

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.menu import catalogue

_OF_EVERY_LAYER = {"trainable", "dtype", "activity_regularizer"}
# in configs of KerasHub, found when the layer was built
_FOUND = {"name", "build_config", "quantization_config", "decoder_sequence_shape", "encoder_sequence_shape"}


def of_hub(entry: catalogue.Entry, layer: Any, named: str) -> dict[str, Any]:
    """The arguments of a layer of KerasHub, of its config, or as it keeps them where that lacks some.

    Several of KerasHub's configs have what no constructor takes, or cannot be made; each argument is an attribute then.

    Raises:
        SpecError: an argument is not known.
    """
    try:
        config = dict(layer.get_config())
    except Exception:
        config = {"trainable": layer.trainable, "dtype": layer.dtype_policy.name, "": None}
    found = {name: config[name] for name in entry.arguments if name in config}
    left = [name for name in entry.arguments if name not in found and name not in _OF_EVERY_LAYER]
    for name in [name for name in left if hasattr(layer, name)]:
        found[name] = keras.saving.serialize_keras_object(getattr(layer, name))
        left.remove(name)
    odd = [name for name in config if name not in found and name not in _FOUND]
    if unknown := [name for name in left if odd or name in entry.required]:
        rule = f"{named}: its config does not say its argument {unknown[0]!r}"
        raise SpecError.one(rule, "take another version of KerasHub, or build the network from Keras's layers")
    return {**found, "trainable": bool(layer.trainable)}


def hub_function(function: Any) -> str | None:
    """The name in a menu of an activation of KerasHub; None of another function."""
    module, name = getattr(function, "__module__", None), f"{catalogue.HUB}{getattr(function, '__name__', '')}"
    return name if module and catalogue.hub_activation(name) == module else None
