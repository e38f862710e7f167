"""Intervals of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.core.values.said import Notice
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

_MOST = 200  # different texts of a column that is looked at unasked


@KINDS.add
@dataclass(frozen=True)
class Interval(NumberColumn, Kind):
    """An interval as its two ends, its middle and its width. Of an open one an end and the width are missing."""

    name = "interval"
    about = "an interval such as [18, 25), 18-25 or 65+, as its two ends, its middle and its width"
    example = "interval"
    rank = 2
    audited_as = "number"
    inference_rank = 12

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("[18, 25)", "25-35", None, "65+", "<18")

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Intervals by their type, of numbers."""
        import pandas as pd

        dtype = cells.column.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            dtype = dtype.categories.dtype
        return isinstance(dtype, pd.IntervalDtype) and getattr(dtype.subtype, "kind", "") in "iuf"

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts of two numbers in brackets; others, such as 18-25, stay categories, and it is said."""
        from protokit.cells.intervals import BRACKETS, ends

        if cells.are_numbers or len(texts := cells.different_texts) < 2:
            return None
        if not all(BRACKETS.fullmatch(text) and ends(text) is not None for text in texts):
            return None
        note = "is read as intervals, by their ends, middle and width"
        return Guess("interval", note=note, cure=f"columns: {{{cells.name}: category}}")

    @classmethod
    def noticed(cls, frame: pd.DataFrame) -> Sequence[Notice]:
        """Columns of texts such as 18-25 and 65+, which are read as categories."""
        import pandas as pd

        from protokit.cells.intervals import like_intervals

        found = []
        for name in map(str, frame.columns):
            if pd.api.types.infer_dtype(frame[name], skipna=True) != "string":
                continue
            few = frame[name].dropna().unique()[: _MOST + 1]
            if len(few) <= _MOST and like_intervals(few):
                rule = f"{name!r} is read as categories, and its cells, such as {str(few[0])!r}, may be intervals"
                found.append(Notice(rule, (name,), f"columns: {{{name}: interval}}"))
        return found

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Interval:
        """Nothing is learned.

        Raises:
            DataError: a cell is no interval.
        """
        column = cls(str(cells.name))
        column.ends(cells)
        return column

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return tuple(f"{self.column} {part}" for part in ("middle", "from", "to", "width"))

    def ends(self, cells: pd.Series) -> np.ndarray:
        """The two ends, infinite where an interval is open. Shapes: (rows,) -> (rows, 2), NaN where missing.

        Raises:
            DataError: a cell is no interval.
        """
        import numpy as np

        from protokit.cells.intervals import ends
        from protokit.represent.encoders.cells import wrong
        from protokit.represent.encoders.distinct import distinct

        one = distinct(cells)
        known = [(np.nan, np.nan) if text == "" else ends(text) for text in one.texts]
        unread = np.array([found is None for found in known], bool)
        if unread.any():
            what = "an interval such as [18, 25), 18-25, 65+ or <18"
            raise wrong(cells, int(one.spread(unread, missing=False).argmax()), what)
        each = np.array([*known, (np.nan, np.nan)], float).reshape(-1, 2)
        found: np.ndarray = each[one.codes]
        return found

    def audited(self, cells: pd.Series) -> pd.Series:
        """As their middles."""
        import pandas as pd

        return pd.Series(self.numbers(cells)[:, 0], cells.index, name=cells.name)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 4), NaN where missing; the middle of an open interval is its one end."""
        import numpy as np

        ends = self.ends(cells)
        finite = np.where(np.isinf(ends), np.nan, ends)
        low, high = finite.T
        either = np.where(np.isnan(low), high, low)
        middle = np.where(np.isnan(low) | np.isnan(high), either, low / 2 + high / 2)
        return np.stack([middle, low, high, high - low], axis=1)
