"""A column's times as numbers, for what goes by time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.represent.encoders.cells import missing_texts, to_numbers
from protokit.represent.kinds.date import Date


def times(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column's times as numbers that only grow with them: as they are, or nanoseconds since 1970.

    Shapes: (rows,) float64 or int64.

    Raises:
        DataError: there is no such column, a cell is missing, or is no time.
    """
    if name not in frame.columns:
        raise DataError(f"no column {name!r} with times", cure=did_you_mean(name, list(frame.columns)))
    column = frame[name]
    if column.isna().any():
        raise DataError(f"the time column {name!r} has missing cells", cure="fill or remove those rows")
    if column.dtype.kind in "iuf":
        return to_numbers(column)
    if odd := missing_texts(column):
        rule = f"the time column {name!r} has cells that are no time, such as {odd[0]!r}"
        raise DataError(rule, cure=f"mend them, or drop their rows: clean: [{{filter: \"{name} <> '{odd[0]}'\"}}]")
    found: np.ndarray = Date.fit(column).dates(column).to_numpy().astype("datetime64[ns]").astype("int64")
    return found
