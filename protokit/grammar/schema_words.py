"""What a JSON Schema lets stand, said in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from protokit.grammar.words import SLOT

JsonSchema = Mapping[str, object]
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}
_BOUNDS = {
    "minimum": "of at least {:,}",
    "exclusiveMinimum": "above {:,}",
    "maximum": "of at most {:,}",
    "exclusiveMaximum": "below {:,}",
}
_MOST_NAMES = 12
_DEEPEST = 4
_SEVERAL = 3
Named = Callable[[Sequence[object]], str | None]


def in_words(
    schema: JsonSchema, *, names: Named = lambda _: None, definitions: Mapping[str, str] | None = None, deep: int = 0
) -> str:
    """What a schema lets stand, in words.

    `names` may have a word for some names, such as those of all metrics; `definitions` have a word for what is
    described elsewhere, by its name.

    >>> in_words({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]})
    'a whole number from 1 to 9; or null'
    >>> in_words({"type": "array", "items": {"type": "string"}, "minItems": 1})
    'a list of one or more texts'
    """
    more = {"names": names, "definitions": definitions or {}, "deep": deep + 1}

    def inner(part: object) -> str:
        return in_words(part, **more) if isinstance(part, Mapping) else "anything"  # type: ignore[arg-type]

    either = " or " if deep else "; or "
    if schema.get("title") == SLOT:
        return "a slot"
    if deep > _DEEPEST:
        return "anything"
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rsplit("/", 1)[-1]
        return (definitions or {}).get(name, name)
    for key in ("anyOf", "oneOf"):
        if isinstance(parts := schema.get(key), list) and "properties" not in schema:
            return _either([*map(inner, _others(parts)), *_mappings(parts, names)], either)
    if "const" in schema:
        return _value(schema["const"])
    if isinstance(values := schema.get("enum"), list):
        return names(values) or _one_of(values)
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return either.join(_TYPES[kind] for kind in kinds)
    if kinds == "array":
        return _list(schema, inner)
    if kinds == "object":
        return _mapping(schema, inner, names)
    if kinds is None:
        return "anything"
    return _number(schema, _TYPES[str(kinds)])


def _either(said: Iterable[str], either: str) -> str:
    """The alternatives, each once, null last."""
    parts = [one for text in said for one in text.split("; or ")]
    return either.join(dict.fromkeys([*(part for part in parts if part != "null"), *(["null"] * ("null" in parts))]))


def _others(parts: Sequence[object]) -> list[object]:
    """The alternatives, less mappings where there are several."""
    mappings = [part for part in parts if isinstance(part, Mapping) and "properties" in part]
    return [part for part in parts if len(mappings) < _SEVERAL or part not in mappings]


def _mappings(parts: Sequence[object], names: Named) -> list[str]:
    """Several mappings at once, each with a key of its own that says which one it is."""
    mappings = [part for part in parts if isinstance(part, Mapping) and "properties" in part]
    if len(mappings) < _SEVERAL:
        return []
    firsts = [[*part.get("required", ()), *part["properties"]][0] for part in mappings]
    return [f"a mapping with {names(firsts) or _one_of(firsts)}, and its options"]


def _number(schema: JsonSchema, noun: str) -> str:
    """A number with its bounds."""
    if "minimum" in schema and "maximum" in schema:
        return f"{noun} from {schema['minimum']:,} to {schema['maximum']:,}"
    bounds = [text.format(schema[key]) for key, text in _BOUNDS.items() if key in schema]
    return " ".join([noun, " and ".join(bounds)]).strip()


def _list(schema: JsonSchema, inner: Callable[[object], str]) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    item = inner(schema.get("items", {}))
    plural = {"a text": "texts", "a whole number": "whole numbers", "a number": "numbers", "a mapping": "mappings"}
    of = plural.get(item, item if item != "anything" else "values")
    of = f"values, each {of}" if of == item else of
    if most is not None and least == most:
        return f"a list of {most} {of}"
    return f"a list of {'one or more ' if least == 1 else f'{least} or more ' if least else ''}{of}"


def _mapping(schema: JsonSchema, inner: Callable[[object], str], names: Named) -> str:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        values = schema.get("additionalProperties", {})
        said = inner(values)
        return "a mapping" if said == "anything" else f"a mapping of names, each to {said}"
    keys = list(properties)
    known = names(keys) or _one_of(keys)
    if schema.get("maxProperties") == 1:
        return f"a mapping of {known} to what it takes"
    return f"a mapping with {known}"


def _one_of(values: Sequence[object]) -> str:
    shown = [_value(value) for value in values if value is not None]
    if len(shown) > _MOST_NAMES:
        shown = [*shown[:_MOST_NAMES], f"{len(shown) - _MOST_NAMES} more"]
    said = " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
    return said + ("; or null" if None in values else "")


def _value(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"
