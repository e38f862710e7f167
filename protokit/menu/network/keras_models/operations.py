"""An operation of keras.ops in a Keras model, as the item of a menu."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import ACTIVATIONS
from protokit.menu import catalogue
from protokit.menu.network.operations import written
from protokit.menu.reading import slices

# what Keras's activations are where they are more than an operation of keras.ops
_AS_LAYERS = ("ReLU",)
_SHORTER = {"true_divide": "divide"}  # the same, by the name that people write


def read(node: Any, of: Callable[[Any], Any]) -> tuple[catalogue.Entry, dict[str, object], Any, dict[str, Any]]:
    """A call of an operation: its entry, its item, what it takes, and the constants it is called with.

    Raises:
        SpecError: it is none that a menu can write.
    """
    operation = node.operation
    kind, module = type(operation).__name__, type(operation).__module__
    if module == ACTIVATIONS and kind in _AS_LAYERS:
        return _as_layer(node, of, kind)
    word = _words().get((module, kind))
    entry = catalogue.find("layers", f"ops.{word}") if word else None
    if entry is None:
        rule = f"the operation {operation.name!r} is a {kind}, which a menu cannot name"
        raise SpecError.one(rule, "write it with operations of keras.ops, or as a layer with @protokit.layer")
    try:
        return entry, *_written(node, entry, of)
    except (ValueError, TypeError) as error:
        rule = f"the operation {operation.name!r} ({entry.name}) has what a menu cannot write: {error}"
        raise SpecError.one(rule, "make it a layer of your own with @protokit.layer, or an input") from error


def _written(node: Any, entry: catalogue.Entry, of: Callable[[Any], Any]) -> tuple[dict[str, object], Any, Any]:
    operation, given = node.operation, node.arguments
    arguments = {
        name: _plain(_made_with(operation, name)) for name in entry.arguments if name not in {"value", "reverse", "key"}
    }
    if entry.many:
        if given.kwargs or not all(map(_is_tensor, given.args)):
            raise ValueError("it takes tensors alone")
        takes = [of(tensor) for tensor in given.args]
        return _item(entry, arguments), takes if len(takes) > 1 else takes[0], {}
    bound = inspect.signature(operation.call).bind(*given.args, **given.kwargs).arguments
    others = [one for one in bound.values() if _is_tensor(one)]
    if entry.name == "ops.get_item":
        arguments["key"] = slices.written(bound.pop("key"))
    tensors = {name: _named(value, of) for name, value in bound.items() if _holds(value)}
    constants = {n: written(v, others) for n, v in bound.items() if n not in tensors and v is not None}
    if list(entry.call) == ["x1", "x2"]:
        if constants:
            [(name, value)] = constants.items()
            arguments["value"] = value
            arguments["reverse"] = name == "x1"
        takes = list(tensors.values())
        return _item(entry, arguments), takes if len(takes) > 1 else takes[0], {}
    first = next(iter(entry.call))
    return _item(entry, arguments), tensors[first] if list(tensors) == [first] else tensors, constants


def _plain(value: Any) -> Any:
    """An argument: a number, a text, or lists of them."""
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{value!r} is no number, text or list")
    return array.tolist()


def _item(entry: catalogue.Entry, arguments: dict[str, Any]) -> dict[str, object]:
    """The item, without what is at its default."""
    order = [name for name in entry.arguments if name in arguments]
    own = {
        name: arguments[name]
        for name in order
        if "default" not in entry.arguments[name] or not _same(arguments[name], entry.arguments[name]["default"])
    }
    return {entry.name: own or None}


def _same(value: object, default: object) -> bool:
    return type(value) is type(default) and value == default


def _made_with(operation: Any, name: str) -> Any:
    """An argument that an operation was made with."""
    made = getattr(operation, "_auto_config", None)
    config = made.config if made is not None else {}
    if name in config:
        return _restored(config[name])
    if hasattr(operation, name):
        return getattr(operation, name)
    raise ValueError(f"its {name} is not known")


def _restored(value: Any) -> Any:
    """What Keras serialized, as it was."""
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        return tuple(_restored(part) for part in value["items"])
    if isinstance(value, dict) and "class_name" in value:
        raise ValueError(f"{value['class_name']} is no number, text or list")
    return [_restored(part) for part in value] if isinstance(value, list) else value


def _as_layer(
    node: Any, of: Callable[[Any], Any], layer: str
) -> tuple[catalogue.Entry, dict[str, object], Any, dict[str, Any]]:
    """An activation with arguments, as the layer that does the same."""
    entry = catalogue.find("layers", layer)
    assert entry is not None
    config = vars(node.operation)
    given = {name: config[name] for name in entry.arguments if name in config and name not in {"dtype", "trainable"}}
    return entry, _item(entry, given), of(next(one for one in node.arguments.args if _is_tensor(one))), {}


@cache
def _words() -> dict[tuple[str, str], str]:
    """The word of each operation's class."""
    found: dict[tuple[str, str], str] = {}
    for name in catalogue.names("layers"):
        entry = catalogue.find("layers", name) if name.startswith("ops.") else None
        if entry is not None:
            word = name.removeprefix("ops.")
            found[str(entry.home), str(entry.kind)] = _SHORTER.get(word, word)
    return found


def _is_tensor(value: object) -> bool:
    return isinstance(value, keras.KerasTensor)


def _holds(value: Any) -> bool:
    return any(_is_tensor(one) for one in keras.tree.flatten([value]))


def _named(value: Any, of: Callable[[Any], Any]) -> Any:
    if _is_tensor(value):
        return of(value)
    if isinstance(value, (list, tuple)):
        return [_named(part, of) for part in value]
    raise ValueError(f"{value!r} stands among its tensors")
