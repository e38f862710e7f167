"""Columns by expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import (
    STEPS,
    ColumnMapping,
    Done,
    Origins,
    Report,
    Step,
    columns_in,
    read_expression,
    report_missing_in,
)  # fmt: skip
from protokit.grammar.words import TEXT, JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Derive(ColumnMapping[str]):
    """Computes columns, in order, each by an expression over the row."""

    name = "derive"
    about = "a new column by an expression, or new values for one"
    example = '{late: "arr_delay > 15"}'
    rank = 2

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A text."""
        return TEXT

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """An expression."""
        read_expression(value, report, (column,))

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """The new ones at the end; an expression may use those derived before it."""
        for name, text in self.written.items():
            report_missing_in(text, names, report, (name,))
            if name not in names:
                names = [*names, name]
        return names

    def mentioned(self) -> frozenset[str] | None:
        """The columns in the expressions."""
        return frozenset(columns_in(*self.written.values()))

    def origins_after(self, origins: Origins) -> Origins:
        """Those in each expression, and what they come from."""
        found = dict(origins)
        for name, text in self.written.items():
            own = frozenset(columns_in(text)) - {name}
            found[name] = own.union(*(found.get(column, frozenset()) for column in own))
        return found

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """The wanted columns, and those that they are computed from."""
        needed, own = set(wanted), list[tuple[str, str]]()
        for name, text in reversed(tuple(self.written.items())):
            if name in needed:
                needed.remove(name)
                needed.update(columns_in(text))
                own.append((name, text))
        return (Derive(dict(reversed(own))) if own else None), frozenset(needed)

    def run(self, context: Context, rows: Rows) -> Done:
        """Compute the columns."""
        for name, text in self.written.items():
            sql = context.sql(rows, text, name)
            with context.running(rows, name):
                rows = context.warehouse.changed(rows, {name: sql})
        return Done(rows, "; ".join(f"{name} = {text}" for name, text in self.written.items()))
