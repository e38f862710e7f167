"""Columns of other types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import CASTS, STEPS, ColumnMapping, Done, Report
from protokit.core.suggest import did_you_mean
from protokit.grammar.words import JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Cast(ColumnMapping[str]):
    """Columns as other types. A cell that does not fit is an error."""

    name = "cast"
    about = f"columns of another type: {', '.join(CASTS)}"
    example = "{month: category}"
    rank = 6

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A type."""
        return {"enum": list(CASTS)}

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """One of the types."""
        if value not in CASTS:
            report(f"unknown type {value!r}", did_you_mean(str(value), CASTS), (column,))

    def run(self, context: Context, rows: Rows) -> Done:
        """Cast the columns."""
        from protokit.collect.database.casting import cast

        detail = ", ".join(f"{name} is a {kind}" for name, kind in self.written.items())
        return Done(cast(context, rows, self.written), detail)
