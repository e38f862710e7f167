"""The configuration of one Keras layer as the item of a menu, without what is at its default."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.errors import SpecError
from protokit.menu import catalogue

_INITS = {"initializer": "initializers", "regularizer": "regularizers", "constraint": "constraints"}


def item(entry: catalogue.Entry, config: Mapping[str, object], name: str) -> dict[str, object]:
    """The item of a layer's config, under a name."""
    return {entry.name: _arguments(entry, config) or None, "name": name}


def _arguments(entry: catalogue.Entry, config: Mapping[str, object]) -> dict[str, object]:
    """The arguments in a config that are not at their defaults."""
    found: dict[str, object] = {}
    for name, about in entry.arguments.items():
        if name not in config:
            continue
        value = _argument(entry, name, config[name])
        if about.get("type") == "integer" and isinstance(value, list) and len(value) == 1:
            value = value[0]
        if "default" in about and _same(name, value, about["default"]):
            continue
        found[name] = value
    return found


def _argument(entry: catalogue.Entry, name: str, value: object) -> object:
    if isinstance(value, dict) and "class_name" in value:
        kind, config = value["class_name"], value.get("config") or {}
        if kind == "DTypePolicy":
            return None if config["name"] == "float32" else config["name"]
        if kind == "__tuple__":
            return _argument(entry, name, value.get("items", []))
        if kind == "__numpy__":
            return value["config"]["value"]
        if catalogue.takes_layer(entry, name):
            return _inner(kind, config)
        for ending, section in _INITS.items():
            if name.endswith(ending) and (found := catalogue.find(section, kind)):
                return {found.name: _arguments(found, config)}
        raise SpecError.one(f"{entry.name}: a menu cannot write {kind} for {name}")
    if isinstance(value, (list, tuple)):
        return [_argument(entry, name, part) for part in value]
    return value


def _inner(kind: str, config: Mapping[str, object]) -> object:
    entry = catalogue.find("layers", kind)
    if entry is None:
        raise SpecError.one(f"a menu cannot name the layer {kind}", "register it with @protokit.layer")
    arguments = _arguments(entry, config)
    return {entry.name: arguments or None, "name": config["name"]}


def _same(name: str, value: object, default: object) -> bool:
    """Whether a config's value is the default, however it is spelled."""
    if value == default and type(value) is type(default):
        return True
    if name == "dtype" or name == "trainable":
        return bool(value == default)
    if name == "activation" and {value, default} <= {None, "linear"} if isinstance(value, (str, type(None))) else False:
        return True
    if isinstance(value, dict) and isinstance(default, str) and len(value) == 1:
        [(kind, arguments)] = value.items()
        return not arguments and default in {kind, catalogue.snake(kind)}
    if isinstance(value, list) and value and not isinstance(default, (list, tuple)):
        return all(type(part) is type(default) and part == default for part in value)
    if isinstance(value, (int, float)) and isinstance(default, (int, float)):
        return value == default and isinstance(value, bool) == isinstance(default, bool)
    return isinstance(value, list) and isinstance(default, (list, tuple)) and list(value) == list(default)
