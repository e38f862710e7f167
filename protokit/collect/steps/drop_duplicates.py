"""Rows that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnList, Done, Step

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class DropDuplicates(ColumnList):
    """Keeps the first of rows that are alike in the named columns, or in all."""

    name = "drop_duplicates"
    about = "keeps the first of the rows that are alike, in all columns or in some"
    example = "[customer, date]"
    bare = True
    rank = 5

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """Nothing: it drops rows."""
        return None, wanted

    def run(self, context: Context, rows: Rows) -> Done:
        """Keep the first rows."""
        names = self.columns or tuple(rows.columns)
        key = ", ".join(context.inner(rows, name) for name in names)
        first = f"row_number() OVER (PARTITION BY {key} ORDER BY {', '.join(rows.order)}) = 1"
        select = f"SELECT * FROM {rows.table} QUALIFY {first}"
        found = context.warehouse.create(select, rows.order, rows.columns, drop=rows)
        detail = f"alike in {', '.join(self.columns) or 'all columns'}"
        return Done(found, detail, {"like an earlier row": rows.count - found.count})
