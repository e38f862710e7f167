"""Missing cells as a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import SCALAR, STEPS, ColumnMapping, Done, Report, Scalar, is_scalar
from protokit.core.names import counted
from protokit.grammar.words import JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


_FITTED = ("median", "mean", "mode", "average", "avg", "ffill", "bfill", "interpolate", "knn")


@STEPS.add
class Fill(ColumnMapping[Scalar]):
    """Fills missing cells with a constant."""

    name = "fill"
    about = "fills missing cells with a constant"
    example = "{city: unknown}"
    rank = 9

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A value of a cell."""
        return SCALAR

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """A constant; what would be computed from all rows is refused."""
        if isinstance(value, str) and value.lower() in _FITTED:
            cure = "leave the cells missing: the scaler fills them, from training rows only; or write a constant"
            report(f"fill: {value} would be fitted on test rows", cure, (column,))
        elif not is_scalar(value):
            report(f"a cell is filled with a constant, not {value!r}", "write a number or a text", (column,))

    def run(self, context: Context, rows: Rows) -> Done:
        """Fill the cells."""
        values, counts = {}, []
        for name, constant in self.written.items():
            inner = context.inner(rows, name, name)
            sql = context.constant(rows, name, constant, name)
            missing = context.count(rows, f"{inner} IS NULL")
            counts.append(f"{name}: {counted(missing, 'cell')} filled with {constant!r}")
            values[name] = f"coalesce({inner}, {sql})"
        return Done(context.warehouse.changed(rows, values), "; ".join(counts))
