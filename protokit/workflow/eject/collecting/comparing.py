"""Whether a script sees the table that the run saw: its cells are held against the run's."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.workflow.eject.texts import cells


def missing_in(raw: pd.DataFrame, collected: pd.DataFrame, used: Sequence[str]) -> list[str]:
    """The texts that are missing cells in the collected table.

    Raises:
        SpecError: the table is not the same when it is read by pandas.
    """
    marks, kept = set[str](), set[str]()
    for name in used:
        if name not in raw or len(raw) != len(collected):
            raise otherwise(name, "it is not there" if name not in raw else f"there are {len(raw):,} rows")
        own, theirs = raw[name], collected[name]
        if own.dtype.kind != "O":
            if not _same(own, theirs):
                raise otherwise(name, "cells differ")
            continue
        there = ~theirs.isna().to_numpy()
        lost = [*own[~there & own.notna().to_numpy()]]
        if odd := [cell for cell in lost if not isinstance(cell, str)]:
            raise otherwise(name, f"{odd[0]!r} is missing")
        marks |= {*lost}
        rest = own[there]
        kept |= {cell for cell in rest if isinstance(cell, str)}
        wrong = _different(rest, theirs[there])
        if wrong.any():
            raise otherwise(name, f"a cell is {rest.iloc[int(wrong.argmax())]!r} there")
    if both := sorted(marks & kept):
        raise otherwise(both[0], "it means a missing cell in one column, and is a level of another")
    return sorted(marks)


def otherwise(what: str, why: str) -> SpecError:
    """What is said of a table that is another one in a script."""
    rule = f"pandas reads the table otherwise than the run did, at {what!r}: {why}"
    return SpecError.one(rule, "write the table anew as a plain CSV file, and run its recipe", ("collect", "tables"))


def _same(own: pd.Series, theirs: pd.Series) -> bool:
    kinds = own.dtype.kind + theirs.dtype.kind
    if set(kinds) <= set("iuf"):
        return np.array_equal(own.to_numpy(float), theirs.to_numpy(float), equal_nan=True)
    if kinds == "MM":
        a, b = (one.to_numpy().astype("datetime64[us]").astype(np.int64) for one in (own, theirs))
        return np.array_equal(a, b)
    return own.equals(theirs) or np.array_equal(own.to_numpy(), theirs.to_numpy())


def _different(own: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Of which cells a script has another value. Shapes: (cells,)."""
    if theirs.dtype.kind in "iufb":
        different: np.ndarray = pd.to_numeric(own, errors="coerce").to_numpy(float) != theirs.to_numpy(float)
        return different
    if theirs.dtype.kind == "M":
        read = pd.to_datetime(own, errors="coerce", format="ISO8601").to_numpy().astype("datetime64[us]")
        times: np.ndarray = read != theirs.to_numpy().astype("datetime64[us]")
        return times
    pairs = zip(own, theirs, strict=True)
    return np.array([a is not b and not (isinstance(a, str) and a == b) and not _alike(a, b) for a, b in pairs], bool)


def _alike(own: object, theirs: object) -> bool:
    if isinstance(own, (list, dict)) and isinstance(theirs, str):  # which are texts of JSON in a run
        try:
            return bool(json.loads(theirs) == own)
        except ValueError:
            return False
    return own == theirs if isinstance(own, bytes) else cells.text_of(own) == cells.text_of(theirs)
