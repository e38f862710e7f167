"""What a way to split is: which rows are for the test, for validation, and for each fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from protokit.core.errors import DataError
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.cells.times.rules import Rule


@dataclass(frozen=True)
class SplitTable:
    """The rows to split: a table, the column that a way goes by (if it does), and the classes that are predicted.

    `classes` are None where the target is a number, or where there are several. `dates` says how dates in the column
    are read, where the recipe asks for it.
    """

    frame: pd.DataFrame
    column: str | None = None
    classes: pd.Series | None = None
    dates: Rule | None = None

    @property
    def cells(self) -> pd.Series:
        """The column that the way goes by.

        Raises:
            DataError: there is no such column.
        """
        if self.column is None or self.column not in self.frame.columns:
            cure = did_you_mean(str(self.column), list(self.frame.columns))
            raise DataError(f"no column {self.column!r} to split by", cure=cure)
        return self.frame[self.column]

    @property
    def keys(self) -> np.ndarray:
        """The column as texts, "" where a cell is missing. Shapes: (rows,)."""
        from protokit.represent.encoders.distinct import distinct

        one = distinct(self.cells)
        return one.spread(one.texts, missing="")

    @property
    def groups(self) -> np.ndarray:
        """The place of each of the `keys` in the order of the alphabet. Shapes: (rows,) int64."""
        from protokit.represent.encoders.distinct import places

        return places(self.cells, missing="")

    @property
    def strata(self) -> np.ndarray:
        """The place of each row's class in the order of the alphabet. Shapes: (rows,) int64."""
        assert self.classes is not None, "the way has checked it"
        from protokit.represent.encoders.distinct import places

        return places(self.classes, missing="None")


class SplitWay:
    """A way to split rows; the class is never made. Positions are those of rows in the table, from 0.

    >>> from protokit import plugins
    >>> @plugins.split
    ... class Halves(plugins.SplitWay):
    ...     name, about, example = "halves", "the last rows are the test", "halves"
    ...     @classmethod
    ...     def take(cls, table, rows, share, seed):
    ...         first = round(len(rows) * (1 - share))
    ...         return rows[:first], rows[first:]
    >>> protokit.check(recipe, set={"represent.split": {"by": "halves"}}).represent.split.by
    'halves'
    """

    name: ClassVar[str]
    about: ClassVar[str]  # one sentence, for `protokit list splits`
    example: ClassVar[str]  # what stands behind `by:`, such as `{group: customer}`
    rank: ClassVar[int] = 0  # the place in lists
    by_column: ClassVar[bool] = False  # written `{NAME: COLUMN}`, else as the bare name
    column_is_learned_from: ClassVar[bool] = False  # whether that column is still one to learn from
    any_row_anywhere: ClassVar[bool] = False  # whether a row may be moved, so that training rows have every class
    deals: ClassVar[bool] = False  # whether any rows of `take` are as good for validation as others
    draws_test: ClassVar[bool] = True  # whether test rows are drawn; else the table itself says them all
    has_folds: ClassVar[bool] = True  # whether `folds` can deal every row into the test once

    @classmethod
    def sample(cls, rows: int) -> list[object]:
        """The column of a table of so many rows, as it may be: what the contract test splits."""
        return [f"key {i * i % 19}" for i in range(rows)]

    @classmethod
    def check(cls, table: SplitTable) -> None:
        """Refuse what cannot be split so, before any row is dealt.

        Raises:
            DataError: why.
        """

    @classmethod
    def take(cls, table: SplitTable, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Take about a share of some rows away: what stays, and what was taken, each with a row at least.

        Shapes: rows (rows,) of positions, at least two.

        Raises:
            DataError: they cannot be split so.
        """
        raise NotImplementedError(f"{cls.__name__}.take")

    @classmethod
    def given(cls, table: SplitTable) -> np.ndarray | None:
        """The part of each row, where the table itself says it: train, validation or test. Shapes: (rows,)."""
        return None

    @classmethod
    def folds(cls, table: SplitTable, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The rows that stay and those that are tested, for each fold; no row is tested twice.

        Raises:
            DataError: there are too few rows.
        """
        raise NotImplementedError(f"{cls.__name__}.folds")

    @classmethod
    def blocks(cls, table: SplitTable) -> np.ndarray | None:
        """The number of each row's group, where rows of a group stay together: they are not independent."""
        return None


SPLITS: Registry[type[SplitWay]] = Registry("way to split", "protokit.represent.split", key="split", base=SplitWay)
