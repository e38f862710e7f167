"""Rows drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np


@SPLITS.add
class Random(SplitWay):
    """Each row is as likely as any other to be a test row."""

    name = "random"
    about = "rows are drawn at random (the default for numbers)"
    example = "random"
    rank = 1
    any_row_anywhere = True
    deals = True

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """See SplitWay."""
        from sklearn.model_selection import train_test_split

        stay, taken = train_test_split(rows, test_size=share, random_state=seed)
        return stay, taken

    @classmethod
    def folds(cls, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See SplitWay."""
        from protokit.represent.folds import deal

        yield from deal(len(table.frame), count, None, None, None, seed)
