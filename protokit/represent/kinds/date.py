"""Dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


@KINDS.add
@dataclass(frozen=True)
class Date(NumberColumn, Kind):
    """A date as days since 1970 and as places on the circles of year, week and, with a time, day.

    `marks` are texts that mean a missing cell.
    """

    name = "date"
    about = "a date, as days and as places on the circles of year, week and, with a time, day"
    example = "date"
    rank = 5
    unreadable_cells_are_missing = True
    inference_rank = 30

    format: str | None
    timed: bool
    marks: tuple[str, ...] = ()

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("2024-01-31", "2024-02-01", None, "2023-12-24")

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Dates by their type."""
        from protokit.represent.encoders.dates import is_date

        return is_date(cells.column)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts that one format reads."""
        from protokit.represent.encoders.dates import date_format

        form = None if cells.are_numbers else date_format(cells.different_texts)
        if form is None:
            return None
        order = {"%m/%d/%Y": "month/day/year", "%d/%m/%Y": "day/month/year"}.get(form)
        return Guess("date", note=f"is read as {order}" if order else "")

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Date:
        """Learns the format of dates that are texts, and whether they have a time.

        Raises:
            DataError: no format reads every cell.
        """
        from protokit.represent.encoders.cells import texts_of, without
        from protokit.represent.encoders.dates import date_format, is_date

        form = None
        cells = without(cells, context.missing)
        if not is_date(cells):
            texts = texts_of(cells.dropna())
            form = date_format(texts)
            if form is None:
                raise DataError(
                    f"column {cells.name!r}: no one format reads every cell as a date, e.g. {texts.iloc[0]!r}",
                    cure="write dates as 2024-12-31",
                )
        dates = cls(str(cells.name), form, True).dates(cells).dropna()
        return cls(str(cells.name), form, bool((dates != dates.dt.normalize()).any()), context.missing)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        circles = ("year", "week", "day") if self.timed else ("year", "week")
        parts = [f"{self.column} {f} of {c}" for c in circles for f in ("sine", "cosine")]
        return (f"{self.column} days", *parts)

    def dates(self, cells: pd.Series) -> pd.Series:
        """The column as dates, without a time zone."""
        from protokit.represent.encoders.cells import texts_of, without, wrong
        from protokit.represent.encoders.dates import is_date, read_dates

        if is_date(cells):
            return _local(cells)
        cells = without(cells, self.marks)
        dates = read_dates(texts_of(cells), self.format)
        bad = dates.isna().to_numpy() & cells.notna().to_numpy()
        if bad.any():
            raise wrong(cells, int(bad.argmax()), f"a date like {self.format or '2024-12-31'}")
        return _local(dates)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, len(names)), NaN where missing."""
        import numpy as np
        import pandas as pd

        dates = self.dates(cells)
        days = ((dates - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(float)
        hours = (days - np.floor(days)) * 24
        turns = [dates.dt.day_of_year.to_numpy(float) / 365.25, dates.dt.day_of_week.to_numpy(float) / 7]
        turns += [hours / 24] if self.timed else []
        circles = [f(2 * np.pi * turn) for turn in turns for f in (np.sin, np.cos)]
        return np.stack([days, *circles], axis=1)


def _local(dates: pd.Series) -> pd.Series:
    """Dates by the clock of their place."""
    return dates.dt.tz_localize(None) if getattr(dates.dt, "tz", None) is not None else dates
