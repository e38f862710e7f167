"""The JSON Schema of a recipe, for editors."""

from __future__ import annotations

from typing import Any

from protokit.menu import catalogue, house
from protokit.recipe import vocabulary
from protokit.recipe.recipe import Recipe


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of recipe files: every key, the names that may stand, and every layer's arguments."""
    found = Recipe.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "protokit recipe"
    found["properties"]["protokit"] = {"const": 1}
    parts = found["$defs"]
    _table(parts)
    _by(parts)
    columns = parts["Represent"]["properties"]["columns"]
    columns["additionalProperties"] = {"enum": list(vocabulary.KINDS)}
    parts["Represent"]["properties"]["target"] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
    }
    learn = parts["Learn"]["properties"]
    chain = {"type": "array", "items": {"$ref": "#/$defs/MenuItem"}}
    whole = {"type": "object", "properties": {"layers": chain}, "required": ["layers"], "additionalProperties": False}
    learn["menu"] = {"anyOf": [{"enum": list(house.MENUS)}, chain, whole], "default": "tabular"}
    parts["MenuItem"] = _item()
    learn["task"] = {"enum": [*vocabulary.TASKS, None]}
    learn["schedule"]["enum"] = list(vocabulary.SCHEDULES)
    learn["engine"]["enum"] = ["auto", "keras"]
    learn["precision"]["enum"] = ["float32"]
    learn["optimizer"] = _reference("optimizers")
    learn["loss"] = _reference("losses")
    learn["class_weights"] = {
        "anyOf": [{"enum": ["balanced", None]}, {"type": "object", "additionalProperties": {"type": "number"}}]
    }
    parts["Stop"]["properties"]["monitor"]["enum"] = list(vocabulary.MONITORS)
    evaluate = parts["Evaluate"]["properties"]
    evaluate["metrics"] = _names(list(vocabulary.METRICS))
    evaluate["baselines"] = _names(list(vocabulary.BASELINES))
    evaluate["strict"] = {"const": False}
    return found


def _table(parts: dict[str, Any]) -> None:
    full = parts["TableSource"]
    full["properties"]["missing"] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    parts["Collect"]["properties"]["tables"]["additionalProperties"] = {
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/TableSource"}]
    }


def _by(parts: dict[str, Any]) -> None:
    ways = {"enum": ["random", "stratified", None]}
    parts["Split"]["properties"]["by"] = {"anyOf": [ways, {"$ref": "#/$defs/By"}]}
    for part in ("test", "validation"):
        share = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
        parts["Split"]["properties"][part]["anyOf"] = [share, {"type": "string"}]


def _item() -> dict[str, Any]:
    names = catalogue.names("layers")
    layers: dict[str, Any] = {}
    for name in names:
        entry = catalogue.find("layers", name)
        assert entry is not None, "the name is from the catalogue"
        arguments = {
            argument: {"type": kind} if (kind := about.get("type")) else {}
            for argument, about in entry.arguments.items()
        }
        for argument, about in entry.arguments.items():
            if about.get("default", 0) is None and "type" in arguments[argument]:
                arguments[argument] = {"type": [arguments[argument]["type"], "null"]}
        full = {"type": "object", "properties": arguments, "additionalProperties": False}
        layers[name] = {"description": entry.about, "anyOf": [full, {"type": ["number", "string", "boolean", "null"]}]}
    properties = {**layers, "name": {"type": "string"}}
    mapping = {"type": "object", "properties": properties, "additionalProperties": False, "maxProperties": 2}
    return {"anyOf": [{"enum": list(names)}, mapping]}


def _reference(section: str) -> dict[str, Any]:
    names = list(catalogue.names(section))
    spelled = sorted({*names, *(catalogue.snake(name) for name in names)})
    mapping = {
        "type": "object",
        "properties": {name: {} for name in spelled},
        "additionalProperties": False,
        "maxProperties": 1,
    }
    return {"anyOf": [{"enum": [*spelled, None]}, mapping]}


def _names(names: list[str]) -> dict[str, Any]:
    return {"anyOf": [{"enum": [*names, None]}, {"type": "array", "items": {"enum": names}}]}
