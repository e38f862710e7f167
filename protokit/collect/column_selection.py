"""Steps of cleaning that change which columns there are, and no cell."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from protokit.collect.step import ColumnList, Done, Report, Step

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


class ColumnSelection(ColumnList):
    """A step after which only some columns are there: `stays` says which."""

    @abstractmethod
    def stays(self, name: str) -> bool:
        """Whether a column stays."""

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """Those that stay, of which there has to be one."""
        super().columns_after(names, report)
        left = [name for name in names if self.stays(name)]
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
        """Leave the cells where they are, those of other columns without their names."""
        columns = {name: column for name, column in rows.columns.items() if self.stays(name)}
        return Done(rows.named(columns), ", ".join(self.columns))
