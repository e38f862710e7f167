"""From the bytes of a request to rows that the model takes, or to what is wrong with them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Annotated, Any

import pandas as pd
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    StrictBool,
    StrictInt,
    ValidationError,
    create_model,
)
from pydantic import Field as Declared

from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.suggest import did_you_mean
from protokit.doors.serve.fields import Cells, Field

_MOST_FAULTS = 20
_LONGEST = 100_000  # letters of a text


class Fault(Exception):
    """What is wrong with a request: the `status` of HTTP, and for each place the rule (`errors`)."""

    def __init__(self, status: int, errors: Sequence[dict[str, str]]) -> None:
        super().__init__(status, errors)
        self.status, self.errors = status, tuple(errors)

    @classmethod
    def one(cls, status: int, rule: str, place: str = "body") -> Fault:
        """A single one."""
        return cls(status, [{"place": place, "rule": rule}])


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")
    if isinstance(value, str):  # in the column's own notation it may be another one
        raise ValueError("a valid number, which has no quotes around it")
    return value


def _level(value: object) -> object:
    if isinstance(value, float) and not isinstance(value, bool) and math.isfinite(value) and value.is_integer():
        return str(int(value))  # codes are texts, as a file has them
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


_TEXT = Annotated[str, Declared(max_length=_LONGEST, strict=True)]
_TYPES: dict[str, Any] = {
    "number": Annotated[float, BeforeValidator(_number, json_schema_input_type=float), Declared(allow_inf_nan=False)],
    "choice": Annotated[_TEXT | StrictBool, BeforeValidator(_level, json_schema_input_type=str | int | bool)],
    "boolean": StrictBool | _TEXT | StrictInt,
    "text": _TEXT | StrictBool | Annotated[float, Declared(allow_inf_nan=False)],
    "any": JsonValue,
}  # fmt: skip


class Rows:
    """How the rows of one model are read.

    `one` is the type of a row, and `many` that of several, for the schema of the API.
    """

    def __init__(self, fields: Sequence[Field], most: int) -> None:
        self.fields, self.most = tuple(fields), most
        declared: dict[str, Any] = {}
        for i, field in enumerate(fields):
            more: dict[str, Any] = {"description": field.about}
            if field.example is not None:
                more["examples"] = [field.example]
            extra: dict[str, JsonValue] = {"x-kind": field.kind}
            if field.levels:
                extra["x-levels"] = list(field.levels[:1000])
            if field.values:
                extra |= {"x-minimum": field.values[0], "x-maximum": field.values[-1]}
            declared[f"column_{i}"] = (
                _TYPES[field.type] | None,
                Declared(alias=field.name, title=field.name, json_schema_extra=extra, **more),
            )
        config = ConfigDict(extra="allow", title="Row")
        self.one: type[BaseModel] = create_model("Row", __config__=config, **declared)
        self.many: type[BaseModel] = create_model(
            "Rows",
            __config__=ConfigDict(extra="allow"),
            rows=(list[self.one], Declared(min_length=1, max_length=most)),  # type: ignore[name-defined]
        )

    def row(self, body: bytes) -> tuple[list[dict[str, object]], list[str]]:
        """A single row, and what is said of it.

        Raises:
            Fault: with all that is wrong.
        """
        read = self._read(self.one, body)
        return [self._plain(read)], self._said([read])

    def rows(self, body: bytes) -> tuple[list[dict[str, object]], list[str]]:
        """Several rows, of {"rows": [...]}.

        Raises:
            Fault: with all that is wrong.
        """
        given = self._read(self.many, body)
        read: list[BaseModel] = given.rows  # type: ignore[attr-defined]
        others = list(given.model_extra or ())[:_MOST_FAULTS]
        beside = [f"{_short(name)!r} beside 'rows' was left out" for name in others]
        return [self._plain(one) for one in read], [*beside, *self._said(read)]

    def table(self, body: bytes) -> pd.DataFrame:
        """A table of comma- or semicolon-separated text in UTF-8, its cells as they are written.

        Raises:
            Fault: it is none, has too many rows, or lacks columns.
        """
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Fault.one(422, f"the text is not UTF-8: byte {error.start + 1}") from None
        head = text[:10_000].partition("\n")[0]
        mark = max(",;\t", key=head.count)
        found = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        try:
            header = next(found, [])
            names = [name.strip() for name in header]
            if twice := [name for name in names if names.count(name) > 1]:
                raise Fault.one(422, f"two columns are called {_short(twice[0])}", "line 1")
            if missing := [field.name for field in self.fields if field.name not in names]:
                self._missing(missing, names)
            rows: list[list[str]] = []
            for row in found:
                if not row:
                    continue
                if len(row) != len(names):
                    rule = f"{counted(len(row), 'cell')}, and the first line has {len(names)}"
                    raise Fault.one(422, rule, f"line {found.line_num}")
                if len(rows) == self.most:
                    raise Fault.one(413, f"at most {self.most:,} rows are taken at once")
                rows.append(row)
        except csv.Error as error:
            rule = "a quote that is opened is not closed" if "end of data" in str(error) else str(error)
            raise Fault.one(422, rule, f"line {found.line_num}") from None
        if not rows:
            raise Fault.one(422, "there is no row below the first line, which names the columns")
        return pd.DataFrame(rows, columns=names, dtype=object).replace("", None)

    def cells(self, rows: Sequence[dict[str, object]]) -> Cells:
        """Rows by column."""
        return {field.name: [row[field.name] for row in rows] for field in self.fields}

    def _read(self, kind: type[BaseModel], body: bytes) -> BaseModel:
        try:
            found = kind.model_validate_json(body)
        except ValidationError as error:
            raise self._fault(error) from None
        json.loads(body, object_pairs_hook=_once, parse_int=str, parse_float=str)  # of two the last would count
        return found

    def _fault(self, error: ValidationError) -> Fault:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        if len(found) == 1 and found[0]["type"] == "too_long":
            return Fault.one(413, f"at most {self.most:,} rows are taken at once", "rows")
        errors: list[dict[str, str]] = []
        for one in found[:_MOST_FAULTS]:
            rule = "the column is missing: null stands for a missing cell" if one["type"] == "missing" else one["msg"]
            place = ".".join(_short(str(part)) for part in one["loc"] if not str(part).startswith("function-"))
            said = {"place": place or "body", "rule": rule.removeprefix("Value error, ")}
            if said not in errors:
                errors.append(said)
        if len(found) > _MOST_FAULTS:
            errors.append({"place": "body", "rule": f"and {len(found) - _MOST_FAULTS:,} more"})
        return Fault(422, errors)

    def _missing(self, missing: Sequence[str], names: Sequence[str]) -> None:
        errors = []
        for name in missing[:_MOST_FAULTS]:
            cure = did_you_mean(name, names)
            rule = f"the column {_short(name)!r} is missing" + (f": {cure}" if cure else "")
            errors.append({"place": "line 1", "rule": rule})
        raise Fault(422, errors)

    def _plain(self, row: BaseModel) -> dict[str, object]:
        return {field.name: getattr(row, f"column_{i}") for i, field in enumerate(self.fields)}

    def _said(self, rows: Sequence[BaseModel]) -> list[str]:
        """Which keys are no column: each is named once."""
        extra = dict.fromkeys(name for row in rows for name in row.model_extra or ())
        return [f"{_short(name)!r} is no column of the model, and was left out" for name in list(extra)[:_MOST_FAULTS]]


def of_error(error: DataError) -> Fault:
    """What is wrong with cells, as the model says it."""
    return Fault.one(422, error.rule, error.place or "rows")


def _once(pairs: list[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Fault.one(422, f"{_short(twice)!r} stands twice in one object")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
