"""Texts of an expression that are held against columns of dates."""

from __future__ import annotations

from collections.abc import Callable, Container

from sqlglot import exp
from sqlglot.expressions import Expr

from protokit.grammar.sql_functions import Refused

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.NullSafeEQ, exp.NullSafeNEQ)


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


def cast_to_dates(root: Expr) -> tuple[str, ...]:
    """The columns that an expression casts to dates itself."""
    found: dict[str, None] = {}
    for node in root.walk():
        if isinstance(node, (exp.Cast, exp.TryCast)) and node.to.sql().upper() in ("DATE", "TIMESTAMP"):
            this = node.this.unnest()
            if isinstance(this, exp.Column):
                found[this.name] = None
    return tuple(found)
