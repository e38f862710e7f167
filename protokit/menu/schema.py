"""The JSON Schema of a menu, for editors."""

from __future__ import annotations

from typing import Any

from protokit.menu import catalogue
from protokit.menu.reading.reader import KEYS

_CHAIN = {"$ref": "#/$defs/Chain"}
_CHAINS = {"type": "object", "additionalProperties": _CHAIN, "minProperties": 1}
_TEXT = {"type": "string"}


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of menu files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "protokit menu",
        "$ref": "#/$defs/Menu",
        "$defs": definitions(),
    }


def definitions() -> dict[str, Any]:
    """What a menu is made of: every layer with its arguments, every composite, slots and expressions."""
    block = _closed({"parameters": {"type": "object"}, "inputs": {"type": "array", "items": _TEXT}, "layers": _CHAIN})
    shape = {"type": "array", "items": {"type": ["integer", "null"]}}
    parts: dict[str, Any] = {
        "hyperparameters": {"type": "object"},
        "blocks": {"type": "object", "additionalProperties": {"anyOf": [_CHAIN, {**block, "required": ["layers"]}]}},
        "inputs": {
            "type": "object",
            "additionalProperties": {"anyOf": [shape, _closed({"shape": shape, "dtype": _TEXT})]},
        },
        "layers": _CHAIN,
        "outputs": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
    }
    whole = {**_closed({key: parts[key] for key in KEYS}), "required": ["layers"]}
    return {
        "Menu": {"anyOf": [_CHAIN, whole]},
        "Chain": {"type": "array", "items": {"$ref": "#/$defs/MenuItem"}},
        "MenuItem": _item(),
        "Layer": {"anyOf": [{"enum": list(catalogue.names("layers"))}, _closed(_layers(), 1)]},
        "Slot": _slot(),
        "Expression": {"type": "string", "pattern": "\\$"},
        "Source": {
            "anyOf": [
                _TEXT,
                {"type": "array", "items": {"$ref": "#/$defs/Source"}, "minItems": 1},
                {"type": "object", "additionalProperties": {"$ref": "#/$defs/Source"}},
            ]
        },
    }


def _closed(properties: dict[str, Any], most: int | None = None) -> dict[str, Any]:
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "maxProperties": most} if most else found


def _item() -> dict[str, Any]:
    names = list(catalogue.names("layers"))
    use = {"anyOf": [_TEXT, {"type": "object", "maxProperties": 1}]}
    times = {"anyOf": [{"type": "integer", "minimum": 0}, {"$ref": "#/$defs/Slot"}, {"$ref": "#/$defs/Expression"}]}
    composites = {
        "use": {**use, "description": "a block, with new weights"},
        "share": {**use, "description": "a block or a named layer, with the same weights each time"},
        "repeat": {**_closed({"times": times, "layers": _CHAIN}), "required": ["times", "layers"]},
        "residual": {**_CHAIN, "description": "x + f(x), projected where shapes differ"},
        "branch": {**_CHAINS, "description": "the input to each, then merged"},
        "merge": {"$ref": "#/$defs/Layer"},
        "choose": {**_CHAINS, "description": "one of these: a slot of structure"},
        "default": _TEXT,
        "when": {**_CHAINS, "description": "only where the condition holds"},
        "layers": _CHAIN,
        "name": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]+$"},
        "from": {"$ref": "#/$defs/Source"},
    }
    return {"anyOf": [{"enum": names}, _CHAIN, _closed({**_layers(), **composites}, 4)]}


def _layers() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in catalogue.names("layers"):
        entry = catalogue.find("layers", name)
        assert entry is not None, "the name is from the catalogue"
        arguments = {argument: _argument(entry, argument, about) for argument, about in entry.arguments.items()}
        full = _closed(arguments)
        if catalogue.takes_layer(entry, entry.first):
            full = {"anyOf": [full, {"$ref": "#/$defs/Layer"}]}
        lone = {"type": ["number", "string", "boolean", "null"]}
        found[name] = {"description": entry.about, "anyOf": [full, lone, {"$ref": "#/$defs/Slot"}]}
    return found


def _argument(entry: catalogue.Entry, argument: str, about: dict[str, Any]) -> dict[str, Any]:
    if catalogue.takes_layer(entry, argument):
        layer = {"$ref": "#/$defs/Layer"}
        return {"anyOf": [layer, {"type": "array", "items": layer}, {"type": "null"}]}
    kind = about.get("type")
    if not kind:
        return {}
    plain = {"type": [kind, "null"] if about.get("default", 0) is None else kind}
    return {"anyOf": [plain, {"$ref": "#/$defs/Slot"}, {"$ref": "#/$defs/Expression"}]}


def _slot() -> dict[str, Any]:
    number = {"type": "number"}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    more = {"step": number, "log": {"type": "boolean"}, "default": number}
    choice = {**_closed({"choice": {"type": "array", "minItems": 1}, "default": {}}), "required": ["choice"]}
    whole = {**_closed({"int": pair, **more}), "required": ["int"]}
    return {"anyOf": [choice, whole, {**_closed({"float": pair, **more}), "required": ["float"]}]}
