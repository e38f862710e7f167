"""Times of day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


@KINDS.add
@dataclass(frozen=True)
class TimeOfDay(NumberColumn, Kind):
    """A time of day as hours since midnight, and as the place on the circle of the day: 23:59 is next to 00:00."""

    name = "time_of_day"
    about = "a time of day such as 08:30, as hours and as the place on the circle of the day"
    example = "time_of_day"
    rank = 5
    audited_as = "number"
    inference_rank = 29  # before lengths of time, which are written alike

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("08:30", "23:59:30", None, time(13, 15), "8:05 pm")

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Times by their type."""
        some = cells.present.head(100)
        return cells.column.dtype == object and all(isinstance(one, time) for one in some)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts with am and pm, or such as 08:30 that go over more than half of the day."""
        from protokit.cells.times.clock import are_times_of_day

        if cells.are_numbers or not are_times_of_day(cells.different_texts):
            return None
        cure = f"columns: {{{cells.name}: duration}} for lengths of time, columns: {{{cells.name}: category}} for texts"
        return Guess("time_of_day", note="is read as times of day", cure=cure)

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> TimeOfDay:
        """Nothing is learned.

        Raises:
            DataError: a cell is no time of day.
        """
        column = cls(str(cells.name))
        column.seconds(cells)
        return column

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (f"{self.column} hours", f"{self.column} sine of day", f"{self.column} cosine of day")

    def seconds(self, cells: pd.Series) -> np.ndarray:
        """Seconds since midnight. Shapes: (rows,) float64, NaN where missing.

        Raises:
            DataError: a cell is no time of day.
        """
        from protokit.cells.times.clock import clock
        from protokit.represent.encoders.cells import without, wrong

        found, unread = clock(without(cells, ()))
        if unread.any():
            raise wrong(cells, int(unread.argmax()), "a time of day such as 08:30")
        return found

    def audited(self, cells: pd.Series) -> pd.Series:
        """As seconds since midnight."""
        import pandas as pd

        return pd.Series(self.seconds(cells), cells.index, name=cells.name)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 3), NaN where missing; the place on the circle is that of the minute."""
        import numpy as np

        from protokit.represent.encoders.circles import table

        found = self.seconds(cells)
        missing = np.isnan(found)
        minutes = np.where(missing, 0, found // 60).astype(int)
        circle = np.where(missing[:, None], np.nan, table(1440, 1440)[minutes])
        return np.concatenate([found[:, None] / 3600, circle], axis=1)
