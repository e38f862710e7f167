"""Who computes what is predicted: one at a time, whatever thread asks."""

from __future__ import annotations

import math
import warnings
from threading import Lock
from typing import Protocol

import numpy as np
import pandas as pd

from protokit.bundle.model import Model
from protokit.core.errors import PredictionNotice


class Engine(Protocol):
    """Predicts tables that have the model's columns."""

    name: str

    def predict(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
        """The columns of `Model.predict`, and what is said of the rows.

        Raises:
            DataError: a cell is not what its column is.
        """


class KerasEngine:
    """The model itself."""

    name = "keras"

    def __init__(self, model: Model) -> None:
        self._model, self._lock = model, Lock()

    def predict(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
        """See Engine."""
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore", PredictionNotice)  # they are in what is returned
            found = self._model.predict(frame, unseen="allow")
        return found, list(found.attrs.get("notices", ()))


def as_json(predicted: pd.DataFrame) -> list[dict[str, object]]:
    """Each row of predictions as JSON values; a number that is not finite is null."""
    columns = {str(name): [_plain(cell) for cell in predicted[name].tolist()] for name in predicted.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(cell: object) -> object:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, (list, tuple)):
        return [_plain(one) for one in cell]
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if cell is None or isinstance(cell, (str, int)):
        return cell
    return None if cell is pd.NaT or cell is pd.NA else str(cell)
