"""Numbers moved to bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, Bounds, Done
from protokit.core.names import counted

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Clip(Bounds):
    """Moves numbers to bounds."""

    name = "clip"
    about = "moves numbers to bounds; null leaves a side open"
    example = "{distance: [0, 5000]}"
    rank = 7

    def run(self, context: Context, rows: Rows) -> Done:
        """Move the numbers."""
        values, counts = {}, []
        for name, (low, high) in self.written.items():
            inner = context.needed(rows, name, "number", name)
            bounds = [
                (f"{inner} {sign} {bound}", bound) for sign, bound in (("<", low), (">", high)) if bound is not None
            ]
            cases = " ".join(f"WHEN {condition} THEN {bound}" for condition, bound in bounds)
            changed = " OR ".join(condition for condition, _ in bounds)
            counts.append(f"{name}: {counted(context.count(rows, changed), 'cell')} moved to the bounds")
            values[name] = f"CASE {cases} ELSE {inner} END"
        return Done(context.warehouse.changed(rows, values), "; ".join(counts))
