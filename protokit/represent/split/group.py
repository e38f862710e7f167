"""Rows of a group stay together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np


@SPLITS.add
class Group(SplitWay):
    """All rows with the same value are in one part."""

    name = "group"
    about = "rows with the same value of a column stay together"
    example = "{group: customer}"
    rank = 3
    by_column = True
    deals = True

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """See SplitWay."""
        import numpy as np
        from sklearn.model_selection import GroupShuffleSplit

        groups = table.groups[rows]
        if len(np.unique(groups)) < 2:
            raise DataError(f"the column {table.column!r} holds one group only", cure="split by another column")
        shuffle = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
        stay, taken = next(shuffle.split(rows, groups=groups))
        return rows[stay], rows[taken]

    @classmethod
    def folds(cls, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See SplitWay."""
        from protokit.represent.folds import deal

        yield from deal(len(table.frame), count, None, table.groups, None, seed)

    @classmethod
    def blocks(cls, table: SplitTable) -> np.ndarray | None:
        """The number of each row's group."""
        import numpy as np

        numbers: np.ndarray = np.unique(table.groups, return_inverse=True)[1]
        return numbers
