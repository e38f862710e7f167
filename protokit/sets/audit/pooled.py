"""Rows of several sets in one table, as small models take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.core.names import as_text
from protokit.evaluate.audit import learners
from protokit.evaluate.audit.skills import ranks
from protokit.sets.audit.data import SetData, shared_columns

ROWS = 2000  # of each set
_ALL = 24_000  # of all sets together, but at least so many of each:
_FEWEST = 60
_EACH = 4  # rows of a level, on the average
_TABULAR = ("number", "category", "boolean")


@dataclass(frozen=True)
class Pooled:
    """Rows that networks may learn from, of the columns that the sets share, without dates, texts and images.

    Shapes:
        values: (rows, columns) numbers (NaN where missing) and codes of categories, the same ones in all sets.
        ranked: the same with each number's rank among those of its own set, so that no unit counts.
        which: (rows,) the place of each row's set; rows: (rows,) its place in the set's frame.
    """

    names: tuple[str, ...]
    levels: tuple[int, ...]
    values: np.ndarray
    ranked: np.ndarray
    which: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, sets: Sequence[SetData], purpose: str) -> Pooled | None:
        """Some rows of each set, at random; None where the sets share no column that a small model takes."""
        most = min(ROWS, max(_FEWEST, _ALL // len(sets)))
        rows = [one.some(most, purpose) for one in sets]
        which = np.repeat(np.arange(len(sets)), [len(some) for some in rows])
        names, levels, values, ranked = [], [], [], []
        for name in shared_columns(sets):
            kind = sets[0].kinds[name]
            if kind not in _TABULAR:
                continue
            parts = [one.frame[name].iloc[some] for one, some in zip(sets, rows, strict=True)]
            found = _numbers(parts) if kind == "number" else _codes(parts)
            if found is None:
                continue
            names.append(name)
            levels.append(found.levels)
            values.append(found.values.astype(float))
            ranked.append(values[-1] if found.levels else _ranked(values[-1], which))
        if not names:
            return None
        return cls(tuple(names), tuple(levels), np.stack(values, 1), np.stack(ranked, 1), which, np.concatenate(rows))


def _numbers(parts: Sequence[pd.Series]) -> learners.Column | None:
    """Numbers or spans of time of several sets; None where there are none, or both."""
    spans = {part.dtype.kind == "m" for part in parts}
    if len(spans) > 1:
        return None
    if not spans.pop():
        parts = [pd.to_numeric(part, errors="coerce") for part in parts]
    return learners.column(pd.concat(parts, ignore_index=True), "number")


def _codes(parts: Sequence[pd.Series]) -> learners.Column | None:
    """Levels in the order of their names, which tells no set; None where rows have hardly two of a level."""
    whole = pd.concat([part.map(as_text, na_action="ignore").astype(object) for part in parts], ignore_index=True)
    codes, different = pd.factorize(whole, sort=True)
    levels = len(different) + 1
    return learners.Column(np.where(codes < 0, levels - 1, codes), levels) if levels * _EACH <= len(codes) else None


def _ranked(values: np.ndarray, which: np.ndarray) -> np.ndarray:
    """The rank of each number among those of its set, from 0 to 1. Shapes: (rows,), (rows,) -> (rows,)."""
    found = np.full(len(values), np.nan)
    for i in np.unique(which):
        own = (which == i) & np.isfinite(values)
        found[own] = ranks(values[own])
    return found
