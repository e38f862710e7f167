"""Texts without white space around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnList, Done
from protokit.core.names import counted

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


_SPACES = " || ".join(f"chr({n})" for n in (9, 10, 11, 12, 13, 32, 160, 8239, 12288, 65279))


@STEPS.add
class Trim(ColumnList):
    """Takes white space off both ends of texts, of some columns or all."""

    name = "trim"
    about = "takes white space off both ends of texts, of all columns or some"
    example = "[city]"
    bare = True
    rank = 12

    def run(self, context: Context, rows: Rows) -> Done:
        """Trim the texts."""
        texts = [name for name, column in rows.columns.items() if column.family == "text"]
        names = self.columns or texts
        values, total = {}, 0
        for name in names:
            inner = context.needed(rows, name, "text", name)
            values[name] = f"trim({inner}, {_SPACES})"
            total += context.count(rows, f"{inner} <> {values[name]}")
        return Done(
            context.warehouse.changed(rows, values),
            f"{counted(total, 'cell')} of {counted(len(names), 'column')} trimmed",
        )
