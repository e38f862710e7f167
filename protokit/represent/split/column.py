"""A column says which row is for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.represent.split.random import Random
from protokit.represent.split.stratified import Stratified
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay

if TYPE_CHECKING:
    import numpy as np

_NAMES = {"train": "train", "training": "train", "test": "test", "testing": "test"}
_NAMES |= {"validation": "validation", "valid": "validation", "val": "validation", "dev": "validation"}


@SPLITS.add
class Column(SplitWay):
    """Each cell says train, validation or test; where none says validation, its rows are drawn."""

    name = "column"
    about = "a column says train, validation or test for each row"
    example = "{column: part}"
    rank = 5
    by_column = True
    draws_test = False
    has_folds = False

    @classmethod
    def sample(cls, rows: int) -> list[object]:
        """See SplitWay."""
        return ["test" if i % 4 == 0 else "train" for i in range(rows)]

    @classmethod
    def given(cls, table: SplitTable) -> np.ndarray | None:
        """The part of each row."""
        import numpy as np

        found = []
        for value in table.cells:
            text = as_text(value).lower()
            if text not in _NAMES:
                raise DataError(
                    f"the split column {table.column!r} holds {as_text(value)!r}", cure="use train, validation and test"
                )
            found.append(_NAMES[text])
        if "test" not in found:
            raise DataError(f"the split column {table.column!r} names no test rows", cure="write test in some rows")
        return np.array(found, object)

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows for validation, where the column names none."""
        way = Random if table.classes is None else Stratified
        return way.take(table, rows, share, seed)
