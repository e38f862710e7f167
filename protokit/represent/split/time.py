"""The latest rows are the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np


@SPLITS.add
class Time(SplitWay):
    """The latest rows are the test, the latest of the others for validation; rows of one time are not parted."""

    name = "time"
    about = "the latest rows are the test, by a column of times"
    example = "{time: date}"
    rank = 4
    by_column = True
    column_is_learned_from = True

    @classmethod
    def sample(cls, rows: int) -> list[object]:
        """See SplitWay."""
        return [f"2024-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(rows)]

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """See SplitWay; nothing is drawn."""
        import numpy as np

        here = _times(table)[rows]
        border = np.sort(here)[int(len(here) * (1 - share))]
        late = here >= border
        if late.all():
            raise DataError(f"too few different times in {table.column!r} to split by", cure="split by another column")
        return rows[~late], rows[late]

    @classmethod
    def folds(cls, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Each fold is later than all rows that stay for it; the earliest rows are never tested."""
        from protokit.represent.folds import deal

        yield from deal(len(table.frame), count, None, None, _times(table), seed)


def _times(table: SplitTable) -> np.ndarray:
    from protokit.cells.times.rules import Rule
    from protokit.represent.encoders.times import times

    return times(table.frame, str(table.column), table.dates or Rule())
