"""What a recipe says a column is: a word, or a word with its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ValidationError, create_model
from pydantic_core import PydanticCustomError

from protokit.core.places import Fault
from protokit.core.plugins import or_failure
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import faults_of, refuse
from protokit.grammar.words import JsonSchema, Section, Word, closed, or_null, or_slot
from protokit.represent.kind import KINDS, Kind


def _with_options(kinds: Mapping[str, type[Kind]]) -> list[str]:
    return [name for name, kind in kinds.items() if kind.options is not None]


def _column_kind(value: object) -> object:
    """What a column is: a word, or a mapping of the word to what else there is to say."""
    if isinstance(value, dict):
        return _kind_with_options(value)
    kind = KINDS.find(value)
    if kind is None:
        raise refuse(KINDS.unknown(value))
    if kind.required:
        article = "an" if kind.name[0] in "aeiou" else "a"
        raise refuse(Fault(f"{article} {value} column needs {kind.required}", f"write {kind.example}"))
    return kind.name


def _kind_with_options(value: dict[object, object]) -> dict[str, object]:
    """The options of a kind, read."""
    kind = KINDS.find(name := next(iter(value), None))
    if len(value) == 1 and kind is not None and kind.options is None:
        raise refuse(Fault(f"{kind.name} has no options", f"write {kind.name} alone", (str(name),)))
    if len(value) != 1 or kind is None or kind.options is None:
        known = _with_options(KINDS.all())
        wrong = next((str(key) for key in value if key not in known), "")
        cure = or_failure(did_you_mean(wrong, known) or "such as {text: {length: 60}}", "kind")
        raise refuse(Fault(f"a column is of one kind, not {value!r}", cure))
    given = value[name]
    if isinstance(kind.options, Word):
        try:
            return {kind.name: kind.options.read(given)}
        except PydanticCustomError as error:
            faults = (error.context or {}).get("faults", ())
            raise refuse(*(fault.under((kind.name,)) for fault in faults)) from None
    if isinstance(given, kind.options):
        return {kind.name: given}
    said = {kind.name: {} if given is None else given}
    model = create_model(kind.name, __base__=Section, **{kind.name: (kind.options, ...)})  # type: ignore[call-overload]
    try:
        return {kind.name: getattr(model.model_validate(said), kind.name)}
    except ValidationError as error:
        raise refuse(*faults_of(error, model, said)) from None


def _kind_schema() -> JsonSchema:
    kinds = KINDS.all()
    bare = [name for name, kind in kinds.items() if not kind.required]
    more = [closed({name: _options_schema(kinds[name])}, required=[name]) for name in _with_options(kinds)]
    return or_slot({"anyOf": [{"enum": bare}, *more]})


def _options_schema(kind: type[Kind]) -> dict[str, Any]:
    options = kind.options
    if isinstance(options, Word):
        return or_slot(options.schema() if callable(options.schema) else options.schema)
    whole = options.model_json_schema() if options else {"properties": {}}
    return or_null({**whole, "properties": {key: or_slot(part) for key, part in whole["properties"].items()}})


ColumnKind = Annotated[str | dict[str, object], Word(_column_kind, _kind_schema)]
