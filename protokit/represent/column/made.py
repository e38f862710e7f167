"""Columns under a name of their own, made of several columns of the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.core.suggest import of_missing
from protokit.represent.kind import KINDS
from protokit.represent.words import Represent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Made = Mapping[str, tuple[str, ...]]


def made_in(spec: Represent) -> dict[str, tuple[str, ...]]:
    """The columns that a recipe makes of others, each with those of the table that it is made of."""
    found = {}
    for name in spec.columns:
        kind = KINDS.find(spec.kind(name))
        if kind is not None and (parts := kind.parts_of(spec.options(name))):
            found[name] = parts
    return found


def with_made(frame: pd.DataFrame, made: Made) -> pd.DataFrame:
    """A table with such columns beside its own: their cells are tuples, None where all that makes one is missing.

    Raises:
        DataError: the table lacks a column.
    """
    if not made:
        return frame
    whole = frame.copy(deep=False)
    for name, parts in made.items():
        for part in parts:
            if part not in frame.columns:
                raise DataError(f"the column {part!r} is missing", cure=of_missing(part, list(frame.columns)))
        whole[name] = together(frame, parts)
    return whole


def together(frame: pd.DataFrame, parts: tuple[str, ...]) -> np.ndarray:
    """The cells of some columns as tuples, None where all are missing; a missing one of them is None too.

    Shapes: (rows,) of type object.
    """
    import numpy as np

    missing = [frame[part].isna().to_numpy(bool) for part in parts]
    lists = [np.array(frame[part], object) for part in parts]
    for cells, gone in zip(lists, missing, strict=True):
        cells[gone] = None
    found = np.fromiter(zip(*lists, strict=True), object, len(frame))
    found[np.logical_and.reduce(missing)] = None
    return found
