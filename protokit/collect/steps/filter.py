"""Rows by an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, Done, Report, Step, columns_in, read_expression, report_missing_in
from protokit.grammar.words import TEXT, JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Filter(Step[str]):
    """Keeps the rows for which an expression is true."""

    name = "filter"
    about = "keeps the rows for which an expression is true; false and not known (null) are counted apart"
    example = '"arr_delay is not null"'
    rank = 1

    @classmethod
    def read(cls, given: object, report: Report) -> str:
        """The text of the expression."""
        read_expression(given, report)
        return str(given)

    @classmethod
    def schema(cls) -> JsonSchema:
        """A text."""
        return TEXT

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """The same; those in the expression have to be there."""
        report_missing_in(self.written, names, report)
        return names

    def mentioned(self) -> frozenset[str] | None:
        """The columns in the expression."""
        return frozenset(columns_in(self.written))

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """Nothing: it drops rows."""
        return None, wanted

    def run(self, context: Context, rows: Rows) -> Done:
        """Keep the rows."""
        sql = context.sql(rows, self.written)
        with context.running(rows):
            kind = context.warehouse.one(f"DESCRIBE SELECT {sql} FROM {rows.table}")[1]
            if kind != "BOOLEAN":
                rule = f"a filter is true or false for a row, and this is a {str(kind).lower()}"
                raise context.fault(rule, f'compare it: "{self.written} > 0"')
            said = f"(SELECT {sql} AS x FROM {rows.table})"
            false, unknown = context.warehouse.one(f"SELECT count_if(NOT x), count_if(x IS NULL) FROM {said}")
            found = context.where(rows, sql, rows.count - int(false or 0) - int(unknown or 0))
        return Done(found, self.written, {"false": false, "not known": unknown})
