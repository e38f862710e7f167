"""Texts of an expression that are held against columns of dates."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.expressions import Expr

from protokit.grammar.sql_functions import AGGREGATES, Refused

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.NullSafeEQ, exp.NullSafeNEQ)
_EQUALITIES = (exp.EQ, exp.NEQ, exp.In, exp.NullSafeEQ, exp.NullSafeNEQ)


def with_moments(root: Expr, dates: Container[str], read: Callable[[str], str | None]) -> Expr:
    """A copy of a tree whose texts beside columns of dates are times; `read` gives such a text as ISO of UTC.

    Raises:
        Refused: a text is no time.
    """
    tree = exp.Paren(this=root.copy())
    for node in list(tree.walk()):
        if not isinstance(node, _COMPARISONS):
            continue
        parts = list(node.iter_expressions())
        if not any(isinstance(part, exp.Column) and part.name in dates for part in parts):
            continue
        for part in parts:
            if isinstance(part, exp.Literal) and part.is_string:
                if (found := read(part.name)) is None:
                    raise Refused(f"{part.name!r} is no date", "write 2024-12-31 or 2024-12-31 23:59:00")
                part.replace(exp.Cast(this=exp.Literal.string(found), to=exp.DataType.build("TIMESTAMP")))
    found_root: Expr = tree.this
    return found_root


def cast_to_dates(root: Expr) -> list[Expr]:
    """What an expression casts to dates or times itself: columns, or what is computed of them row by row."""
    found = []
    for node in root.walk():
        if isinstance(node, (exp.Cast, exp.TryCast)) and node.to.is_type(*exp.DataType.TEMPORAL_TYPES):
            found += _of_rows(node.this)
    return found


@dataclass(frozen=True)
class Compared:
    """A comparison: the texts in it, and what is computed of columns row by row.

    `how` is `equal`, `from` (at least, or less than: the start of a text is a bound too) or `order`.
    """

    how: str
    texts: tuple[str, ...]
    parts: tuple[Expr, ...]


def comparisons(root: Expr) -> list[Compared]:
    """The comparisons of an expression that columns are in."""
    found = []
    for node in root.walk():
        if not isinstance(node, _COMPARISONS):
            continue
        sides = [side.unnest() for side in node.iter_expressions()]
        texts = tuple(side.name for side in sides if isinstance(side, exp.Literal) and side.is_string)
        parts = tuple(part for side in sides for part in _of_rows(side))
        first_is_text = isinstance(sides[0], exp.Literal)
        bounds = (exp.LTE, exp.GT) if first_is_text else (exp.GTE, exp.LT)
        how = "equal" if isinstance(node, _EQUALITIES) else "from" if isinstance(node, bounds) else "order"
        if parts:
            found.append(Compared(how, texts, parts))
    return found


def _of_rows(node: Expr) -> list[Expr]:
    """A part that has columns, as something of each row: the columns themselves where it is one of several rows."""
    node = node.unnest()
    if not any(isinstance(one, exp.Column) for one in node.walk()):
        return []
    if any(isinstance(one, exp.Anonymous) and one.name.lower() in AGGREGATES for one in node.walk()):
        return [one for one in node.walk() if isinstance(one, exp.Column)]
    return [node]
