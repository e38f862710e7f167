"""The options that several sources take: each declared once, with what reads it, its description and its JSON Schema.

A source takes one by a field: `encoding: Encoding = None`.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import refuse
from protokit.grammar.words import JsonSchema, Word

TEXT: JsonSchema = {"type": "string"}
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "iso-8859-1", "cp1250", "cp1251", "shift_jis", "gb18030")
_ESCAPES = {"unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape"}
_DECIMALS = (".", ",")
_THOUSANDS = (",", ".", " ", "'")


def text(key: str, hold: Callable[[str], None] = lambda _: None) -> Word:
    """An option that is a text; `hold` may refuse it."""

    def read(given: object) -> object:
        if not isinstance(given, str) or not given:
            raise refuse(Fault(f"{key} is a text, not {given!r}"))
        hold(given)
        return given

    return Word(read, TEXT)


def name_or_number(key: str) -> Word:
    """An option that names one of several, or counts it from 1."""

    def read(given: object) -> object:
        if isinstance(given, int) and not isinstance(given, bool):
            if given < 1:
                raise refuse(Fault(f"{key} is counted from 1, not {given!r}", "write 1 for the first"))
        elif not isinstance(given, str) or not given:
            raise refuse(Fault(f"{key} is a name or a number, not {given!r}"))
        return given

    return Word(read, {"anyOf": [TEXT, {"type": "integer", "minimum": 1}]})


def _mark(key: str, marks: tuple[str, ...]) -> Word:
    def read(given: object) -> object:
        if given not in marks:
            raise refuse(Fault(f"{key} is a mark, not {given!r}", one_of(map(repr, marks))))
        return given

    return Word(read, {"enum": list(marks)})


def _header(given: object) -> object:
    lines: list[object] | tuple[object, ...] = given if isinstance(given, (list, tuple)) else [given]
    if given == "none":
        return given
    for line in lines:
        if not isinstance(line, int) or isinstance(line, bool) or line < 1:
            cure = "write header: 3 for names in line 3, or header: none"
            raise refuse(Fault(f"header is a line, counted from 1, two of them, or none, not {line!r}", cure))
    if not isinstance(given, (list, tuple)):
        return given
    if len(given) != 2 or given[0] >= given[1]:
        raise refuse(Fault(f"the names stand in one line or two, one below the other, not {given!r}", "header: [1, 2]"))
    return tuple(given)


def _names(given: object) -> tuple[str, ...]:
    if not isinstance(given, (list, tuple)) or not given:
        raise refuse(Fault(f"names is a list, not {given!r}", "write names: [a, b]"))
    names = tuple(map(str, given))
    for i, name in enumerate(names):
        if not name.strip() or isinstance(given[i], bool):
            raise refuse(Fault(f"a name is a text, not {given[i]!r}", "put it in quotes", (i,)))
        if name in names[:i]:
            raise refuse(Fault(f"two columns are named {name!r}", "rename one", (i,)))
    return names


def _footer(given: object) -> object:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise refuse(Fault(f"footer is a number of rows, not {given!r}", "write footer: 1"))
    return given


def _missing(given: object) -> tuple[str, ...]:
    marks = given if isinstance(given, (list, tuple)) else [given]
    for mark in marks:
        if not isinstance(mark, (str, int, float)) or isinstance(mark, bool):
            raise refuse(Fault(f"a mark is a text, not {mark!r}", "put it in quotes as it stands in the file"))
    return tuple(map(str, marks))


def _hold_encoding(name: str) -> None:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        found = None
    # Python's own codecs for other ends than files
    others = {"idna", "punycode", "undefined", "mbcs", "oem"} | _ESCAPES
    if found is None or not found._is_text_encoding or found.name in others:
        raise refuse(Fault(f"unknown encoding {name!r}", did_you_mean(name, _ENCODINGS)))


Missing = Annotated[
    tuple[str, ...] | None,
    Word(_missing, {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}),
    Field(description="cells that mean: no value", examples=[["NA", "?"]]),
]
Encoding = Annotated[
    str | None,
    text("encoding", _hold_encoding),
    Field(description="encoding of the text; found by its marks, else UTF-8, when not given", examples=["cp1252"]),
]
Header = Annotated[
    int | str | tuple[int, ...] | None,
    Word(
        _header,
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"enum": ["none"]},
                {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2},
            ]
        },
    ),
    Field(
        description="the line of the names, from 1; two lines, joined to `a b`; or `none`; found when not given",
        examples=[3],
    ),
]
Names = Annotated[
    tuple[str, ...] | None,
    Word(_names, {"type": "array", "items": TEXT, "minItems": 1}),
    Field(description="the names of all columns, in place of those in the file", examples=[["day", "price"]]),
]
Footer = Annotated[
    int | None,
    Word(_footer, {"type": "integer", "minimum": 0}),
    Field(description="rows at the end that are none, such as a total; 0 when not given", examples=[1]),
]
Decimal = Annotated[
    str | None,
    _mark("decimal", _DECIMALS),
    Field(description="the decimal mark, '.' or ','; '.' when not given", examples=[","]),
]
Thousands = Annotated[
    str | None,
    _mark("thousands", _THOUSANDS),
    Field(description="the mark between thousands; none when not given", examples=["."]),
]
FileColumn = Annotated[
    str | None,
    text("file_column"),
    Field(description="a column to add: the file that each row came from", examples=["month"]),
]
DatabaseTable = Annotated[str | None, text("table"), Field(description="the table of the database", examples=["sales"])]
Query = Annotated[
    str | None,
    text("query"),
    Field(description="one SELECT, in place of `table`", examples=["select * from sales order by day"]),
]


def marks_conflict(written: Mapping[str, object]) -> Iterator[Fault]:
    """The fault of one mark for both decimals and thousands."""
    decimal, thousands = written.get("decimal") or ".", written.get("thousands")
    if decimal == thousands:
        cure = "write decimal: ',' too" if thousands == "." else "write another mark"
        yield Fault(f"{thousands!r} cannot mark both decimals and thousands", cure, ("thousands",))


def query_conflict(written: Mapping[str, object]) -> Iterator[Fault]:
    """The fault of a table beside a query."""
    if written.get("table") is not None and written.get("query") is not None:
        yield Fault("a table of the database, or a query: not both", "remove one", ("query",), "key")
