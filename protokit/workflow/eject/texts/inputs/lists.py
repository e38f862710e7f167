"""Cells that hold several members."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from protokit.workflow.eject.texts.cells import text_of


def members_of(column: pd.Series, separator: str) -> list[list[str] | None]:
    """The members of each cell, which is a list or a text; None where it is missing."""

    def each(cell: str | Iterable[object]) -> list[str]:
        if isinstance(cell, str):
            cell = json.loads(cell) if cell.startswith("[") else cell.split(separator)
        return [text for one in cell if one is not None and (text := text_of(one))]

    return [each(cell) if isinstance(cell, list) or not pd.isna(cell) else None for cell in column]


def counts_of(cells: Sequence[list[str] | None], train: np.ndarray, most: int, several: bool) -> np.ndarray:
    """How often each member is in a cell, of those that at least three training rows have; or whether it is.

    Shapes: -> (rows, members), NaN where a cell is missing.
    """
    often = Counter(member for row in train for member in {*(cells[row] or ())})
    common = sorted((member for member in often if often[member] >= 3), key=lambda member: (-often[member], member))
    place = {member: i for i, member in enumerate(sorted(common[:most]))}
    found = np.zeros((len(cells), len(place)))
    for row, members in enumerate(cells):
        if members is None:
            found[row] = np.nan
        for member in (members or ()) if several else {*(members or ())}:
            if member in place:
                found[row, place[member]] += 1
    return found
