"""Rows outside of bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, Bounds, Done, Step

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Outliers(Bounds):
    """Drops rows with numbers outside of bounds."""

    name = "outliers"
    about = "drops rows with a number outside of bounds; a missing cell is no outlier"
    example = "{distance: [0, 5000]}"
    rank = 8

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """Nothing: it drops rows."""
        return None, wanted

    def run(self, context: Context, rows: Rows) -> Done:
        """Drop the rows, each for the first bound that it breaks."""
        cases: list[str] = []
        reasons: list[str] = []
        for name, (low, high) in self.written.items():
            inner = context.needed(rows, name, "number", name)
            for sign, bound, word in (("<", low, "below"), (">", high, "above")):
                if bound is not None:
                    cases.append(f"WHEN {inner} {sign} {bound} THEN {len(reasons)}")
                    reasons.append(f"{name} {word} {bound}")
        case = f"CASE {' '.join(cases)} END"
        counts = dict(context.warehouse.run(f"SELECT {case} AS why, count(*) FROM {rows.table} GROUP BY why"))
        dropped = {reason: int(counts.get(i, 0)) for i, reason in enumerate(reasons)}
        left = rows.count - sum(dropped.values())
        return Done(context.where(rows, f"({case}) IS NULL", left), "a missing cell is no outlier", dropped)
