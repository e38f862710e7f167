"""What a join of the step `collect` says: which table, by which columns, and how many rows are expected."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar import expressions
from protokit.grammar.sql_functions import Refused
from protokit.recipe.faults import refuse

HOW = ("left", "inner")
EXPECT = ("many_to_one", "one_to_one", "one_to_many", "many_to_many")
TOLERANCE = r"^\d+(\.\d+)? *(w|d|h|min|s|ms)$"
CASTS = ("number", "category", "text", "date", "boolean")
KEYS = ("with", "on", "how", "expect", "as_of", "tolerance", "aggregate", "before", "prefix", "cast")
_UNITS = {"w": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
Pairs = tuple[tuple[str, str], ...]


class Join(BaseModel):
    """One table joined to the rows. In pairs the first name is of the rows, the second of the joined table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    table: str = Field(alias="with", description="the table that is joined")
    on: Pairs = ()
    how: Literal["left", "inner"] = "left"
    expect: Literal["many_to_one", "one_to_one", "one_to_many", "many_to_many"] = "many_to_one"
    as_of: tuple[str, str] | None = Field(None, description="the latest row at or before the row's own time")
    tolerance: str | float | None = Field(None, description="how old such a row may be")
    aggregate: dict[str, str] | None = Field(None, description="new columns, each an aggregate of the joined rows")
    before: tuple[str, str] | None = Field(None, description="only joined rows that are earlier than the row's time")
    prefix: str = Field("", description="before the names of the joined table's columns")
    cast: dict[str, str] = Field(default_factory=dict, description="types of the joined table's columns, before")

    @property
    def interval(self) -> str | None:
        """The tolerance as SQL has it: a number, or a length of time such as `2 day`."""
        if self.tolerance is None:
            return None
        match = re.fullmatch(r"([\d.]+)([a-z]+)", str(self.tolerance).replace(" ", ""))
        return f"{match[1]} {_UNITS[match[2]]}" if match else str(self.tolerance)

    def as_plain(self) -> dict[str, Any]:
        """The join as a recipe has it."""
        plain: dict[str, Any] = {"with": self.table}
        plain["on"] = [left if left == right else {left: right} for left, right in self.on]
        plain["how"] = self.how
        if self.aggregate is None:
            plain["expect"] = self.expect
        for name in ("as_of", "before"):
            pair = getattr(self, name)
            if pair is not None:
                plain[name] = pair[0] if pair[0] == pair[1] else {pair[0]: pair[1]}
        for name in ("tolerance", "aggregate", "prefix", "cast"):
            if getattr(self, name) not in (None, "", {}):
                plain[name] = getattr(self, name)
        return plain


def joins(value: Any) -> Any:
    """The list of joins, for a validator."""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise refuse(Fault(f"joins are a list, not {value!r}", "write - {with: TABLE, on: KEY}"))
    faults: list[Fault] = []
    found: list[Join] = []
    for i, given in enumerate(value):
        if isinstance(given, Join):
            found.append(given)
            continue
        reader = _Reader(given)
        read = reader.read()
        faults += [fault.under((i,)) for fault in reader.faults]
        if not reader.faults:
            found.append(Join(**read))
    if faults:
        raise refuse(*faults)
    return tuple(found)


class _Reader:
    """Reads one join, with every fault in it."""

    def __init__(self, given: Any) -> None:
        self.given, self.faults = given, list[Fault]()

    def _fault(self, rule: str, cure: str | None = None, path: Path = (), *, key: bool = False) -> None:
        self.faults.append(Fault(rule, cure, path, "key" if key else "value"))

    def read(self) -> dict[str, Any]:
        """The join's parts."""
        given = self.given
        if not isinstance(given, dict):
            self._fault(f"a join is a mapping, not {given!r}", "write {with: TABLE, on: KEY}")
            return {}
        for key in given:
            if key not in KEYS:
                self._fault(f"unknown key {key!r} of a join", did_you_mean(str(key), KEYS), (key,), key=True)
        found: dict[str, Any] = {"with": self._name("with")}
        found["on"] = self._pairs("on", given.get("on"))
        for name, words in (("how", HOW), ("expect", EXPECT)):
            if name in given:
                found[name] = given[name]
                if given[name] not in words:
                    cure = did_you_mean(str(given[name]), words) or one_of(words)
                    self._fault(f"unknown {name} {given[name]!r}", cure, (name,))
        for name in ("as_of", "before"):
            if name in given:
                pairs = self._pairs(name, given[name])
                if len(pairs) > 1:
                    self._fault(
                        f"{name} is one pair of columns", f"write {name}: {{ROWS_COLUMN: TABLE_COLUMN}}", (name,)
                    )
                found[name] = pairs[0] if pairs else None
        found["prefix"] = self._name("prefix") if "prefix" in given else ""
        found |= self._tolerance() | self._aggregate() | self._cast()
        self._together()
        return found

    def _name(self, key: str) -> Any:
        value = self.given.get(key)
        if not isinstance(value, str) or not value:
            if key in self.given:
                self._fault(f"{key} is a text, not {value!r}", None, (key,))
            elif not self.faults:
                self._fault(f"a join needs {key!r}", "write {with: TABLE, on: KEY}")
        return value

    def _pairs(self, key: str, value: Any) -> Pairs:
        found: list[tuple[str, str]] = []
        listed = value if isinstance(value, (list, tuple)) else [value]
        for i, one in enumerate(listed):
            path: Path = (key, i) if listed is value else (key,)
            if isinstance(one, str) and one:
                found.append((one, one))
            elif isinstance(one, dict) and one and all(isinstance(n, str) and n for p in one.items() for n in p):
                found += list(one.items())
            elif key in self.given:
                self._fault(f"{key} names columns, not {one!r}", "write a name, or {ROWS_COLUMN: TABLE_COLUMN}", path)
            elif not self.faults:
                self._fault(f"a join needs {key!r}", "write {with: TABLE, on: KEY}")
        if value == [] or len(set(found)) < len(found):
            self._fault(f"{key} is a list of different columns, not {value!r}", None, (key,))
        return tuple(found)

    def _tolerance(self) -> dict[str, Any]:
        value = self.given.get("tolerance")
        if value is None:
            return {}
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf")
        if not number and not (isinstance(value, str) and re.match(TOLERANCE, value)):
            self._fault(f"a tolerance is a number or a length of time, not {value!r}", "write 2d", ("tolerance",))
        return {"tolerance": float(value) if number else value}

    def _aggregate(self) -> dict[str, Any]:
        value = self.given.get("aggregate")
        if "aggregate" not in self.given:
            return {}
        if not isinstance(value, dict) or not value:
            cure = 'write aggregate: {spent: "sum(price)"}'
            self._fault(f"aggregate is a mapping of new columns, not {value!r}", cure, ("aggregate",))
            return {}
        for name, text in value.items():
            if not isinstance(name, str) or not name:
                self._fault(f"a column's name is a text, not {name!r}", None, ("aggregate", name), key=True)
            try:
                expressions.parse(text, aggregate=True)
            except Refused as error:
                self._fault(error.rule, error.cure, ("aggregate", name))
        return {"aggregate": dict(value)}

    def _cast(self) -> dict[str, Any]:
        value = self.given.get("cast", {})
        if not isinstance(value, dict):
            self._fault(f"cast is a mapping, not {value!r}", "write cast: {id: number}", ("cast",))
            return {}
        for name, kind in value.items():
            if kind not in CASTS:
                self._fault(f"unknown type {kind!r}", did_you_mean(str(kind), CASTS), ("cast", name))
        return {"cast": dict(value)}

    def _together(self) -> None:
        """What cannot stand beside each other."""
        given = self.given
        for key, partner in (("before", "aggregate"), ("tolerance", "as_of")):
            if key in given and partner not in given:
                self._fault(f"{key!r} is for {partner!r}", f"add {partner}, or remove {key}", (key,), key=True)
        if "aggregate" in given:
            for key, cure in (
                ("as_of", "choose one of them; `before` takes the earlier rows only"),
                ("expect", "remove it: aggregated, a table has one row for each key"),
            ):
                if key in given:
                    self._fault(f"{key!r} cannot stand beside 'aggregate'", cure, (key,), key=True)
        elif "as_of" in given and given.get("expect") in ("one_to_one", "one_to_many"):
            cure = "write many_to_one, or many_to_many where the last of several rows may be taken"
            self._fault(f"as_of finds one row, not {given['expect']}", cure, ("expect",))
