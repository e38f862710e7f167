"""Numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

FEWEST_FOR_AN_ID = 20
_NAME_OF_AN_ID = re.compile(r"(^|_|\b)(id|index|key)$|(?<=[a-z])(Id|ID)$")


@KINDS.add
@dataclass(frozen=True)
class Number(NumberColumn, Kind):
    """A number as it is; texts of `marks` mean a missing cell."""

    name = "number"
    about = "a number, scaled by its rank and size in the training rows"
    example = "number"
    rank = 1
    unreadable_cells_are_missing = True
    one_number = True
    inference_rank = 20

    marks: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return (1.5, 2, None, -3.25, 1e6)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Numbers by their type, or texts that all are; but whole ones that count the rows are an ID."""
        from protokit.represent.encoders.cells import are_numbers

        if cells.are_numbers:
            return _number(cells, cells.present)
        if not are_numbers(cells.different_texts).all():
            return None
        return _number(cells, cells.texts.astype("int64" if cells.texts.str.isdigit().all() else float))

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Number:
        """Nothing is learned."""
        return cls(str(cells.name), context.missing)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        from protokit.represent.encoders.cells import to_numbers, without

        return to_numbers(without(cells, self.marks))[:, None]


def _number(cells: Cells, present: pd.Series) -> Guess:
    if present.dtype.kind in "iu" and cells.different == len(present) >= FEWEST_FOR_AN_ID:
        spread = int(present.max()) - int(present.min()) + 1
        if spread <= 2 * len(present) or _NAME_OF_AN_ID.search(cells.name):
            cure = f"columns: {{{cells.name}: number}}"
            if option := _like_times(present):
                cure += f", or, as times, columns: {{{cells.name}: {option}}}"
            return Guess(None, "a different whole number in every row, like an ID", cure)
    if option := _like_times(present):
        note = f"is read as numbers, though such as {present.iloc[0]:.0f} may be times"
        return Guess("number", note=note, cure=f"columns: {{{cells.name}: {option}}}")
    return Guess("number")


def _like_times(present: pd.Series) -> str:
    """What a column of whole numbers would be if it were one of times: days such as 20241231, or seconds since 1970.

    Numbers of 1990 to 2100 alone look like it.
    """
    low, high = present.min(), present.max()
    if not (high > low and (present.dtype.kind in "iu" or (present == present.round()).all())):
        return ""
    if low >= 19_900_101 and high <= 21_001_231:
        from protokit.cells.times.columns import survey

        return "" if survey(present).unread else "date"
    for unit, size in (("seconds", 1), ("milliseconds", 1000)):
        if 631_152_000 * size <= low and high <= 4_102_444_800 * size:
            return f"{{date: {{epoch: {unit}}}}}"
    return ""
