"""A way to split: by the hash of a column."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np


@SPLITS.add
class Hash(SplitWay):
    """A row's part depends on its key alone: it stays in it when rows are added."""

    name = "hash"
    about = "rows whose hash of a column is below the share; a row keeps its part when others are added"
    example = "{hash: customer}"
    by_column = True

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """See SplitWay."""
        below = _hashes(table, seed)[rows] < share
        if below.all() or not below.any():
            raise DataError(f"too few different values in {table.column!r} to split by their hash")
        return rows[~below], rows[below]

    @classmethod
    def folds(cls, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See SplitWay."""
        import numpy as np

        fold = (_hashes(table, seed) * count).astype(int)
        for i in range(count):
            yield np.flatnonzero(fold != i), np.flatnonzero(fold == i)

    @classmethod
    def blocks(cls, table: SplitTable) -> np.ndarray:
        """Rows with the same value stay together."""
        import numpy as np

        numbers: np.ndarray = np.unique(table.keys, return_inverse=True)[1]
        return numbers


def _hashes(table: SplitTable, seed: int) -> np.ndarray:
    """A number from 0 to 1 for each row."""
    import numpy as np

    digests = [blake2b(f"{seed} {key}".encode(), digest_size=7).digest() for key in table.keys]
    return np.array([int.from_bytes(digest, "big") / 2**56 for digest in digests])
