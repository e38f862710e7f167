"""What a file holds, before the type of each column is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from protokit.collect.files.files import File
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice


@dataclass(frozen=True)
class Cells:
    """One sequence of cells for each name."""

    names: list[str]
    columns: Sequence[Any]  # lists, tuples or series
    notices: tuple[Notice, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.columns[0]) if self.columns else 0


def order(names: list[str], other: list[str], first: File, file: File) -> list[int]:
    """Where each column of the first file stands in another one.

    Raises:
        DataError: they have different columns.
    """
    missing = [name for name in names if name not in other]
    spare = [name for name in other if name not in names]
    if missing:
        raise file.error(f"lacks the column {missing[0]!r} of {first.name}", did_you_mean(missing[0], spare or other))
    if spare:
        raise file.error(f"has the column {spare[0]!r}, which {first.name} has not", "give all files the same columns")
    return [other.index(name) for name in names]
