"""Columns of a table that stand beside what is predicted of its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean

KEPT = "kept"  # of a table's attrs: the names of the columns that were kept


def hold_names(keep: Sequence[str], there: Collection[str]) -> None:
    """Hold that a table has the columns that are to be kept.

    Raises:
        SpecError: it has not.
    """
    for name in keep:
        if name not in there:
            raise SpecError.one(f"the table has no column {name!r} to keep", did_you_mean(name, there))


def beside(kept: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """The kept columns, and then what is predicted of the same rows.

    Raises:
        SpecError: both have a column of one name.
    """
    if not kept.shape[1]:
        return predicted
    for name in kept.columns:
        if name in predicted.columns:
            rule = f"{name!r} cannot be kept: what is predicted has a column of that name"
            raise SpecError.one(rule, "leave it out, or give it another name in the table")
    found = pd.concat([kept.reset_index(drop=True), predicted.reset_index(drop=True)], axis=1)
    found.attrs |= {**predicted.attrs, KEPT: list(kept.columns)}
    return found
