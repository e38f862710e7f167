"""The cells of one column: as texts, as numbers, without those that mean a missing one; the error of a wrong one."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from protokit.cells.times.columns import is_date, may_be_dates, readable
from protokit.cells.times.durations import is_duration, seconds
from protokit.core.errors import DataError
from protokit.core.names import as_text

TRUE = frozenset({"true", "t", "yes", "y"})
FALSE = frozenset({"false", "f", "no", "n"})
_FEWEST_READABLE = 0.95
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
    def different(self) -> int:
        """How many different values there are."""
        return int(self.present.nunique())

    @cached_property
    def texts(self) -> pd.Series:
        """The present cells as texts."""
        return texts_of(self.present)

    @cached_property
    def different_texts(self) -> pd.Series:
        """Each text once."""
        return self.texts.drop_duplicates()

    @property
    def are_numbers(self) -> bool:
        """Whether the cells are numbers by their type, truth values apart."""
        return self.column.dtype.kind in "iuf"

    @cached_property
    def are_truth_values(self) -> bool:
        """Whether the cells are truth values by their type."""
        kind = self.column.dtype.kind
        return kind == "b" or (self.column.dtype == object and set(map(type, self.present)) == {bool})


def missing_texts(column: pd.Series) -> tuple[str, ...]:
    """The few texts in a column of numbers or dates that are neither, such as `unknown`: they are read as missing.

    This is of reading cells, not of fitting, so it is found in all rows. A column of which fewer than 95 of 100
    cells are numbers or dates has none.
    """
    if column.dtype.kind not in "OT" and not pd.api.types.is_string_dtype(column.dtype):
        return ()
    counts = texts_of(column.dropna()).value_counts(sort=False)
    texts, cells = counts.index.to_series(), int(counts.sum())
    often = counts.to_numpy()
    if texts.empty or often[texts.str.contains(r"\d").to_numpy(bool)].sum() < _FEWEST_READABLE * cells:
        return ()
    readings = [are_numbers(texts)]
    dated = [pd.Series(read, texts.index) for read in readable(texts.to_numpy(object))] if may_be_dates(texts) else []
    best = max([*readings, *dated], key=lambda read: int(often[read.to_numpy()].sum()))
    odd = texts[~best]
    if any(read[odd.index].any() for read in dated):
        return ()  # a date of another order is no missing cell
    enough = often[best.to_numpy()].sum() >= _FEWEST_READABLE * cells
    return tuple(sorted(odd)) if enough and len(odd) <= _MOST_MISSING else ()


def without(series: pd.Series, texts: tuple[str, ...]) -> pd.Series:
    """The column with the cells of such texts missing."""
    return series.mask(texts_of(series).isin(texts)) if texts else series


def texts_of(column: pd.Series) -> pd.Series:
    """The cells as texts, missing ones left as they are: each different text is looked at once."""
    if pd.api.types.infer_dtype(column, skipna=True) != "string":  # True and 1 are the same to pandas
        return column.map(as_text, na_action="ignore")
    codes, different = pd.factorize(column, use_na_sentinel=True)
    texts = pd.Series([*map(as_text, np.asarray(different, dtype=object)), None], dtype=object).to_numpy()[codes]
    return pd.Series(texts, index=column.index, name=column.name)


def are_numbers(texts: pd.Series) -> pd.Series:
    """Which texts are numbers; none, where one is a code such as 00123, whose zeros would be lost."""
    found = texts.str.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
    return found & (not bool(texts.str.fullmatch(r"0\d+").any()))


def to_numbers(series: pd.Series) -> np.ndarray:
    """A column as float64, NaN where missing.

    Raises:
        DataError: with the row of the first cell that is not a number.
    """
    if series.dtype.kind in "iufb":
        values = series.to_numpy(float)
    elif is_duration(series):
        values = seconds(series)[0]
    elif is_date(series):
        raise wrong(series, 0, "a number")
    else:
        values = pd.to_numeric(series, errors="coerce").to_numpy(float, na_value=np.nan)
        blank = series.isna().to_numpy() | (texts_of(series) == "").to_numpy(bool)
        bad = np.isnan(values) & ~blank
        if bad.any():
            raise wrong(series, int(bad.argmax()), "a number")
    infinite = np.isinf(values)
    if infinite.any():
        raise wrong(series, int(infinite.argmax()), "a finite number")
    return values


def row_of(series: pd.Series, position: int) -> int:
    """The row of a cell in the table, from 1: the frame's index counts its rows."""
    label = series.index[position]
    return int(label) + 1 if hasattr(label, "__index__") else position + 1


def wrong(series: pd.Series, position: int, what: str) -> DataError:
    """The error of a cell that is not what its column is."""
    value = series.iloc[position]
    row = row_of(series, position)
    return DataError(
        f"column {series.name!r}, row {row}: {str(value)[:60]!r} is not {what}",
        cure="mend the cell, leave it empty, or name its text in `missing:` of the table",
    )
