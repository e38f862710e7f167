"""What may be written of a join: which table, by which columns, and how many rows are expected."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field, ValidationError

from protokit.collect.database.casts import cast_schema, read_cast
from protokit.collect.step import Report, read_expression, reporting
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import faults_of, refuse
from protokit.grammar.readings import DateOptions, date_options_schema, read_date_options
from protokit.grammar.words import TEXT, JsonSchema, Section, Word, mapping, one_or_more, or_null

How = Literal["left", "inner"]
Expect = Literal["many_to_one", "one_to_one", "one_to_many", "many_to_many"]
Pair = tuple[str, str]
_TOLERANCE = r"^\d+(\.\d+)? *(w|d|h|min|s|ms)$"
_UNITS = {"w": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
_NEEDS = "write {with: TABLE, on: KEY}"
_PAIR: JsonSchema = {"anyOf": [TEXT, mapping(TEXT)]}


def _text(key: str) -> Word:
    def read(value: object) -> object:
        if not isinstance(value, str) or not value:
            raise refuse(Fault(f"{key} is a text, not {value!r}"))
        return value

    return Word(read, TEXT)


def _pairs(key: str, value: object) -> tuple[Pair, ...]:
    """Columns of the rows, each with that of the joined table."""
    found: list[Pair] = []
    faults: list[Fault] = []
    listed = value if isinstance(value, (list, tuple)) else [value]
    for i, one in enumerate(listed):
        if isinstance(one, str) and one:
            found.append((one, one))
        elif isinstance(one, dict) and one and all(isinstance(n, str) and n for p in one.items() for n in p):
            found += list(one.items())
        else:
            cure = "write a name, or {ROWS_COLUMN: TABLE_COLUMN}"
            faults.append(Fault(f"{key} names columns, not {one!r}", cure, (i,) if listed is value else ()))
    if value in ([], ()) or len(set(found)) < len(found):
        faults.append(Fault(f"{key} is a list of different columns, not {value!r}"))
    if faults:
        raise refuse(*faults)
    return tuple(found)


def _on(value: object) -> tuple[Pair, ...]:
    return _pairs("on", value)


def _pair(key: str) -> Word:
    def read(value: object) -> Pair:
        pairs = _pairs(key, value)
        if len(pairs) > 1:
            raise refuse(Fault(f"{key} is one pair of columns", f"write {key}: {{ROWS_COLUMN: TABLE_COLUMN}}"))
        return pairs[0]

    return Word(read, _PAIR)


def _one_of(key: str, names: tuple[str, ...]) -> Word:
    def read(value: object) -> object:
        if value not in names:
            raise refuse(Fault(f"unknown {key} {value!r}", did_you_mean(str(value), names) or one_of(names)))
        return value

    return Word(read, {"enum": list(names)})


def _tolerance(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    if not isinstance(value, str) or not re.match(_TOLERANCE, value):
        raise refuse(Fault(f"a tolerance is a number or a length of time, not {value!r}", "write 2d"))
    return value


def _aggregate(value: object) -> object:
    if not isinstance(value, dict) or not value:
        cure = 'write aggregate: {spent: "sum(price)"}'
        raise refuse(Fault(f"aggregate is a mapping of new columns, not {value!r}", cure))
    faults: list[Fault] = []
    report = reporting(faults, ())
    for name, text in value.items():
        if not isinstance(name, str) or not name:
            report(f"a column's name is a text, not {name!r}", None, (name,), "key")
        read_expression(text, report, (name,), aggregate=True)
    if faults:
        raise refuse(*faults)
    return dict(value)


def _cast(value: object) -> object:
    if not isinstance(value, dict):
        raise refuse(Fault(f"cast is a mapping, not {value!r}", "write cast: {id: number}"))
    faults: list[Fault] = []
    for name, kind in value.items():
        read_cast(kind, reporting(faults, ()), (name,))
    if faults:
        raise refuse(*faults)
    return dict(value)


_LENGTH: JsonSchema = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _TOLERANCE}]}


def _casts_schema() -> JsonSchema:
    return {"type": "object", "additionalProperties": cast_schema()}


class Join(Section):
    """One table joined to the rows. In pairs the first name is of the rows, the second of the joined table."""

    model_config = ConfigDict(populate_by_name=True)

    table: Annotated[str, _text("with")] = Field(
        alias="with", description="the table that is joined", examples=["planes"]
    )
    on: Annotated[tuple[Pair, ...], Word(_on, one_or_more(_PAIR))] = Field(
        description="the columns that have to be equal", examples=["tailnum", {"dest": "faa"}]
    )
    how: Annotated[How, _one_of("how", get_args(How))] = Field(
        "left", description="left keeps rows without a match, inner drops them", examples=["inner"]
    )
    expect: Annotated[Expect, _one_of("expect", get_args(Expect))] = Field(
        "many_to_one",
        description="how often a key may stand in the rows and in the table; more is an error",
        examples=["one_to_one"],
    )
    as_of: Annotated[Pair | None, _pair("as_of")] = Field(
        None, description="the latest row at or before the row's own time", examples=["date"]
    )
    tolerance: Annotated[str | float | None, Word(_tolerance, _LENGTH)] = Field(
        None, description="how old such a row may be", examples=["2d"]
    )
    aggregate: Annotated[dict[str, str] | None, Word(_aggregate, mapping(TEXT))] = Field(
        None, description="new columns, each an aggregate of the joined rows", examples=[{"spent": "sum(price)"}]
    )
    before: Annotated[Pair | None, _pair("before")] = Field(
        None, description="only joined rows that are earlier than the row's own time", examples=[{"signup": "day"}]
    )
    dates: Annotated[DateOptions | None, Word(read_date_options, lambda: or_null(date_options_schema()))] = Field(
        None, description="how dates of `as_of` and `before` that are texts are read", examples=[{"order": "day"}]
    )
    prefix: Annotated[str, _text("prefix")] = Field(
        "", description="before the names of the joined table's columns", examples=["plane_"]
    )
    cast: Annotated[dict[str, object], Word(_cast, _casts_schema)] = Field(
        default_factory=dict,
        description="types of the joined table's columns, before they are joined; "
        "a key of texts in the rows is held against it as that, and stays as it is written",
        examples=[{"id": "number"}],
    )

    @property
    def interval(self) -> str | None:
        """The tolerance as SQL has it: a number, or a length of time such as `2 day`."""
        if self.tolerance is None:
            return None
        match = re.fullmatch(r"([\d.]+)([a-z]+)", str(self.tolerance).replace(" ", ""))
        return f"{match[1]} {_UNITS[match[2]]}" if match else str(self.tolerance)

    def as_plain(self) -> dict[str, object]:
        """The join as a recipe has it."""
        plain: dict[str, object] = {"with": self.table}
        plain["on"] = [left if left == right else {left: right} for left, right in self.on]
        plain["how"] = self.how
        if self.aggregate is None:
            plain["expect"] = self.expect
        for name in ("as_of", "before"):
            pair = getattr(self, name)
            if pair is not None:
                plain[name] = pair[0] if pair[0] == pair[1] else {pair[0]: pair[1]}
        if self.dates is not None:
            plain["dates"] = self.dates.as_plain()
        for name in ("tolerance", "aggregate", "prefix", "cast"):
            if getattr(self, name) not in (None, "", {}):
                plain[name] = getattr(self, name)
        return plain


_KEYS = tuple(field.alias or name for name, field in Join.model_fields.items())


def read_joins(value: object) -> tuple[Join, ...]:
    """The list of joins, for a validator.

    Raises:
        PydanticCustomError: with every fault in them.
    """
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise refuse(Fault(f"joins are a list, not {value!r}", "write - {with: TABLE, on: KEY}"))
    faults: list[Fault] = []
    found: list[Join] = []
    for i, given in enumerate(value):
        if isinstance(given, Join):
            found.append(given)
        elif isinstance(given, dict):
            found += _read(given, own := list[Fault]())
            faults += [fault.under((i,)) for fault in own]
        else:
            faults.append(Fault(f"a join is a mapping, not {given!r}", _NEEDS, (i,)))
    if faults:
        raise refuse(*faults)
    return tuple(found)


def joins_schema() -> JsonSchema:
    """The JSON Schema of `collect.join`."""
    return {"type": "array", "items": Join.model_json_schema()}


def _read(given: dict[str, object], faults: list[Fault]) -> list[Join]:
    """One join, or none where there are faults."""
    for key in given:
        if key not in _KEYS:
            faults.append(Fault(f"unknown key {key!r} of a join", did_you_mean(str(key), _KEYS), (key,), "key"))
    missing = [key for key in ("with", "on") if key not in given]
    if missing and not faults:
        faults.append(Fault(f"a join needs {missing[0]!r}", _NEEDS))
    known = {key: value for key, value in given.items() if key in _KEYS}
    read: list[Join] = []
    try:
        read = [Join.model_validate(known)]
    except ValidationError as error:
        faults += [fault for fault in faults_of(error, Join, known) if not fault.rule.endswith("is missing")]
    _beside_each_other(given, reporting(faults, ()))
    return [] if faults else read


def _beside_each_other(given: dict[str, object], report: Report) -> None:
    """Report what cannot stand beside each other."""

    def wrong(key: str, rule: str, cure: str) -> None:
        report(rule, cure, (key,), "key")

    for key, partner in (("before", "aggregate"), ("tolerance", "as_of")):
        if key in given and partner not in given:
            wrong(key, f"{key!r} is for {partner!r}", f"add {partner}, or remove {key}")
    if "dates" in given and not {"as_of", "before"} & {*given}:
        wrong("dates", "'dates' is for 'as_of' and 'before'", "add one of them, or remove dates")
    if "aggregate" in given:
        for key, cure in (
            ("as_of", "choose one of them; `before` takes the earlier rows only"),
            ("expect", "remove it: aggregated, a table has one row for each key"),
        ):
            if key in given:
                wrong(key, f"{key!r} cannot stand beside 'aggregate'", cure)
    elif "as_of" in given and given.get("expect") in ("one_to_one", "one_to_many"):
        cure = "write many_to_one, or many_to_many where the last of several rows may be taken"
        report(f"as_of finds one row, not {given['expect']}", cure, ("expect",))
