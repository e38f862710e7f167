"""Columns that go."""

from __future__ import annotations

from protokit.collect.column_selection import ColumnSelection
from protokit.collect.step import STEPS


@STEPS.add
class Drop(ColumnSelection):
    """Takes columns out."""

    name = "drop"
    about = "takes columns out"
    example = "[remark]"
    rank = 3

    def stays(self, name: str) -> bool:
        """Whether it is none of those named."""
        return name not in self.columns
