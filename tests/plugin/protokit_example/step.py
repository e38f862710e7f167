"""A step of cleaning: `round: {price: 2}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnMapping, Done, Report
from protokit.grammar.words import JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Round(ColumnMapping[int]):
    """Numbers with fewer digits after the point."""

    name = "round"
    about = "rounds numbers to some digits after the point"
    example = "{price: 2}"

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """The digits."""
        return {"type": "integer", "minimum": 0, "maximum": 15}

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """The digits, 0 to 15."""
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 15:
            report(f"digits are a whole number from 0 to 15, not {value!r}", f"write {column}: 2", (column,))

    def run(self, context: Context, rows: Rows) -> Done:
        """Round the columns."""
        values = {
            name: f"round({context.needed(rows, name, 'number', name)}, {digits})"
            for name, digits in self.written.items()
        }
        detail = ", ".join(f"{name} to {digits} digits" for name, digits in self.written.items())
        return Done(context.warehouse.changed(rows, values), detail)
