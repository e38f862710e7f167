"""Lengths of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


@KINDS.add
@dataclass(frozen=True)
class Duration(NumberColumn, Kind):
    """A length of time as seconds; numbers are seconds. `marks` are texts of a missing cell."""

    name = "duration"
    about = "a length of time as seconds, whatever unit it is written in"
    example = "duration"
    rank = 5
    one_number = True
    audited_as = "number"
    inference_rank = 31

    marks: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("01:30:00", "2 days 03:00:00", None, "PT1H30M")

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Lengths of time by their type."""
        from protokit.cells.times.durations import is_duration

        return is_duration(cells.column)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts such as 01:30:00 or 90 min."""
        import numpy as np

        from protokit.cells.times.clock import of_texts
        from protokit.cells.times.durations import are_durations

        if cells.are_numbers or not are_durations(cells.different_texts):
            return None
        note = "is read as lengths of time, in seconds (01:30 as hours and minutes)"
        cure = f"columns: {{{cells.name}: category}}"
        if not np.isnan(of_texts(cells.different_texts.to_numpy(object))).any():
            cure = f"columns: {{{cells.name}: time_of_day}} for times of day, {cure} for texts"
        return Guess("duration", note=note, cure=cure)

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Duration:
        """Nothing is learned.

        Raises:
            DataError: a cell is no length of time.
        """
        column = cls(str(cells.name), context.missing)
        column.numbers(cells)
        return column

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the number made."""
        return (self.column,)

    def audited(self, cells: pd.Series) -> pd.Series:
        """As seconds."""
        import pandas as pd

        return pd.Series(self.numbers(cells)[:, 0], cells.index)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1) seconds, NaN where missing."""
        from protokit.cells.times.durations import is_duration, seconds
        from protokit.represent.encoders.cells import without, wrong

        present = cells if is_duration(cells) else without(cells, self.marks)
        found, unread = seconds(present)
        if unread.any():
            raise wrong(cells, int(unread.argmax()), "a length of time such as 01:30:00")
        return found[:, None]
