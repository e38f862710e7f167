"""A column of texts that has only to keep its cells apart, as numbers where that loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np
import pandas as pd

from protokit.cells import numbers
from protokit.cells.missing import Marks
from protokit.collect.text_cells import Rules, numbers_of


def settled(
    series: pd.Series,
    decimal: str | None = None,
    thousands: str | None = None,
    missing: Sequence[str] | None = None,
) -> pd.Series:
    """A column of texts as numbers where each is one, and no two different texts are the same number; else as it is.

    1.10 beside 1.1 stay two texts, and so do 007 and 7. `decimal` and `thousands` are the marks that the table names.
    Where they are numbers, so are the marks of `missing` cells: each meets its number, however it is written.
    """
    series = without_marks(series, decimal, thousands, missing)
    if (known := _texts_of(series)) is None:
        return series
    codes, different = known
    typed = numbers_of(different, Rules(Marks.of(None), decimal, thousands))
    whole = typed is not None and typed.dtype.kind == "i"
    gaps = bool((codes < 0).any())
    alike = typed is not None and len(np.unique(typed)) < len(different)
    if typed is None or alike or (whole and gaps and numbers.loses_digits(different)):
        return series
    values = typed[codes] if not gaps else np.append(typed.astype(np.float64), np.nan)[codes]
    return pd.Series(values, index=series.index, name=series.name)


def without_marks(
    series: pd.Series,
    decimal: str | None = None,
    thousands: str | None = None,
    missing: Sequence[str] | None = None,
) -> pd.Series:
    """A column of texts that are numbers, with or without a unit, less the marks of `missing` cells, in any notation;
    else as it is."""
    rules = Rules(Marks.of(missing), decimal, thousands)
    if missing is None or not rules.marks.floats or (known := _texts_of(series)) is None:
        return series
    codes, different = known
    lost = rules.marks.meet_in_column(different, np.bincount(codes[codes >= 0]), decimal=decimal, thousands=thousands)
    rest = list(compress(different, ~lost))
    if not lost.any() or not rest or (numbers_of(rest, rules) is None and not are_measured(rest, rules)):
        return series
    return series.where(~np.append(lost, True)[codes], None)


def _texts_of(series: pd.Series) -> tuple[np.ndarray, list[str]] | None:
    """The different texts of a column, and which of them each cell is, -1 where it is missing; None of other cells."""
    if series.dtype != object:
        return None
    codes, found = pd.factorize(series, use_na_sentinel=True)
    different = list(found)
    return (codes, different) if different and all(isinstance(one, str) for one in different) else None


def are_measured(texts: Sequence[str], rules: Rules) -> bool:
    """Whether all texts are numbers in a notation that is not that of computers, as 5 kg."""
    found = numbers.found_in(texts, decimal=rules.decimal, thousands=rules.thousands)
    return found is not None and found.all and not found.plain
