"""Dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.grammar.readings import DateOptions
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.cells.times.rules import Rule
    from protokit.represent.encoders.cells import Cells


@KINDS.add
@dataclass(frozen=True)
class Date(NumberColumn, Kind):
    """A date as days since 1970 and as places on the circles of year, week and, with a time, day; all in UTC.

    `marks` are texts that mean a missing cell; `order`, `zone` and `epoch` are how cells are read, as decided from
    all rows or asked for.
    """

    name = "date"
    about = "a date, as days and as places on the circles of year, week and, with a time, day"
    example = "{date: {order: day}}"
    rank = 5
    options = DateOptions
    unreadable_cells_are_missing = True
    inference_rank = 30
    in_own_unit = False

    timed: bool
    marks: tuple[str, ...] = ()
    order: str = ""
    zone: str = ""
    epoch: str = ""
    circles: int = 1  # the version of how places on circles are found: see `protokit.represent.encoders.circles`

    def __post_init__(self) -> None:
        """Hold that it can be read so, whoever wrote it: a model's file may hold anything."""
        if (self.order, self.zone, self.epoch) != ("", "", ""):
            from protokit.cells.times.rules import Rule

            Rule(self.order, self.zone, self.epoch)

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("2024-01-31", "2024-02-01", None, "2023-12-24")

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Dates by their type."""
        from protokit.cells.times.columns import is_date

        return is_date(cells.column)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts that are dates; left out where two-digit years do not say of which order."""
        from protokit.cells.times.columns import may_be_dates, survey
        from protokit.cells.times.rules import decide
        from protokit.represent.encoders.times import writes

        if cells.are_numbers or not may_be_dates(cells.different_texts):
            return None
        found = survey(cells.whole)
        if found.unread or found.compact:
            return None
        decided = decide(found)
        if not decided.trouble:
            return Guess("date")
        cure = decided.cure(writes(cells.name)) + f", or columns: {{{cells.name}: category}}"
        return Guess(None, f"dates: {decided.trouble}", cure)

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Date:
        """Learns how dates are read, from all rows where it is not asked for, and whether they have a time.

        Raises:
            DataError: a cell is no date, or it cannot be told which of day, month and year is which.
        """
        from protokit.cells.times.columns import survey
        from protokit.cells.times.epochs import doubt, meaning
        from protokit.cells.times.rules import UNASKED, Rule, decide
        from protokit.represent.encoders.cells import without
        from protokit.represent.encoders.times import writes

        name = str(cells.name)
        asked = Rule(**options.asked) if isinstance(options, DateOptions) else UNASKED
        whole = without(cells if context.whole is None else context.whole, context.missing)
        if asked.epoch:
            if told := doubt(whole, name, asked.epoch, writes(name)):
                context.say(told)
            return cls._fitted(cells, asked, context)
        found = survey(whole)
        if found.unread:
            rule = f"column {name!r}: no one form reads every cell as a date, e.g. {found.unread!r}"
            cure = "write dates as 2024-12-31"
            if whole.dtype.kind in "iuf":
                what, cure = meaning(whole, name, writes(name))
                rule += "" if what == "numbers" else f": they look like {what}"
            raise DataError(rule, cure=cure)
        decided = decide(found, asked)
        if decided.trouble:
            raise DataError(f"column {name!r}: {decided.trouble}", cure=decided.cure(writes(name)))
        for notice in decided.notices(name, writes(name)):
            context.say(notice)
        return cls._fitted(cells, decided.rule, context)

    @classmethod
    def _fitted(cls, cells: pd.Series, rule: Rule, context: FitContext) -> Date:
        import numpy as np

        from protokit.represent.encoders.circles import TABLES

        column = cls(str(cells.name), True, context.missing, rule.order, rule.zone, rule.epoch)
        values = column.instants(cells, context)
        there = values[~np.isnat(values)]
        timed = bool((there != there.astype("datetime64[D]")).any())
        return replace(column, timed=timed, circles=TABLES)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The column of `as_plain`; models of earlier versions have a format of strptime in place of the order."""
        learned = dict(plain)
        form = learned.pop("format", None)
        if isinstance(form, str):
            learned["order"] = {"%m": "month", "%d": "day"}.get(form[:2], "")
        return super().from_plain(learned)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        circles = ("year", "week", "day") if self.timed else ("year", "week")
        parts = [f"{self.column} {f} of {c}" for c in circles for f in ("sine", "cosine")]
        return (f"{self.column} days", *parts)

    def audited(self, cells: pd.Series) -> pd.Series:
        """As dates by their type."""
        return self.dates(cells)

    def dates(self, cells: pd.Series) -> pd.Series:
        """The column as dates of UTC, without a time zone."""
        import pandas as pd

        return pd.Series(self.instants(cells), index=cells.index, name=cells.name)

    def instants(self, cells: pd.Series, context: FitContext = NO_CONTEXT) -> np.ndarray:
        """The column as times of UTC. Shapes: (rows,) datetime64[us], NaT where missing.

        Raises:
            DataError: a cell is no date.
        """
        from protokit.cells.times.columns import is_date, read
        from protokit.cells.times.epochs import meaning
        from protokit.cells.times.rules import Rule
        from protokit.represent.encoders.cells import without, wrong
        from protokit.represent.encoders.times import writes

        present = cells if is_date(cells) else without(cells, self.marks)
        found = read(present, Rule(self.order, self.zone, self.epoch))
        if found.unread.any():
            like = {"day": "31/12/2024", "month": "12/31/2024"}.get(self.order, "2024-12-31")
            expected = f"a date like {like}"
            if self.epoch:
                what, edit = meaning(present, self.column, writes(self.column))
                seen = "" if what == "numbers" else f" (the cells look like {what}: {edit})"
                expected = f"{self.epoch} since 1970, of the years 1 to 9999{seen}"
            raise wrong(cells, int(found.unread.argmax()), expected)
        for notice in found.notices(self.column, self.zone):
            context.say(notice)
        return found.values

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, len(names)), NaN where missing."""
        from protokit.represent.encoders.circles import days_and_circles

        return days_and_circles(self.dates(cells), timed=self.timed, version=self.circles)
