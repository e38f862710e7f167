"""Who computes what is predicted, whatever thread asks."""

from __future__ import annotations

import math
import warnings
from threading import Lock
from typing import Protocol

import numpy as np
import pandas as pd

from protokit.bundle.opened.learned import Learned
from protokit.core.errors import PredictionNotice
from protokit.doors.serve.fields import Cells

Columns = dict[str, list[object]]  # of what is predicted: see Model.predict


class Engine(Protocol):
    """Predicts what has the model's columns.

    Raises:
        DataError: by both, a cell is not what its column is.
    """

    name: str

    def table(self, frame: pd.DataFrame) -> tuple[Columns, list[str]]:
        """Of a table, as `Model.predict` takes it; and what is said of its cells."""

    def cells(self, cells: Cells) -> tuple[Columns, list[str]]:
        """Of cells as JSON has them, None where missing."""


class KerasEngine:
    """The model itself, for one at a time."""

    name = "keras"

    def __init__(self, model: Learned) -> None:
        self._model, self._lock = model, Lock()

    def table(self, frame: pd.DataFrame) -> tuple[Columns, list[str]]:
        """See Engine."""
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore", PredictionNotice)  # they are in what is returned
            found = self._model.predict(frame, unseen="allow")
        columns = {str(name): [plain(cell) for cell in found[name].tolist()] for name in found.columns}
        return columns, list(found.attrs.get("notices", ()))

    def cells(self, cells: Cells) -> tuple[Columns, list[str]]:
        """See Engine."""
        return self.table(frame_of(cells))


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
