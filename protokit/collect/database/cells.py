"""Cells on their way into the database and back, with their types."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.cells.times.columns import read
from protokit.cells.times.durations import is_duration, seconds
from protokit.cells.times.rules import UNASKED
from protokit.collect.typed_cells import is_exact, with_gaps


def plain_frame(series: pd.Series) -> tuple[pd.Series | None, bool]:
    """A column as the database can hold it, or None for cells of other kinds; and whether it had a time zone.

    A time with a zone is held in UTC, so that what an expression says of it does not depend on the machine; a length of
    time as its seconds.
    """
    kind = series.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return series.dt.tz_convert("UTC").dt.tz_localize(None), True
    if isinstance(kind, pd.CategoricalDtype):
        return plain_frame(series.astype(kind.categories.dtype if series.notna().all() else object))
    if kind.kind == "O" and not isinstance(kind, pd.StringDtype):
        return _objects(series), False
    if isinstance(kind, pd.StringDtype):
        return series.astype(object).where(series.notna(), None), False
    if is_duration(series):
        return pd.Series(seconds(series)[0], series.index), False
    return (series if kind.kind in "iufbM" else None), False


def _objects(series: pd.Series) -> pd.Series | None:
    found = pd.api.types.infer_dtype(series, skipna=True)
    if found in ("string", "empty"):
        return series.astype("float64") if found == "empty" else series.where(series.notna(), None)
    if found == "boolean":
        return series.astype("boolean")
    if found in ("integer", "mixed-integer-float", "floating", "decimal"):
        try:
            if found == "integer":
                below = series.dropna().max() < 1 << 63
                return series.astype("Int64" if below else "UInt64")
            return series.astype("float64")
        except (TypeError, ValueError, OverflowError):
            return None
    if found in ("date", "datetime", "datetime64"):
        times = read(series, UNASKED)
        return None if times.unread.any() else pd.Series(times.values, series.index)
    return None


def taken(series: pd.Series, rows: np.ndarray | None = None) -> pd.Series:
    """The cells at some rows with their type, missing where the row is -1; or a column of the database's.

    Whole numbers become floats where some are missing, as everywhere in pandas.
    """
    if rows is not None:
        missing = rows < 0
        if not missing.any():
            return pd.Series(series.array.take(rows), dtype=series.dtype)
        if series.dtype.kind in "iu" and not is_exact(series):
            return pd.Series([None if row < 0 else str(series.iloc[row]) for row in rows], dtype=object)
        cells = pd.api.extensions.take(series.array, rows, allow_fill=True)
        if series.dtype.kind not in "Ob" or isinstance(series.dtype, (pd.StringDtype, pd.BooleanDtype)):
            return pd.Series(cells)
        plain = pd.Series(cells, dtype=object)
        plain[missing] = None
        return plain
    if isinstance(series.dtype, pd.BooleanDtype) and not series.isna().any():
        return series.astype(bool)
    if isinstance(series.dtype, (pd.StringDtype, pd.BooleanDtype)) or series.dtype.kind == "O":
        return series.astype(object).where(series.notna(), None)
    if pd.api.types.is_extension_array_dtype(series.dtype) and series.dtype.kind in "iuf":
        return with_gaps(series) if series.dtype.kind in "iu" else series.astype("float64")
    return series


def placed(series: pd.Series, zone: bool) -> pd.Series:
    """A column of the database's; where it had a time zone there it has that of UTC."""
    return series.dt.tz_localize("UTC") if zone and series.dtype.kind == "M" and series.dt.tz is None else series
