"""The types that the words of a recipe are made of: each declares what reads it and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from protokit.core.places import Fault
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import refuse

JsonSchema = Mapping[str, object]
Thing = TypeVar("Thing")
TEXT: JsonSchema = {"type": "string", "minLength": 1}
SLOT = "slot"  # the title of its schema
_DEFINITIONS = "https://protokit/schema/"  # what pydantic leaves alone; `placed` makes it a place in the same file


class Section(BaseModel):
    """What all sections of a recipe share: frozen, strict, and unknown keys fail."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)

    def left_out(self) -> Collection[str]:
        """The keys that say nothing here, and do not stand in the section as it is written out."""
        return ()

    def as_plain(self) -> dict[str, object]:
        """The section with every default filled in, as plain data that reads back as the same section."""
        left_out, more = self.left_out(), self.__pydantic_extra__ or {}
        names = [*type(self).model_fields, *more]
        return {name: as_plain(getattr(self, name)) for name in names if name not in left_out}


@dataclass(frozen=True)
class Word:
    """All there is to know of a value that may be written: what reads it, and its JSON Schema.

    `read` takes the plain value and gives the one that is kept, or raises `refuse(...)`. A `schema` that depends on
    what is registered is a function: it is asked when the schema is.
    """

    read: Callable[[object], object]
    schema: JsonSchema | Callable[[], JsonSchema]

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return dict(self.schema() if callable(self.schema) else self.schema)


@dataclass(frozen=True)
class Varies:
    """Of a field whose value a search may choose: a slot may stand in its place, and in that of any value in it.

    `names`: the keys of a mapping there are a person's own; one called `choice` is a slot only where a list follows.
    """

    names: bool = False

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return or_slot(handler(core))


def or_slot(schema: JsonSchema) -> dict[str, object]:
    """What a schema takes, or a slot of such values."""
    said = {key: part for key, part in schema.items() if key in ("title", "description", "default", "examples")}
    plain = {key: part for key, part in schema.items() if key not in said}
    forms = plain.get("anyOf")
    own = [*forms] if isinstance(forms, list) and set(plain) == {"anyOf"} else [plain]
    numbers = any(isinstance(form, Mapping) and form.get("type") in ("integer", "number") for form in own)
    return {"anyOf": [*own, slot_schema(plain, numbers)], **said}


def slot_schema(options: JsonSchema, numbers: bool) -> dict[str, object]:
    """A slot whose options are of a kind; `numbers` where they may be a range."""
    one = dict(options)
    pair: JsonSchema = {"type": "array", "minItems": 2, "maxItems": 2}
    above: JsonSchema = {"type": "number", "exclusiveMinimum": 0}
    more: JsonSchema = {"step": or_null(above), "log": {"type": "boolean"}}
    forms = [closed({"choice": {"type": "array", "minItems": 2, "items": one}, "default": {}}, required=["choice"])]
    for kind, of in (("int", "integer"), ("float", "number")) if numbers else ():
        item: JsonSchema = {"allOf": [{"type": of}, dict(options)]} if options else {"type": of}
        forms.append(closed({kind: {**pair, "items": item}, **more, "default": item}, required=[kind]))
    return {"title": SLOT, "anyOf": forms}


def as_plain(value: object) -> object:
    """A value of a section as plain data."""
    if isinstance(value, BaseModel) and type(value).__pydantic_decorators__.model_serializers:
        return as_plain(value.model_dump())  # it says itself how it is written
    if (own := getattr(value, "as_plain", None)) is not None:
        return own()
    if isinstance(value, Mapping):
        return {key: as_plain(part) for key, part in value.items()}
    return [as_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def definition(name: str) -> dict[str, object]:
    """A reference to a definition that is put beside those of pydantic."""
    return {"$ref": _DEFINITIONS + name}


def placed(schema: JsonSchema) -> dict[str, object]:
    """A schema whose references to definitions lead into the same file."""
    return {key: _placed(key, part) for key, part in schema.items()}


def _placed(key: str, part: object) -> object:
    if key == "$ref" and isinstance(part, str) and part.startswith(_DEFINITIONS):
        return "#/$defs/" + part.removeprefix(_DEFINITIONS)
    if isinstance(part, dict):
        return placed(part)
    return [_placed("", one) for one in part] if isinstance(part, list) else part


def or_null(schema: JsonSchema) -> dict[str, object]:
    """A schema that takes null too."""
    names = schema.get("enum")
    if isinstance(names, list):
        return {**schema, "enum": [*names, None]}
    return {"anyOf": [dict(schema), {"type": "null"}]}


def one_or_more(schema: JsonSchema) -> dict[str, object]:
    """One value, or a list of such values."""
    return {"anyOf": [dict(schema), {"type": "array", "items": dict(schema), "minItems": 1}]}


def mapping(values: JsonSchema) -> dict[str, object]:
    """A mapping of columns, with at least one."""
    return {"type": "object", "additionalProperties": dict(values), "minProperties": 1}


def closed(
    properties: Mapping[str, object], *, required: Iterable[str] = (), most: int | None = None
) -> dict[str, object]:
    """A mapping that has no other keys."""
    found: dict[str, object] = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required := list(required):
        found["required"] = required
    return {**found, "maxProperties": most} if most else found


def choice(
    what: str,
    names: Collection[str] | Callable[[], Collection[str]],
    *,
    later: Collection[str] = (),
    null: bool = False,
) -> Word:
    """A value that is one of some names; those of `later` are known, and not supported yet."""

    def known() -> Collection[str]:
        return names() if callable(names) else names

    def read(value: object) -> object:
        if value is None and null:
            return None
        if value in later:
            raise refuse(Fault(f"{what} {value!r} is not supported yet", one_of(known())))
        if not isinstance(value, str) or value not in known():
            raise refuse(Fault(f"unknown {what} {value!r}", did_you_mean(str(value), [*known(), *later])))
        return value

    def schema() -> JsonSchema:
        return {"enum": [*known(), *([None] if null else [])]}

    return Word(read, schema)


def named(registry: Registry[Thing], *, null: bool = False) -> Word:
    """The name of a thing of a registry, of an installed package's too."""

    def read(value: object) -> object:
        if (value is not None or not null) and registry.find(value) is None:
            raise refuse(registry.unknown(value))
        return value

    return Word(read, lambda: {"enum": [*registry.all(), *([None] if null else [])]})


def _share(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise refuse(Fault(f"a share is between 0 and 1, not {value!r}", "write 0.2"))
    return float(value)


def column_names(value: object) -> tuple[str, ...]:
    """One column's name or several, each once."""
    given = [value] if isinstance(value, str) else value
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) and name for name in given):
        raise refuse(Fault(f"a column's name, or a list of them, not {value!r}"))
    return tuple(dict.fromkeys(given))


SHARE: JsonSchema = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
Share = Annotated[float, Word(_share, SHARE)]
COLUMNS: JsonSchema = {"anyOf": [TEXT, {"type": "array", "items": TEXT}, {"type": "null"}]}
Columns = Annotated[tuple[str, ...], Word(column_names, COLUMNS)]
