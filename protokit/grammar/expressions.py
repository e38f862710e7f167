"""Expressions of a recipe: what a filter, a derived column or an aggregate says.

sqlglot reads the text into a tree, every node of which must be on a list, and writes SQL from it. So the text itself
never reaches the database.

    or > and > not > is > comparison > in, between, like > || > + - > * / // % > ** > sign > :: > a value
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from protokit.grammar.sql_functions import AGGREGATES, DEEPEST, Refused, is_aggregate

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

__all__ = ["Column", "Expression", "Refused", "parse", "quote"]

_LONGEST = 10_000
# Python's frames that sqlglot needs at the deepest: some 20 for each parenthesis, 3 for each operator of a chain
_FRAMES = 25_000
# every kind of node that an expression may have, and what such a one may hold
_BINARY = "or and eq neq lt lte gt gte is nullsafeeq nullsafeneq like ilike dpipe add sub mul div intdiv mod pow"
_NODES = {
    **dict.fromkeys(_BINARY.split(), "this expression"),
    **dict.fromkeys(("paren", "not", "neg", "column", "where"), "this"),
    **dict.fromkeys(("cast", "trycast"), "this to"),
    **dict.fromkeys(("identifier", "literal", "boolean", "null", "datatype", "star", "var"), ""),
    **dict.fromkeys(("extract", "filter"), "this expression"),
    "interval": "unit this",
    "between": "this low high",
    "in": "this expressions",
    "anonymous": "expressions",
    "distinct": "expressions",
    "case": "this ifs default",
    "if": "this true",
}
_NO_PART = ("paren", "where", "if", "distinct")  # these are one part with what is around them


@dataclass(frozen=True)
class Column:
    """A column by its name, and where in the text it stands."""

    name: str
    at: int = 0


@dataclass(frozen=True)
class Expression:
    """An expression that was found good: its text, its columns and its tree."""

    text: str
    columns: tuple[Column, ...]
    _root: Expr = field(repr=False, compare=False)

    def sql(self, names: Mapping[str, str]) -> str:
        """DuckDB's SQL, with the columns under inner names."""
        from protokit.grammar.sql_dialect import written

        with _deep():
            return written(self._root, names)

    def held_against_numbers(self) -> tuple[tuple[str, str], ...]:
        """The columns that it says are, or are not, some number, each with that number as it is written."""
        from sqlglot import exp

        found: list[tuple[str, str]] = []
        with _deep():
            for node in self._root.find_all(exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In):
                sides = [node.this, *(node.expressions if isinstance(node, exp.In) else [node.expression])]
                names = [side.name for side in sides if isinstance(side, exp.Column)]
                numbers = [side.sql() for side in sides if _is_number(side)]
                found += [(name, number) for name in names for number in numbers[:1]]
        return tuple(found)

    def cast_to_dates(self) -> tuple[Expression, ...]:
        """The parts that it casts to dates or times itself."""
        from protokit.grammar.sql_dates import cast_to_dates

        with _deep():
            return tuple(map(_part, cast_to_dates(self._root)))

    def comparisons(self) -> tuple[tuple[str, tuple[str, ...], tuple[Expression, ...]], ...]:
        """Of each comparison with columns: how it compares (equal, from, order), its texts, and its other parts."""
        from protokit.grammar.sql_dates import comparisons

        with _deep():
            return tuple((one.how, one.texts, tuple(map(_part, one.parts))) for one in comparisons(self._root))

    def dated(self, dates: Container[str], read: Callable[[str], str | None]) -> Expression:
        """The same, with texts that are held against columns of `dates` as times; `read` gives such a text as ISO.

        Raises:
            Refused: a text is no time.
        """
        from protokit.grammar.sql_dates import with_moments

        with _deep():
            return replace(self, _root=with_moments(self._root, dates, read))

    def with_texts(self, function: str, family: Callable[[Expression], str]) -> Expression:
        """The same, with a function of the database around all that becomes a text; `family` says what a part is."""
        from protokit.grammar.sql_texts import with_texts

        with _deep():
            return replace(self, _root=with_texts(self._root, function, lambda part: family(_part(part))))


def _is_number(node: Expr) -> bool:
    from sqlglot import exp

    inner = node.this if isinstance(node, (exp.Neg, exp.Paren)) else node
    return isinstance(inner, exp.Literal) and not inner.is_string


def _part(root: Expr) -> Expression:
    """A part of a tree that was found good."""
    names = dict.fromkeys(node.name for node in root.walk() if node.key == "column")
    return Expression(root.name if root.key == "column" else "", tuple(map(Column, names)), root)


def quote(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def parse(value: object, *, aggregate: bool = False) -> Expression:
    """Read an expression; with `aggregate` one over the rows of a group, such as `sum(price)`.

    Raises:
        Refused: it is not one, or it says what an expression of a recipe cannot.
    """
    if not isinstance(value, str) or not value.strip():
        raise Refused(f"an expression is a text, not {value!r}", 'write "distance > 100"')
    return _parse(value, aggregate)


@lru_cache(maxsize=512)
def _parse(text: str, aggregate: bool) -> Expression:
    if len(text) > _LONGEST:
        raise Refused(f"an expression of {len(text):,} characters", f"at most {_LONGEST:,}: derive it in steps")
    from protokit.grammar.sql_dialect import read

    with _deep():
        root = read(text, aggregate=aggregate)
    return Expression(text, tuple(sorted(_held(text, root, aggregate), key=lambda column: column.at)), root)


@contextmanager
def _deep() -> Iterator[None]:
    """Room for sqlglot's recursion, which is of Python's frames only: length and nesting are held before."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + _FRAMES)
    try:
        yield
    except RecursionError:
        raise Refused("parts within parts, too deep to read", "derive it in steps") from None
    finally:
        sys.setrecursionlimit(limit)


def _misplaced(node: Expr) -> str:
    """What is wrong where a part of an aggregate is no such one."""
    call = node.this if node.key == "filter" else node.parent
    name = call.name.lower() if call is not None and call.key == "anonymous" else ""
    if node.key == "star" and (call is None or name != "count" or len(call.expressions) > 1):
        return "a value is missing"
    return "an operator is missing" if node.key in ("distinct", "filter") and name not in AGGREGATES else ""


def _held(text: str, root: Expr, aggregate: bool) -> list[Column]:
    """The columns of a tree, each once, all parts of which are on the list; found without recursion.

    Raises:
        Refused: a part is not on the list, is too deep, or is in an aggregate or out of one where it cannot be.
    """
    from protokit.grammar.sql_dialect import chained

    columns: dict[str, Column] = {}
    outside: list[Column] = []
    grouped = False
    waiting = [(root, 1, "")]  # with the depth, and the aggregate that it is in
    while waiting:
        node, depth, within = waiting.pop()
        inner = list(node.iter_expressions())
        odd = [one for one in inner if one.arg_key not in _NODES.get(node.key, "").split()]
        if rule := _misplaced(node) or ("an operator is missing" if odd or node.key not in _NODES else ""):
            places = [int(one.meta["start"]) for one in (*odd, node)[0].walk() if "start" in one.meta]
            at = min(places, default=0)
            raise Refused(f"{rule}, at {text[at : at + 20]!r}", None, at)
        if depth > DEEPEST:
            raise Refused(f"parts within parts, more than {DEEPEST} deep", "derive it in steps")
        if node.key == "column":
            column = Column(node.name, int(node.this.meta["start"]))
            columns[column.name] = min(columns.get(column.name, column), column, key=lambda one: one.at)
            outside += [] if within else [column]
            continue
        if node.key == "anonymous" and is_aggregate(node.name, 0, allowed=aggregate):
            if within:
                raise Refused(
                    f"an aggregate within {within}(...)", "take one aggregate of the columns", int(node.meta["start"])
                )
            within, grouped = node.name.lower(), True
        for one in reversed(inner):
            same = node.key in _NO_PART or one.key in _NO_PART or chained(one)
            of = str(node.this.name).lower() if one.key == "where" else within
            waiting.append((one, depth + (not same), of))
    if aggregate and not grouped:
        raise Refused("this says nothing of several rows", 'write an aggregate, such as "sum(price)" or "count(*)"')
    if aggregate and outside:
        name, at = outside[0].name, outside[0].at
        raise Refused(f"{name!r} has many values in a group", f"write max({name}), or another aggregate", at)
    return list(columns.values())
