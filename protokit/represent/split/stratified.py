"""Rows drawn so that each part has its share of every class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np


@SPLITS.add
class Stratified(SplitWay):
    """Every part has about the same share of each class; a class of too few rows is kept for training."""

    name = "stratified"
    about = "each part has its share of every class (the default for classes)"
    example = "stratified"
    rank = 2
    any_row_anywhere = True
    deals = True

    @classmethod
    def check(cls, table: SplitTable) -> None:
        """Only classes can be shared out."""
        if table.classes is None:
            raise DataError("rows are stratified by classes, and the target is a number", cure="write by: random")

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """See SplitWay."""
        import numpy as np
        from sklearn.model_selection import train_test_split

        # a class of so few rows that not every part can have one is kept for training
        labels = table.strata[rows]
        _, positions, counts = np.unique(labels, return_inverse=True, return_counts=True)
        rare = counts[positions] < max(2, round(1 / share) // 2)
        kept, dealt, strata = rows[rare], rows[~rare], labels[~rare]
        taken_rows = max(1, round(len(dealt) * share))
        if len(dealt) == 0:
            raise DataError("every class has too few rows to split", cure="bring more rows, or write by: random")
        left = len(np.unique(strata))
        if taken_rows < left or len(dealt) - taken_rows < left:
            stay, taken = train_test_split(dealt, test_size=taken_rows, random_state=seed)
        else:
            stay, taken = train_test_split(dealt, test_size=taken_rows, random_state=seed, stratify=strata)
        return np.concatenate([stay, kept]), taken

    @classmethod
    def folds(cls, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """See SplitWay."""
        from protokit.represent.folds import deal

        yield from deal(len(table.frame), count, table.strata, None, None, seed)
