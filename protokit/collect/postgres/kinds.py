"""The kinds of values in PostgreSQL's words: what a value is, what several are together, how one becomes another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp
from sqlglot.expressions import Expr

from protokit.collect.database.place import Unsaid

NUMBERS = {"int", "decimal", "double"}
TIMES = {"date", "timestamp"}


class Said(NamedTuple):
    """SQL, the kind of its value, whether it is a text of ASCII only, and whether a double that is a whole number."""

    sql: str
    kind: str
    ascii: bool = False
    whole: bool = False


def converted(found: Said, kind: str, type_: str, tried: bool) -> tuple[Said, bool]:
    """A value as one of another type, and whether that may fail at a cell; `tried` where it may not.

    Raises:
        Unsaid: PostgreSQL does not cast as DuckDB does.
    """
    pair, plain = (found.kind, kind), f"CAST({found.sql} AS {type_})"
    wide = type_ in ("int8", "float8", "text", "boolean", "timestamp", "date")
    text = f'(CAST({found.sql} AS text) COLLATE "C")'
    if kind == "text" and pair[0] in ("text", "null"):
        return Said(text, "text", found.ascii), False
    if kind == "text" and pair[0] in ("int", "boolean", "date", "timestamp"):
        return Said(text, "text", True), False
    if kind == "text" and found.whole:
        return Said(f"(CAST(CAST({found.sql} AS int8) AS text) || '.0' COLLATE \"C\")", "text", True), False
    if (pair[0] == kind or pair[0] == "null") and (wide or not tried):
        return found._replace(sql=plain, kind=kind), not wide
    if pair == ("int", "double") or (pair == ("decimal", "double") and not tried):
        return Said(plain, "double", whole=pair[0] == "int"), False
    if pair == ("double", "int") and wide and (found.whole or not tried):
        return Said(plain, "int"), not found.whole
    if pair == ("boolean", "int"):
        return Said(f"CAST(CAST({found.sql} AS int4) AS {type_})", "int"), False
    if pair == ("int", "boolean"):
        return Said(f"({found.sql} <> 0)", "boolean"), False
    if pair in (("date", "timestamp"), ("timestamp", "date")):
        return Said(plain, kind), False
    raise Unsaid(f"a {found.kind} cast to a {kind}")


def fits(letter: str, value: Said, node: Expr) -> bool:
    """Whether an argument is what a letter of `FUNCTIONS` stands for."""
    kind = value.kind
    if letter == "s":
        return isinstance(node, exp.Literal) and node.is_string and bool(node.this)
    if letter == "p":
        return (
            isinstance(node, exp.Literal)
            and not node.is_string
            and str(node.this).isdecimal()
            and 0 < int(node.this) < 1 << 31
        )
    if letter == "a":
        return kind == "text" and value.ascii
    kinds = {"i": {"int"}, "d": {"int", "double"}, "n": {"int", "double"}, "t": {"text"}, "T": TIMES, "b": {"boolean"}}
    return kind in kinds.get(letter, {kind}) and kind not in ("null", "interval")


def unified(kinds: Sequence[str]) -> str:
    """The kind of what is one of several values.

    Raises:
        Unsaid: they are not of one kind.
    """
    found = {*kinds} - {"null"}
    if len(found) <= 1:
        return next(iter(found), "null")
    if found <= NUMBERS:
        return "double" if "double" in found else "decimal"
    if found <= TIMES:
        return "timestamp"
    raise Unsaid(f"{' and '.join(sorted(found))} beside each other")
