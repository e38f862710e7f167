"""The JSON Schema of a recipe, for editors."""

from __future__ import annotations

from typing import Any

from protokit.menu import catalogue, house
from protokit.menu import schema as menu_schema
from protokit.recipe import schema_collect, tables, vocabulary
from protokit.recipe.recipe import Recipe


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of recipe files: every key, the names that may stand, and every layer's arguments."""
    found = Recipe.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "protokit recipe"
    found["properties"]["protokit"] = {"const": 1}
    parts = found["$defs"]
    _table(parts)
    _collect(parts)
    _by(parts)
    columns = parts["Represent"]["properties"]["columns"]
    words = {"enum": [kind for kind in vocabulary.KINDS if kind != "ordered"]}
    own = [{"$ref": f"#/$defs/{name}"} for name in ("TextColumn", "ImageColumn", "OrderedColumn")]
    columns["additionalProperties"] = {"anyOf": [words, *own]}
    parts["Text"]["properties"]["form"]["enum"] = list(vocabulary.TEXT_FORMS)
    for kind in ("Text", "Image"):  # {text: null} is {text: {}}
        property_ = parts[f"{kind}Column"]["properties"][kind.lower()]
        parts[f"{kind}Column"]["properties"][kind.lower()] = {"anyOf": [property_, {"type": "null"}]}
    parts["OrderedColumn"]["properties"]["ordered"] = {
        "type": "array",
        "items": {"type": ["string", "number", "boolean"]},
        "minItems": 2,
    }
    size = {"type": "integer", "minimum": 1, "maximum": 4096}
    parts["Image"]["properties"]["size"] = {
        "anyOf": [size, {"type": "array", "items": size, "minItems": 2, "maxItems": 2}, {"type": "null"}]
    }
    one_or_more = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    parts["Series"]["properties"] |= {"by": one_or_more, "known": one_or_more}
    parts["Represent"]["properties"]["target"] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "null"}]
    }
    learn = parts["Learn"]["properties"]
    parts |= menu_schema.definitions()
    learn["menu"] = {"anyOf": [{"enum": ["auto", *house.MENUS]}, {"$ref": "#/$defs/Menu"}], "default": "auto"}
    learn["task"] = {"enum": [*vocabulary.TASKS, None]}
    quantile = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    learn["quantiles"] = {"anyOf": [quantile, {"type": "array", "items": quantile, "minItems": 1}]}
    learn["schedule"]["enum"] = list(vocabulary.SCHEDULES)
    learn["cluster_by"]["enum"] = list(vocabulary.CLUSTERINGS)
    learn["engine"]["enum"] = list(vocabulary.ENGINES)
    learn["precision"]["enum"] = list(vocabulary.PRECISIONS)
    learn["optimizer"] = _reference("optimizers")
    learn["loss"] = _reference("losses")
    learn["class_weights"] = {
        "anyOf": [{"enum": ["balanced", None]}, {"type": "object", "additionalProperties": {"type": "number"}}]
    }
    parts["Stop"]["properties"]["monitor"]["enum"] = list(vocabulary.MONITORS)
    evaluate = parts["Evaluate"]["properties"]
    evaluate["metrics"] = _names(list(vocabulary.METRICS))
    evaluate["baselines"] = _names(list(vocabulary.BASELINES))
    evaluate["slices"] = one_or_more
    share = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    evaluate["threshold"] = {"anyOf": [share, {"enum": list(vocabulary.THRESHOLDS)}], "default": 0.5}
    evaluate["calibrate"] = {"enum": [*vocabulary.CALIBRATIONS, None], "default": None}
    return found


def _table(parts: dict[str, Any]) -> None:
    parts["TableSource"] = tables.schema()
    parts["Collect"]["properties"]["tables"]["additionalProperties"] = {
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/TableSource"}]
    }


def _collect(parts: dict[str, Any]) -> None:
    parts |= schema_collect.definitions()
    collect = parts["Collect"]["properties"]
    collect["join"] = {"type": "array", "items": {"$ref": "#/$defs/Join"}, "default": []}
    collect["clean"] = {"type": "array", "items": {"$ref": "#/$defs/Clean"}, "default": []}


def _by(parts: dict[str, Any]) -> None:
    ways = {"enum": ["random", "stratified", None]}
    parts["Split"]["properties"]["by"] = {"anyOf": [ways, {"$ref": "#/$defs/By"}]}
    for part in ("test", "validation"):
        share = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
        parts["Split"]["properties"][part]["anyOf"] = [share, {"type": "string"}]


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
