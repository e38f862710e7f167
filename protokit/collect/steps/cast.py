"""Columns of other types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.database.casts import cast_schema, read_cast, split
from protokit.collect.step import CASTS, STEPS, ColumnMapping, Done, Report
from protokit.grammar.words import JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Cast(ColumnMapping[object]):
    """Columns as other types. A cell that does not fit is an error."""

    name = "cast"
    about = f"columns of another type: {', '.join(CASTS)}"
    example = "{month: category}"
    rank = 6

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A type."""
        return cast_schema()

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """One of the types, a date with how it is read."""
        read_cast(value, report, (column,))

    def run(self, context: Context, rows: Rows) -> Done:
        """Cast the columns."""
        from protokit.collect.database.casting import cast, texts_of_digits

        found, decided = cast(context, rows, self.written)
        kinds = {name: split(kind)[0] for name, kind in self.written.items()}
        numbers = [n for n, kind in kinds.items() if kind == "number" and rows.columns[n].family == "text"]
        kinds |= dict.fromkeys(
            texts_of_digits(context, found, numbers), "number, kept as texts while cells are missing"
        )
        detail = ", ".join(f"{name} is a {kind}" for name, kind in kinds.items())
        return Done(found, detail, step=Cast(decided))
