"""Columns that go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnList, Done, Report, Step

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Drop(ColumnList):
    """Takes columns out."""

    name = "drop"
    about = "takes columns out"
    example = "[remark]"
    rank = 3

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """The others, of which there has to be one."""
        super().columns_after(names, report)
        left = [name for name in names if name not in self.columns]
        if not left:
            report("no column is left", "keep one")
        return left

    def mentioned(self) -> frozenset[str] | None:
        """None: it computes nothing."""
        return frozenset()

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """Nothing: what a model does not need may stay."""
        return None, wanted

    def run(self, context: Context, rows: Rows) -> Done:
        """Leave the cells where they are, without their names."""
        columns = {name: column for name, column in rows.columns.items() if name not in self.columns}
        return Done(rows.named(columns), ", ".join(self.columns))
