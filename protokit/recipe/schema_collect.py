"""The JSON Schema of joins and cleaning."""

from __future__ import annotations

from typing import Any

from protokit.recipe import cleaning, joins

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_CONSTANT: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_BOUND: dict[str, Any] = {"type": ["number", "null"]}


def definitions() -> dict[str, Any]:
    """`Join` and `Clean`, by their names."""
    return {"Join": _join(), "Clean": _clean()}


def _mapping(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values, "minProperties": 1}


def _join() -> dict[str, Any]:
    pair = {"anyOf": [_TEXT, _mapping(_TEXT)]}
    return {
        "type": "object",
        "properties": {
            "with": {**_TEXT, "description": "the table that is joined"},
            "on": {"anyOf": [pair, {"type": "array", "items": pair, "minItems": 1}]},
            "how": {"enum": list(joins.HOW), "default": "left"},
            "expect": {"enum": list(joins.EXPECT), "default": "many_to_one"},
            "as_of": {**pair, "description": "the latest row at or before the row's own time"},
            "tolerance": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": joins.TOLERANCE}]},
            "aggregate": {**_mapping(_TEXT), "description": "new columns, such as {spent: sum(price)}"},
            "before": {**pair, "description": "only joined rows that are earlier than the row's own time"},
            "prefix": {**_TEXT, "description": "before the names of the joined table's columns"},
            "cast": {"type": "object", "additionalProperties": {"enum": list(joins.CASTS)}},
        },
        "required": ["with", "on"],
        "additionalProperties": False,
    }


def _clean() -> dict[str, Any]:
    names = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
    bounds = _mapping({"type": "array", "items": _BOUND, "minItems": 2, "maxItems": 2})
    says = {
        "filter": _TEXT,
        "derive": _mapping(_TEXT),
        "drop": names,
        "keep": names,
        "drop_duplicates": names,
        "cast": _mapping({"enum": list(joins.CASTS)}),
        "clip": bounds,
        "outliers": bounds,
        "fill": _mapping(_CONSTANT),
        "rename": _mapping(_TEXT),
        "replace": _mapping(_mapping({"type": ["string", "number", "boolean", "null"]})),
        "trim": names,
        "parse_dates": _mapping(_TEXT),
    }
    step = {"type": "object", "properties": says, "additionalProperties": False, "minProperties": 1, "maxProperties": 1}
    return {"anyOf": [{"enum": list(cleaning.BARE)}, step]}
