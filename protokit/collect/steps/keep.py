"""Columns that stay."""

from __future__ import annotations

from protokit.collect.column_selection import ColumnSelection
from protokit.collect.step import STEPS


@STEPS.add
class Keep(ColumnSelection):
    """Takes all other columns out."""

    name = "keep"
    about = "takes all other columns out"
    example = "[height, weight]"
    rank = 4

    def stays(self, name: str) -> bool:
        """Whether it is one of those named."""
        return name in self.columns
