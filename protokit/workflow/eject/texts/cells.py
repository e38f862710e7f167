"""Cells of tables as texts, numbers and truth values."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def text_of(cell: object) -> str:
    """A cell as a text: 3.0 and 3 are the same one."""
    if isinstance(cell, str):
        return cell.strip()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def texts_of(column: pd.Series) -> np.ndarray:
    """The cells of a column as texts; a missing one stays None. Shapes: (rows,) of type object."""
    return np.array([*(None if pd.isna(cell) else text_of(cell) for cell in column), None], object)[:-1]


def numbers_of(column: pd.Series, missing: Sequence[str] = ()) -> np.ndarray:
    """The cells of a column as numbers, NaN where one is missing. Shapes: (rows,) -> (rows, 1)."""
    known = column.mask(column.isin(["", *missing])) if column.dtype.kind == "O" else column
    return pd.to_numeric(known).to_numpy(float, na_value=np.nan)[:, None]


def truths_of(column: pd.Series) -> np.ndarray:
    """True and yes as 1, false and no as 0, NaN where a cell is missing. Shapes: (rows,) -> (rows, 1)."""
    known = {**dict.fromkeys(("true", "t", "yes", "y", "1"), 1.0), **dict.fromkeys(("false", "f", "no", "n", "0"), 0.0)}
    return np.array([np.nan if text in (None, "") else known[text.lower()] for text in texts_of(column)])[:, None]


def places_of(column: pd.Series, levels: Sequence[str]) -> np.ndarray:
    """The place of each cell in the order of the levels, NaN where it is missing. Shapes: (rows,) -> (rows, 1)."""
    place = {level: float(i) for i, level in enumerate(levels)}
    return np.array([np.nan if text in (None, "") else place[text] for text in texts_of(column)])[:, None]
