"""The model as ONNX Runtime computes it: a row takes a part of a millisecond, and several threads do it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.texts import OfCategory
from protokit.doors.onnx_model import OnnxModel
from protokit.doors.serve.engine import Columns, frame_of, plain
from protokit.doors.serve.fields import Cells, Field, told
from protokit.represent.few.columns import plain_numbers
from protokit.represent.few.table import FewCells

_NO_TABLE = pd.DataFrame()


class OnnxEngine:
    """A model by its file."""

    name = "onnxruntime"

    def __init__(self, model: OnnxModel, fields: Sequence[Field]) -> None:
        self._model, self._encoder, self._raw = model, model.encoder, model.interface.raw
        self._as_given = model.input_schema is None or not model.input_schema.clean
        self._known = {name: frozenset(one.levels or ()) for name, one in self._raw.items()}
        self._fields = fields

    def table(self, frame: pd.DataFrame) -> tuple[Columns, list[str]]:
        """See Engine."""
        rows, notices = self._model.rows(frame)
        found = self._said({name: column.array(rows[name]) for name, column in self._raw.items()})
        return found, [
            *(str(one) for one in notices),
            *told({name: rows[name].tolist() for name in self._raw}, self._fields),
        ]

    def cells(self, cells: Cells) -> tuple[Columns, list[str]]:
        """See Engine."""
        if not self._as_given:
            return self.table(frame_of(cells))
        found = self._said({name: self._array(column, cells[name]) for name, column in self._raw.items()})
        return found, told(cells, self._fields)

    def _array(self, column: RawColumn, cells: Sequence[object]) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1). Without pandas where cells are what the file takes."""
        if column.dtype == "float64" and (numbers := plain_numbers(FewCells(list(cells)))) is not None:
            return np.array(numbers, np.float64)[:, None]
        if isinstance(column, OfCategory) and all(cell is None or cell in self._known[column.name] for cell in cells):
            return np.array(["" if cell is None else cell for cell in cells], object)[:, None]
        return column.array(pd.Series(list(cells), dtype=object, name=column.name))

    def _said(self, given: Mapping[str, np.ndarray]) -> Columns:
        """The columns of what is predicted, by the rules of the model's own."""
        found = self._encoder.predictions(_NO_TABLE, self._model.scores(given))
        return {str(name): [plain(cell) for cell in cells.tolist()] for name, cells in found.items()}
