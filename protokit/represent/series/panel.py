"""The rows of a table as series: those of one key together, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from protokit.cells.times.rules import UNASKED, Rule
from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.said import Notice
from protokit.represent.encoders.cells import row_of, texts_of
from protokit.represent.series.time_index import TimeIndex

_UNEVEN = 0.5  # of the rows that are one step apart: fewer are no regular series


@dataclass(frozen=True)
class Panel:
    """Rows sorted by series, and in each by time.

    Shapes:
        codes, rows, times: (rows,): the series of each row, its place in the table, and its time by the index.
        starts: (series + 1,): where each series begins, and the end.
    """

    keys: tuple[tuple[str, ...], ...]
    codes: np.ndarray
    rows: np.ndarray
    times: np.ndarray
    starts: np.ndarray
    index: TimeIndex

    @classmethod
    def of(
        cls, frame: pd.DataFrame, time: str, by: Sequence[str], index: TimeIndex | None = None, dates: Rule = UNASKED
    ) -> Panel:
        """Sort a table. Without a time index, one is found that reads the times; `dates` is how the recipe says
        that they are read.

        Raises:
            DataError: a time or key is missing, a cell is no time, or one series has two rows of one time.
        """
        if frame.empty:
            raise DataError("the table has no rows", cure="bring some")
        codes, keys = _keys(frame, by)
        read = index or TimeIndex.reading(frame[time], dates)
        at = read.positions(frame[time])
        order = np.lexsort((at, codes))
        codes, at = codes[order], at[order]
        within = np.diff(codes) == 0
        apart = np.diff(at)
        if (twice := within & (apart == 0)).any():
            raise _duplicate(frame, time, by, read, at, order, int(twice.argmax()))
        starts = np.searchsorted(codes, np.arange(len(keys) + 1))
        return cls(keys, codes, order, at, starts, index or read.stepping(apart[within]))

    @cached_property
    def lengths(self) -> np.ndarray:
        """Rows of each series."""
        return np.diff(self.starts)

    @cached_property
    def place(self) -> np.ndarray:
        """Of each row in its series, from 0."""
        found: np.ndarray = np.arange(len(self.codes)) - self.starts[self.codes]
        return found

    def name(self, code: int) -> str:
        """A series as a person reads it; nothing where there is only one."""
        return " of " + ", ".join(self.keys[code]) if self.keys[code] else ""

    def notices(self) -> list[Notice]:
        """How times are read, gaps between rows, and rows that are not evenly apart."""
        return [*self.index.said, *self._steps()]

    def _steps(self) -> list[Notice]:
        index, column = self.index, self.index.column
        apart = np.diff(self.times)[np.diff(self.codes) == 0]
        if len(apart) == 0:
            return []
        even = float(np.isclose(apart, index.step).mean())
        if even < _UNEVEN:
            shown = f"only {100 * even:.0f} of 100 rows are {index.every} from the next"
            return [Notice(f"the times of {column!r} are uneven: {shown}; each row counts as one step", (column,))]
        steps = np.where(np.diff(self.codes) == 0, np.diff(self.times), 0) / index.step
        gaps = steps > 1.5
        if not gaps.any():
            return []
        where, many = int(steps.argmax()), int(gaps.sum())
        largest = max(1, round(float(steps[where])) - 1)
        place = f"after {index.show(self.times[where])}{self.name(int(self.codes[where]))}"
        what = f"{many:,} gaps" if many > 1 else "one gap"
        of = f"the largest, of {largest:,} steps, {place}" if many > 1 else f"{largest:,} steps, {place}"
        cure = "bring a row for each step, with empty cells where nothing is known"
        return [Notice(f"{what} in {column!r} ({of}): each row counts as one step", (column,), cure)]


def last_times(panel: Panel, kept: np.ndarray, count: int = 1) -> np.ndarray:
    """The time of the so manieth row from the end of each series, of those that are kept; infinite where none is.

    The first that is kept, where a series has fewer. Shapes: kept (rows,) bool -> (series,).
    """
    found = np.full(len(panel.keys), np.inf)
    rows = np.flatnonzero(kept)
    ends = np.searchsorted(panel.codes[rows], np.arange(len(panel.keys) + 1))
    some = ends[1:] > ends[:-1]
    found[some] = panel.times[rows[np.maximum(ends[1:] - count, ends[:-1])[some]]]
    return found


def _keys(frame: pd.DataFrame, by: Sequence[str]) -> tuple[np.ndarray, tuple[tuple[str, ...], ...]]:
    """The series of each row, and the key of each series, in the order of their first rows."""
    if not by:
        return np.zeros(len(frame), np.int64), ((),)
    texts = pd.DataFrame({name: texts_of(frame[name]) for name in by})
    if (gone := texts.isna()).to_numpy().any():
        name = next(column for column in by if gone[column].any())
        row = row_of(frame[name], int(gone[name].to_numpy().argmax()))
        raise DataError(f"row {row} has no {name!r}, and so no series", cure="fill it, or filter such rows away")
    codes = texts.groupby(list(by), sort=False).ngroup().to_numpy()
    first = np.unique(codes, return_index=True)[1]
    return codes.astype(np.int64), tuple(tuple(row) for row in texts.iloc[first].itertuples(index=False, name=None))


def _duplicate(
    frame: pd.DataFrame, time: str, by: Sequence[str], index: TimeIndex, at: np.ndarray, order: np.ndarray, i: int
) -> DataError:
    first, second = (row_of(frame[time], int(row)) for row in sorted(order[i : i + 2]))
    of = " of " + ", ".join(as_text(frame[name].iloc[order[i]]) for name in by) if by else ""
    rule = f"rows {first} and {second} are both {index.show(at[i])}{of}, and a series has one row for each time"
    names = _telling(frame, time, by)
    if names:
        return DataError(rule, cure=f"say which rows are one series: represent: {{series: {{by: {_list(names)}}}}}")
    what = "name the columns that tell the series under represent.series.by, or " if not by else ""
    clock = ", or write times with their offset, if a clock shows an hour twice" if ":" in index.show(at[i]) else ""
    return DataError(rule, cure=what + "keep one row for each time" + clock)


def _telling(frame: pd.DataFrame, time: str, by: Sequence[str]) -> list[str]:
    """The columns of texts, or of few whole numbers, that tell apart all rows of one time, as few as do."""
    others = [name for name in frame.columns if name != time and name not in by]
    numbers = [name for name in others if frame[name].dtype.kind in "iu" and 3 * frame[name].nunique() < len(frame)]
    names = numbers + [name for name in others if frame[name].dtype.kind not in "iufcmM"]
    chosen = [*by, *names]
    if not names or frame.duplicated([time, *chosen]).any():
        return []
    for name in names:
        fewer = [one for one in chosen if one != name]
        if fewer and not frame.duplicated([time, *fewer]).any():
            chosen = fewer
    return chosen


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"
