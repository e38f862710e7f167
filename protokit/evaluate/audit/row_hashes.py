"""Hashes of rows that hold across tables, however each source wrote them, and are kept to find rows that come later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.cells.times.columns import instants
from protokit.cells.times.durations import seconds
from protokit.evaluate.audit.hashing import cells as cells_as_read
from protokit.evaluate.audit.hashing import combined, telling

_MISSING = np.uint64(0x5DEECE66D)
_DIGITS = 6  # of numbers with a fraction: as many as single precision, and most programs that write tables, keep
TELLING = np.uint64(1)  # the lowest bit of a kept hash
_MAYBE_NUMBERS = {"string", "mixed-integer", "integer", "floating", "mixed-integer-float", "decimal"}


def cells(series: pd.Series) -> np.ndarray:
    """A hash of each cell that does not depend on the source's types. Shapes: (rows,) uint64.

    1, 1.0 and the text "1" have the same, so have numbers that are equal to six digits, texts that differ in case,
    spaces and punctuation alone, and all missing cells.

    >>> cells(pd.Series([1, 2])).tolist() == cells(pd.Series(["1", "2.0"])).tolist()
    True
    """
    kind = series.dtype.kind
    if kind in "iuf":
        return _numbers(series.to_numpy(float, na_value=np.nan))
    if kind == "M":
        times = instants(series)
        found = pd.util.hash_array(times.astype("int64"))
        return np.where(np.isnat(times), _MISSING, found)
    if kind == "m":
        return _numbers(np.asarray(seconds(series)[0], float))
    plain = series.astype(object)
    found = np.where(plain.isna(), _MISSING, cells_as_read(plain))
    held = pd.api.types.infer_dtype(plain, skipna=True)
    texts = held == "mixed" and all(isinstance(cell, (str, float, int)) for cell in plain.dropna())
    if not texts and held not in _MAYBE_NUMBERS:
        return found
    codes, different = pd.factorize(plain)
    values = np.asarray(pd.to_numeric(pd.Series(different, dtype=object), errors="coerce"), float)
    known = np.isfinite(values)
    hashed = np.where(known, _numbers(values), np.uint64(0))
    of_rows = codes >= 0
    numeric = np.zeros(len(plain), bool)
    numeric[of_rows] = known[codes[of_rows]]
    found[numeric] = hashed[codes[numeric]]
    return found


def hashes_of(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A hash of each row, to be kept: 8 bytes a row, of which no cell can be read. Shapes: (rows,) uint64.

    The lowest bit says whether an equal row elsewhere is a copy: where values are few, rows are equal by chance.
    Rows may come in any order, and columns too; `frame` is as the audit has it (dates as dates).
    """
    hashes = [cells(frame[name]) for name in sorted(columns)]
    rows = combined(hashes)
    tells = telling(hashes, rows, np.arange(len(rows)))
    return (rows & ~TELLING) | tells.astype(np.uint64)


def plain_hashes(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A hash of each row as `hashes_of` has it, without what its lowest bit says. Shapes: (rows,) uint64."""
    found: np.ndarray = combined([cells(frame[name]) for name in sorted(columns)]) & ~TELLING
    return found


def seen(hashes: np.ndarray, frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Which rows are copies of such whose hashes were kept, of the same columns.

    A row that is equal where values are few may be so by chance, and is no copy.
    Shapes: hashes (kept,) uint64 -> (rows,) bool.
    """
    found: np.ndarray = np.isin(plain_hashes(frame, columns), hashes[(hashes & TELLING) > 0] & ~TELLING)
    return found


def _numbers(values: np.ndarray) -> np.ndarray:
    """Shapes: (rows,) float -> (rows,) uint64."""
    known = np.isfinite(values) & (values != 0)
    size = np.where(known, np.abs(values), 1.0)
    places = np.clip(_DIGITS - 1 - np.floor(np.log10(size)), -300, 300)
    scale = 10.0**places
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.where(
            places >= 0, np.round(values * scale) / scale, np.round(values / 10.0**-places) * 10.0**-places
        )
    keep = ~known | (values == np.round(values)) | ~np.isfinite(rounded)
    found = pd.util.hash_array(np.where(keep, values, rounded) + 0.0)
    return np.where(np.isnan(values), _MISSING, found)
