"""The cells of one column: as texts, as numbers, without those that mean a missing one; the error of a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd

from protokit.cells.numbers import Found, Reading, found_in, is_like_a_number
from protokit.cells.times.columns import is_date, may_be_dates, readable
from protokit.cells.times.durations import is_duration, seconds
from protokit.core.errors import DataError
from protokit.core.rows import row_of as row_of_label
from protokit.represent.encoders.distinct import Distinct, distinct
from protokit.represent.encoders.lists.cells import holds_lists, lists_of

TRUE = frozenset({"true", "t", "yes", "y"})
FALSE = frozenset({"false", "f", "no", "n"})
_FEWEST_READABLE = 0.95
_LARGEST = 1e50  # the powers of larger errors, which intervals are made of, overflow
BLANK = ""  # a missing cell among numbers, times, lists; a level among categories
_MOST_MISSING = 100  # different texts that mean a missing cell


class Cells:
    """A column's training cells, looked at from all sides once: what kinds are inferred from.

    `whole` has the cells of all rows, for what is of reading them and not of fitting.
    """

    def __init__(self, column: pd.Series, whole: pd.Series | None = None) -> None:
        self.column = column
        self.whole = column if whole is None else whole
        self.name = str(column.name)

    @cached_property
    def present(self) -> pd.Series:
        """The cells that are not missing."""
        return self.column.dropna()

    @cached_property
    def distinct(self) -> Distinct:
        """The different cells, each once."""
        return distinct(self.column)

    @cached_property
    def different(self) -> int:
        """How many different values there are."""
        if self.column.dtype.kind in "iufb":
            return int(self.present.nunique())
        return len(set(self.distinct.cells))

    @cached_property
    def texts(self) -> pd.Series:
        """The present cells as texts."""
        one = self.distinct
        return pd.Series(one.texts[one.codes[one.codes >= 0]], index=self.present.index, name=self.column.name)

    @cached_property
    def different_texts(self) -> pd.Series:
        """Each text once."""
        return pd.Series(self.distinct.texts, name=self.column.name).drop_duplicates()

    @cached_property
    def lists(self) -> list[list[object]] | None:
        """Each present cell as the list that it is, or that its text is; None where one is a single value."""
        return lists_of(self.present)

    @cached_property
    def whole_lists(self) -> list[list[object]] | None:
        """The same of all rows."""
        return self.lists if self.whole is self.column else lists_of(self.whole.dropna())

    @property
    def are_same(self) -> bool:
        """Whether all present cells are one value."""
        if self.column.dtype.kind in "iufb":
            cells = self.present.to_numpy()
            return bool((cells == cells[0]).all())
        return self.different == 1

    @property
    def are_numbers(self) -> bool:
        """Whether the cells are numbers by their type, truth values apart."""
        return self.column.dtype.kind in "iuf"

    @cached_property
    def are_truth_values(self) -> bool:
        """Whether the cells are truth values by their type."""
        kind = self.column.dtype.kind
        return kind == "b" or (self.column.dtype == object and set(map(type, self.distinct.cells)) == {bool})


def missing_texts(column: pd.Series) -> tuple[str, ...]:
    """The few texts in a column of numbers or dates that are neither, such as `unknown`: they are read as missing.

    Empty texts are missing ones, whatever else is there. This is of reading cells, not of fitting, so it is found in
    all rows. A column of which fewer than 95 of 100 cells are numbers or dates has none.
    """
    if (column.dtype.kind not in "OT" and not pd.api.types.is_string_dtype(column.dtype)) or holds_lists(column):
        return ()
    one = distinct(column)
    counts = pd.Series(one.counts).groupby(one.texts, sort=False).sum().drop(BLANK, errors="ignore")
    texts, cells = pd.Series(counts.index, dtype=object), int(counts.sum())
    often = counts.to_numpy()
    if texts.empty or often[texts.str.contains(r"\d").to_numpy(bool)].sum() < _FEWEST_READABLE * cells:
        return ()
    readings = [are_numbers(texts)]
    if (found := found_in(list(texts), often)) is not None:
        readings.append(pd.Series(found.fits, texts.index))
    dated = [pd.Series(read, texts.index) for read in readable(texts.to_numpy(object))] if may_be_dates(texts) else []
    best = max([*readings, *dated], key=lambda read: int(often[read.to_numpy()].sum()))
    odd = texts[~best]
    if any(best is read for read in readings) and odd.map(is_like_a_number).any():
        return ()  # a number in another unit or notation is no missing cell
    if any(read[odd.index].any() for read in dated):
        return ()  # a date of another order is no missing cell
    enough = often[best.to_numpy()].sum() >= _FEWEST_READABLE * cells
    return tuple(sorted(odd)) if enough and len(odd) <= _MOST_MISSING else ()


def without(series: pd.Series, texts: tuple[str, ...]) -> pd.Series:
    """The column with the cells of such texts, and empty ones, missing."""
    if not texts:
        empty = blank(series)
        return series.mask(empty) if empty.any() else series
    texts = (*texts, BLANK)
    one = distinct(series)
    return series.mask(one.spread(np.array([text in texts for text in one.texts], bool), missing=False))


def blank(series: pd.Series) -> np.ndarray:
    """Which cells are empty texts. Shapes: (rows,) bool."""
    if series.dtype.kind not in "OT" and not pd.api.types.is_string_dtype(series.dtype):
        return np.zeros(len(series), bool)
    return np.fromiter((isinstance(cell, str) and not cell.strip() for cell in series), bool, len(series))


def texts_of(column: pd.Series) -> pd.Series:
    """The cells as texts, missing ones left as they are: each different text is looked at once."""
    one = distinct(column)
    return pd.Series(one.spread(one.texts, missing=None), index=column.index, name=column.name, dtype=object)


def are_numbers(texts: pd.Series) -> pd.Series:
    """Which texts are numbers; none, where one is a code such as 00123, whose zeros would be lost."""
    found = texts.str.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
    return found & (not bool(texts.str.fullmatch(r"0\d+").any()))


def written_in(column: pd.Series, decimal: str | None = None, thousands: str | None = None) -> Found | None:
    """How the numbers of a column of texts are written; None where a cell is no number, or not one of its type."""
    if column.dtype.kind not in "OT" and not pd.api.types.is_string_dtype(column.dtype):
        return None
    different = column.dropna().unique()
    texts = [text for text in different if isinstance(text, str) and text.strip()]
    if not texts or not all(isinstance(one, (str, int, float)) and not isinstance(one, bool) for one in different):
        return None
    found = found_in(texts, decimal=decimal, thousands=thousands)
    if found is None or not found.all or (found.reading.unit and len(texts) < len(different) and _typed(different)):
        return None  # a number of the table's own beside 50% may be a half
    return found


def _typed(cells: Iterable[object]) -> bool:
    """Whether some cells are numbers by their type."""
    return any(isinstance(cell, (int, float)) for cell in cells)


def example_of(column: pd.Series, reading: Reading) -> tuple[str, float]:
    """The first text of a column that only its reading makes a number, and that number."""
    for text in column.dropna():
        if isinstance(text, str) and text.strip() and not are_numbers(pd.Series([text.strip()])).all():
            return text, reading.numbers([text])[0]
    return "", 0.0


def _of_other_digits(text: str) -> float:
    """A number in the digits of any script, NaN where it is none."""
    if text.isascii():
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _read(series: pd.Series) -> np.ndarray:
    """Each cell that is a number or its text, others NaN. Shapes: (rows,)."""
    try:
        found = pd.to_numeric(series, errors="coerce")
    except (TypeError, OverflowError):  # of arrays without a dimension, and of numbers that no float is
        found = None
    if found is None or found.dtype.kind == "c":
        found = pd.to_numeric(texts_of(series), errors="coerce")
    return found.to_numpy(float, na_value=np.nan)


def to_numbers(series: pd.Series, reading: Reading | None = None) -> np.ndarray:
    """A column as float64, NaN where missing. Its texts are written as in `reading`, as computers do without.

    Raises:
        DataError: with the row of the first cell that is not a number.
    """
    if reading is not None and series.dtype.kind not in "iufbM":
        codes, different = pd.factorize(series, use_na_sentinel=True)
        texts = [str(one) for one in different]
        plain = pd.to_numeric(pd.Series([None if isinstance(one, str) else one for one in different], dtype=object))
        found = np.where(plain.notna(), plain.to_numpy(float, na_value=np.nan), reading.numbers(texts))
        values = np.append(found, np.nan)[codes]
        blank = series.isna().to_numpy() | (texts_of(series) == "").to_numpy(bool)
        bad = np.isnan(values) & ~blank
        if bad.any():
            raise wrong(series, int(bad.argmax()), f"a number written as in training ({reading})")
    elif series.dtype.kind in "iufb":
        values = series.to_numpy(float)
    elif is_duration(series):
        values = seconds(series)[0]
    elif is_date(series):
        raise wrong(series, 0, "a number")
    else:
        values = _read(series)
        unread = np.flatnonzero(np.isnan(values) & series.notna().to_numpy())
        if len(unread):
            values, written = values.copy(), texts_of(series.iloc[unread])
            values[unread] = [_of_other_digits(text) for text in written]
            bad = unread[np.isnan(values[unread]) & (written != "").to_numpy(bool)]
            if len(bad):
                raise wrong(series, int(bad[0]), "a number")
    infinite = np.isinf(values)
    if infinite.any():
        raise wrong(series, int(infinite.argmax()), "a finite number")
    if (beyond := np.abs(values) > _LARGEST).any():
        read = pd.Series(values, series.index, name=series.name)
        raise wrong(read, int(beyond.argmax()), f"between -{_LARGEST:.0e} and {_LARGEST:.0e}")
    return values


def row_of(series: pd.Series, position: int) -> str:
    """The row of a cell in the source of its table, from 1, as the frame's index says it: see SourceRows."""
    return row_of_label(series.index[position], position)


def _cure_of_number(text: str, kept: str) -> str:
    """What can be done of a number in another notation than its column: never what would lose it."""
    found = found_in([text])
    sure = found is not None and found.other is None and not found.plain and found.reading.counts
    plain = f", as computers do: {found.reading.number(text):.15g}" if found is not None and sure else ""
    return f"write the numbers of the column alike{plain}; in a recipe {kept} makes it a category"


def wrong(series: pd.Series, position: int, what: str) -> DataError:
    """The error of a cell that is not what its column is."""
    value = series.iloc[position]
    row = row_of(series, position)
    cure = "mend the cell, leave it empty, or name its text in `missing:` of the table"
    if isinstance(value, str) and is_like_a_number(value):
        cure = _cure_of_number(value, f"columns: {{{series.name}: category}}")
    elif isinstance(value, str) and any(read[0] for read in readable(np.array([value], object))):
        cure = "write the date or time as those of the column are written"
    return DataError(f"column {series.name!r}, row {row}: {str(value)[:60]!r} is not {what}", cure=cure)
