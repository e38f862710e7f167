"""Numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.grammar.readings import DECIMALS, THOUSANDS
from protokit.grammar.words import Section, choice
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

FEWEST_FOR_AN_ID = 20
MOST_KNOTS = 1024
SCALES = ("none",)
_INDEX_OF_PANDAS = re.compile(r"__index_level_\d+__")
_NAME_OF_AN_ID = re.compile(r"(^|_|\b)(id|index|key)$|(?<=[a-z])(Id|ID)$")


class NumberOptions(Section):
    """How the numbers of a column of texts are written, where that is not to be found by its cells; and its knots."""

    decimal: Annotated[str | None, choice("decimal", DECIMALS, null=True)] = Field(
        None, description="the decimal mark; found by the cells when not given", examples=[","]
    )
    thousands: Annotated[str | None, choice("thousands", THOUSANDS, null=True)] = Field(
        None, description="the mark between thousands; found by the cells when not given", examples=["."]
    )
    knots: int | None = Field(
        None,
        ge=0,
        le=MOST_KNOTS,
        description="numbers of the training rows at which what the network makes of a number may bend; 0 for none, "
        "by the count of rows when not given",
        examples=[64],
    )
    scale: Annotated[str | None, choice("scale", SCALES, null=True)] = Field(
        None,
        description="none: the numbers as they are, for a network that was trained on such; scaled when not given",
        examples=["none"],
    )

    @property
    def as_is(self) -> bool:
        """Whether the numbers are not scaled."""
        return self.scale is not None

    @property
    def marked(self) -> bool:
        """Whether it is said how texts are written."""
        return self.decimal is not None or self.thousands is not None


@KINDS.add
@dataclass(frozen=True)
class Number(NumberColumn, Kind):
    """A number as it is; texts of `marks` mean a missing cell.

    `reading` is how texts are written, as `protokit.cells.numbers.Reading.as_plain` gives it: empty where they are as
    computers write them.
    """

    name = "number"
    about = "a number, scaled by its rank and size in the training rows"
    example = "number"
    rank = 1
    unreadable_cells_are_missing = True
    one_number = True
    inference_rank = 20
    options = NumberOptions

    marks: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return (1.5, 2, None, -3.25, 1e6)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Numbers by their type, or texts that all are; but whole ones that count the rows are an ID."""
        from protokit.represent.encoders.cells import are_numbers, written_in

        if cells.are_numbers:
            return _number(cells, cells.present)
        if are_numbers(cells.different_texts).all():
            return _of_texts(cells)
        return Guess("number") if written_in(cells.present) is not None else None

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Number:
        """Nothing is learned: how texts are written was found in the cells of all rows."""
        return cls(str(cells.name), context.missing, context.reading)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        from protokit.cells.numbers import reading_from
        from protokit.represent.encoders.cells import to_numbers, without

        return to_numbers(without(cells, self.marks), reading_from(self.reading))[:, None]

    def audited(self, cells: pd.Series) -> pd.Series:
        """Texts as the numbers that they are read as."""
        import pandas as pd

        return pd.Series(self.numbers(cells)[:, 0], cells.index) if self.reading else cells

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values; a reading only where there is one."""
        plain = super().as_plain()
        return plain if self.reading else {key: value for key, value in plain.items() if key != "reading"}


def readings_of(columns: Iterable[FittedColumn]) -> dict[str, tuple[str, ...]]:
    """The reading of each column of numbers that has one."""
    return {one.column: one.reading for one in columns if isinstance(one, Number) and one.reading}


def _of_texts(cells: Cells) -> Guess | None:
    """Texts that are numbers as computers write them; whole ones that float64 has not are codes."""
    from protokit.cells.numbers import loses_digits

    texts = cells.texts
    if loses_digits(cells.different_texts):
        return None
    return _number(cells, texts.astype("int64" if texts.str.isdigit().all() and texts.str.len().max() < 19 else float))


def _number(cells: Cells, present: pd.Series) -> Guess:
    if _INDEX_OF_PANDAS.fullmatch(cells.name):
        return Guess(None, "the index that pandas has written with its columns", f"columns: {{{cells.name}: number}}")
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
    if low < 19_900_101:
        return ""
    if not (high > low and (present.dtype.kind in "iu" or (present == present.round()).all())):
        return ""
    if low >= 19_900_101 and high <= 21_001_231:
        from protokit.cells.times.columns import survey

        return "" if survey(present).unread else "date"
    for unit, size in (("seconds", 1), ("milliseconds", 1000)):
        if 631_152_000 * size <= low and high <= 4_102_444_800 * size:
            return f"{{date: {{epoch: {unit}}}}}"
    return ""
