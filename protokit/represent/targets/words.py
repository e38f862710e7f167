"""What may be written of targets."""

from __future__ import annotations

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import TEXT, JsonSchema, or_null

INPUTS = "inputs"  # the target of a network that learns its own inputs
_CELL = (str, bool, int, float)
_CELLS: JsonSchema = {"type": ["string", "boolean", "number"]}
_COLUMNS: JsonSchema = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
_PARTS: JsonSchema = {**_COLUMNS, "minItems": 2}
_VECTOR: JsonSchema = {"type": "object", "additionalProperties": _PARTS, "minProperties": 1, "maxProperties": 1}
TARGET = or_null({"anyOf": [TEXT, _COLUMNS, _VECTOR]})
POSITIVE = or_null({"anyOf": [_CELLS, {"type": "object", "additionalProperties": _CELLS, "minProperties": 1}]})


def read_positive(value: object) -> object:
    """A class as it is written in the data, or one for each target by its name."""
    if isinstance(value, dict):
        if not value or not all(isinstance(name, str) and isinstance(one, _CELL) for name, one in value.items()):
            raise refuse(Fault(f"positive classes are classes by target, not {value!r}", "write positive: {late: yes}"))
        return dict(value)
    if value is not None and not isinstance(value, _CELL):
        raise refuse(Fault(f"the positive class is a class of the target, not {value!r}", 'write positive: "yes"'))
    return value


def read_targets(value: object) -> object:
    """One column, several, several as one target under its name, or none."""
    if value is None:
        return None
    if isinstance(value, dict):
        return _vector(value)
    if isinstance(value, (list, tuple)):
        if not value or not all(isinstance(v, str) for v in value) or len(set(value)) < len(value):
            raise refuse(Fault(f"targets are different column names, not {value!r}"))
        return tuple(value)
    if not isinstance(value, str) or not value:
        raise refuse(Fault(f"a target is a column's name, not {value!r}", "put a name that is a number in quotes"))
    return value


def _vector(value: dict[object, object]) -> object:
    """Several columns that are one target: a name, and theirs."""
    example = "write target: {position: [x, y]}"
    if len(value) != 1:
        raise refuse(Fault(f"one name says the columns of a target of several numbers, not {len(value)}", example))
    [(name, parts)] = value.items()
    if not isinstance(name, str) or not name:
        raise refuse(Fault(f"a target's name is a text, not {name!r}", example))
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) and part for part in parts):
        raise refuse(Fault(f"the parts of a target are column names, not {parts!r}", example, (name,)))
    if len(parts) < 2 or len({*parts}) < len(parts):
        rule = "the parts of a target are two different columns or more"
        raise refuse(Fault(rule, f"write target: {parts[0]}" if len(parts) == 1 else example, (name,)))
    return {name: tuple(parts)}


def read_separator(value: object) -> object:
    """What parts labels."""
    if value is not None and (not isinstance(value, str) or not value):
        raise refuse(Fault(f"a separator is a text, not {value!r}", 'write separator: "|"'))
    return value
