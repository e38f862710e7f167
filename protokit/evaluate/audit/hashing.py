"""Hashes of cells and rows, to find equal ones fast."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

_WORDS = re.compile(r"[\W_]+")
_BY_CHANCE = 0.05  # twins that a row may be expected to have, and still be called a copy if it has one
_MIX = (0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD)


def cells(series: pd.Series) -> np.ndarray:
    """A hash of each cell, (rows,) uint64; texts that differ in case, spaces and punctuation alone have the same."""
    if series.dtype.kind in "biufM":
        found: np.ndarray = pd.util.hash_pandas_object(series, index=False).to_numpy()
        return found
    if pd.api.types.infer_dtype(series, skipna=True) != "string":
        series = series.map(_plain, na_action="ignore")
    codes, different = pd.factorize(series)
    hashed = pd.util.hash_array(np.array([*map(words, different), "\0"], object), categorize=False)
    whole: np.ndarray = hashed[codes]
    return whole


def _plain(cell: object) -> object:
    """A cell that can be told from others: an array by its bytes."""
    if isinstance(cell, (str, bytes)):
        return cell
    if isinstance(cell, np.ndarray):
        return cell.tobytes() if cell.dtype != object else str(cell.tolist())
    return str(cell)


def words(cell: object) -> str:
    """A text without what two spellings of it differ in; bytes by their hash."""
    if isinstance(cell, bytes):
        return hashlib.sha256(cell).hexdigest()
    return _WORDS.sub(" ", str(cell).casefold()).strip() or str(cell)


def combined(hashes: Sequence[np.ndarray]) -> np.ndarray:
    """One hash of each row from those of its cells: a sum, so that a column is taken out by a difference."""
    rows: np.ndarray = np.stack(mixed(hashes)).sum(axis=0)
    return rows


def mixed(hashes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The hashes of the cells, so changed that equal cells of two columns do not look the same."""
    first, second = map(np.uint64, _MIX)
    with np.errstate(over="ignore"):
        return [(one ^ (first * np.uint64(i + 1))) * second for i, one in enumerate(hashes)]


def sizes(values: np.ndarray) -> np.ndarray:
    """How often the value of each row is there."""
    codes = pd.factorize(values)[0]
    found: np.ndarray = np.bincount(codes)[codes]
    return found


def copies(hashes: Sequence[np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Whether each row has a twin that is none by chance. Shapes: hashes a (rows,) each, rows (rows,) -> (rows,)."""
    doubled = np.flatnonzero(sizes(rows) > 1)
    found = np.zeros(len(rows), bool)
    found[doubled[telling(hashes, rows, doubled)]] = True
    return found


def telling(hashes: Sequence[np.ndarray], rows: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether a twin of each row at some places is none by chance.

    Where values are few, rows are equal by chance, and then rows that differ in one cell are about too: of these
    so many have to be equal as that cell's value is common, or as two cells of its column are equal where the rows
    are not. Rows of which that explains a twin are no copies.

    Shapes: hashes a (rows,) each, rows (rows,), at (places,) -> (places,).
    """
    often = sizes(rows)
    pairs, twins = len(rows) * (len(rows) - 1), (often - 1).sum()
    expected = np.zeros(len(at))
    with np.errstate(over="ignore"):
        for one, own in zip(mixed(hashes), hashes, strict=True):
            neighbours = sizes(rows - one)[at] - often[at]
            same = sizes(own)
            equal = ((same - 1).sum() - twins) / max(1, pairs - twins)
            common = (same[at] - often[at]) / len(rows)
            expected = np.maximum(expected, neighbours * np.maximum(common, equal))
    found: np.ndarray = expected < _BY_CHANCE
    return found
