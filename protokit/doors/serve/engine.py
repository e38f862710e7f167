"""Who computes what is predicted, whatever thread asks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from protokit.bundle.notices import notices_of
from protokit.bundle.opened.learned import Learned
from protokit.bundle.predicting.rows import Rows
from protokit.doors.serve.fields import Cells, Field, told

Columns = dict[str, list[object]]  # of what is predicted: see Model.predict


class Said(NamedTuple):
    """What is predicted, what is told of the cells, and the cells themselves as they were read, None where missing."""

    columns: Columns
    notices: list[str]
    cells: Cells


class Engine(Protocol):
    """Predicts what has the model's columns.

    Raises:
        DataError: by both, a cell is not what its column is.
    """

    name: str

    def table(self, frame: pd.DataFrame) -> Said:
        """Of a table, as `Model.predict` takes it."""

    def cells(self, cells: Cells) -> Said:
        """Of cells as JSON has them, None where missing."""


class KerasEngine:
    """The model itself, for one at a time."""

    name = "keras"

    def __init__(self, model: Learned) -> None:
        self._model, self._lock = model, Lock()

    def table(self, frame: pd.DataFrame) -> Said:
        """See Engine."""
        with self._lock:
            return said_of(self._model, frame)

    def cells(self, cells: Cells) -> Said:
        """See Engine."""
        return self.table(frame_of(cells))


def said_of(model: Learned, frame: pd.DataFrame, fields: Sequence[Field] = ()) -> Said:
    """What a model says of a table, each cell read and held as `Model.predict` does; of some `fields` it is told
    whatever no training row had.

    Raises:
        DataError: a cell is not what its column is.
    """
    read, notices = model.rows(frame)
    rows = Rows.of(model, read, None)
    unlike = notices_of(rows.unusual, allow=True)
    found = rows.predicted()
    columns = {str(name): [plain(cell) for cell in found[name].tolist()] for name in found.columns}
    cells = {str(name): _cells(read[name] if name in read else frame[name]) for name in model.columns}
    spoken = told(cells, fields)
    others = [str(one) for one in unlike if not spoken.keys() & set(one.columns)]
    return Said(columns, [*map(str, notices), *spoken.values(), *others], cells)


def _cells(some: pd.Series) -> list[object]:
    found: list[object] = some.astype(object).where(some.notna(), None).tolist()
    return found


def frame_of(cells: Cells) -> pd.DataFrame:
    """Cells as a table: numbers where all are, else as they came."""
    columns = {}
    for name, some in cells.items():
        numbers = all(cell is None or isinstance(cell, float) for cell in some)
        columns[name] = pd.Series(list(some), dtype="float64" if numbers else object)
    return pd.DataFrame(columns)


def plain(cell: object) -> object:
    """A cell as JSON has it; a number that is not finite is null."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [plain(one) for one in cell]
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if cell is None or isinstance(cell, (str, int)):
        return cell
    return None if cell is pd.NaT or cell is pd.NA else str(cell)
