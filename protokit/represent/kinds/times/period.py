"""Years, halves, quarters, months and weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.cells.times.periods import Periods
    from protokit.represent.encoders.cells import Cells


@KINDS.add
@dataclass(frozen=True)
class Period(NumberColumn, Kind):
    """A whole period as how many there were since 1970, and as the place on the circle of the year.

    `unit` is that of the training rows: year, half, quarter, month or week.
    """

    name = "period"
    about = "a month, quarter, half, year or ISO week, as how many since 1970 and as the place in the year"
    example = "period"
    rank = 5
    audited_as = "number"
    inference_rank = 28
    in_own_unit = False

    unit: str

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("2024-01", "2024-03", None, "Mar 2023", "12/2020")

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Periods by their type, but for those of a day and less, which are dates."""
        from protokit.cells.times.periods import is_period, unit_of

        return is_period(cells.column) and bool(unit_of(cells.column.head(100)))

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts such as 2024-W05; months and quarters are dates, as their first day."""
        from protokit.cells.times.periods import are_weeks

        if cells.are_numbers or not are_weeks(cells.different_texts):
            return None
        note = "is read as weeks, by their count and their place in the year"
        return Guess("period", note=note, cure=f"columns: {{{cells.name}: category}}")

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Period:
        """Learns the unit, that of most cells of all rows.

        Raises:
            DataError: a cell is no period of that unit.
        """
        from protokit.cells.times.periods import unit_of

        unit = unit_of(cells if context.whole is None else context.whole)
        if not unit:
            rule = f"column {cells.name!r}: no cell is a month, quarter, half, year or week"
            raise DataError(rule, cure="write 2024-03, 2024Q1, 2024H1, 2024 or 2024-W05")
        column = cls(str(cells.name), unit)
        column._read(cells)
        return column

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        whole = f"{self.column} {'halves' if self.unit == 'half' else self.unit + 's'} since 1970"
        return (whole,) if self.unit == "year" else (whole, *(f"{self.column} {f} of year" for f in ("sine", "cosine")))

    def audited(self, cells: pd.Series) -> pd.Series:
        """As how many since 1970."""
        import pandas as pd

        return pd.Series(self._read(cells).number, cells.index, name=cells.name)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, len(names)), NaN where missing."""
        import numpy as np

        from protokit.cells.times.periods import UNITS
        from protokit.represent.encoders.circles import table

        found = self._read(cells)
        if self.unit == "year":
            return found.number[:, None]
        missing = np.isnan(found.number)
        size = UNITS[self.unit]
        circle = table(size, 365.2425 / 7 if self.unit == "week" else size)
        places = circle[np.where(missing, 0, found.place).astype(int)]
        return np.concatenate([found.number[:, None], np.where(missing[:, None], np.nan, places)], axis=1)

    def _read(self, cells: pd.Series) -> Periods:
        from protokit.cells.times.periods import LIKE, read
        from protokit.represent.encoders.cells import without, wrong

        found = read(without(cells, ()), self.unit)
        if found.unread.any():
            raise wrong(cells, int(found.unread.argmax()), f"a {self.unit} such as {LIKE[self.unit]}")
        return found
