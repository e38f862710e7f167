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
    if series.dtype != object:
        return series
    codes, found = pd.factorize(series, use_na_sentinel=True)
    different = list(found)
    if not different or not all(isinstance(one, str) for one in different):
        return series
    rules = Rules(Marks.of(missing), decimal, thousands)
    if missing is not None and rules.marks.floats:
        lost = rules.marks.meet_in_column(
            different, np.bincount(codes[codes >= 0]), decimal=decimal, thousands=thousands
        )
        rest = list(compress(different, ~lost))
        if lost.any() and rest and (numbers_of(rest, rules) is not None or _are_measured(rest, rules)):
            gone = np.append(lost, True)[codes]
            return settled(series.where(~gone, None), decimal, thousands)
    typed = numbers_of(different, rules)
    whole = typed is not None and typed.dtype.kind == "i"
    gaps = bool((codes < 0).any())
    alike = typed is not None and len(np.unique(typed)) < len(different)
    if typed is None or alike or (whole and gaps and numbers.loses_digits(different)):
        return series
    values = typed[codes] if not gaps else np.append(typed.astype(np.float64), np.nan)[codes]
    return pd.Series(values, index=series.index, name=series.name)


def _are_measured(texts: Sequence[str], rules: Rules) -> bool:
    found = numbers.found_in(texts, decimal=rules.decimal, thousands=rules.thousands)
    return found is not None and found.all and not found.plain
