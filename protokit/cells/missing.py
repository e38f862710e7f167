"""Marks of missing cells: texts such as NA, and numbers such as -999 in whatever notation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

from protokit.cells.numbers import EXACT, plain_number

USUAL = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A", "?")
USUAL_WORDS = frozenset(USUAL) - {""}  # all but the empty cell
LEVELS = frozenset({"None"})  # a word for "none of these", too: a column that is named a code keeps it


@dataclass(frozen=True)
class Marks:
    """The texts of missing cells. One that is a number stands for it in every notation: -999 for -999.00, -9.99e2.

    `usual` where nothing was said: then a column of codes keeps the words that may be one of its levels.
    """

    texts: frozenset[str]
    usual: bool = False
    numbers: frozenset[float] = field(init=False)

    def __post_init__(self) -> None:
        found = (plain_number(text) for text in self.texts)
        object.__setattr__(self, "numbers", frozenset(number for number in found if number is not None))

    @classmethod
    def of(cls, missing: Sequence[str] | None) -> Marks:
        """The marks that a recipe lists, else the usual ones. An empty cell is always missing."""
        return cls(frozenset(USUAL), usual=True) if missing is None else cls(frozenset(("", *missing)))

    def meet(self, texts: Iterable[str]) -> np.ndarray:
        """Which texts are a mark. Shapes: (texts,) bool."""
        listed = list(texts)
        found = np.fromiter(map(self.texts.__contains__, listed), bool, len(listed))
        if self.numbers:
            for i, text in enumerate(listed):
                found[i] = found[i] or (plain_number(text) in self.numbers)
        return found

    def without(self, column: pd.Series) -> pd.Series:
        """A column that has its type, with the cells that are marks missing; the same one where there are none."""
        kind = column.dtype.kind
        if kind in "iuf":
            wanted = [number for number in self.numbers if kind == "f" or number.is_integer()]
            is_mark = column.isin(wanted)
            if not is_mark.any():
                return column
            # the missing cells ask for floats, which would lose the digits of large whole numbers
            if kind != "f" and int(column.abs().max()) > EXACT:
                return column.astype(str).astype(object).where(~is_mark, None)
            return column.mask(is_mark)
        if kind != "O" and not isinstance(column.dtype, pd.StringDtype):
            return column
        met: np.ndarray = np.zeros(len(column), bool)
        for i, cell in enumerate(column):
            if isinstance(cell, str):
                met[i] = cell.strip() in self.texts or bool(self.numbers and plain_number(cell) in self.numbers)
            elif self.numbers and isinstance(cell, (int, float, Decimal, np.number)) and not isinstance(cell, bool):
                met[i] = cell in self.numbers
        return column if not met.any() else column.astype(object).where(~met, None)


def blanked(frame: pd.DataFrame, missing: Sequence[str] | None) -> pd.DataFrame:
    """A frame whose columns have their types, with the cells missing that a recipe lists as marks; all, without any."""
    if missing is None:
        return frame
    marks = Marks.of(missing)
    columns = [marks.without(frame.iloc[:, i]) for i in range(frame.shape[1])]
    found = pd.concat(columns, axis=1)
    found.columns = frame.columns
    return found
