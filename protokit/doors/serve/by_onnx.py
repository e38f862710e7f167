"""The model as ONNX Runtime computes it: a row takes a part of a millisecond, and several threads do it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from protokit.bundle.predicting.kept_cells import KeptCells
from protokit.core.names import as_text
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.free_texts import OfText
from protokit.doors.graph.columns.numbers import OfNumber
from protokit.doors.graph.columns.texts import OfBoolean, OfCategory
from protokit.doors.graph.columns.times import OfDate
from protokit.doors.onnx_model import OnnxModel
from protokit.doors.serve.engine import Columns, Said, frame_of, plain, said_of
from protokit.doors.serve.fields import Cells, Field, told
from protokit.represent.few.columns import plain_numbers
from protokit.represent.few.table import FewCells

_READ = (OfText, OfDate, OfCategory)  # columns that make of a text what the file takes
_NO_TABLE = pd.DataFrame()


class OnnxEngine:
    """A model by its file."""

    name = "onnxruntime"

    def __init__(self, model: OnnxModel, fields: Sequence[Field]) -> None:
        self._model, self._encoder, self._raw = model, model.encoder, model.interface.raw
        self._as_given = model.input_schema is None or not model.input_schema.clean
        self._known = {name: _known(one) for name, one in self._raw.items()}
        self.fields, self._kept = tuple(fields), KeptCells(model.input_schema)

    def table(self, frame: pd.DataFrame) -> Said:
        """See Engine."""
        return said_of(self._model, frame, self.fields)

    def cells(self, cells: Cells) -> Said:
        """See Engine. A cell that is not what the file takes, as it stands, goes the way of a table, which reads it."""
        given = {}
        for name, column in self._raw.items() if self._as_given else ():
            if (array := self._array(column, cells[name])) is None:
                break
            given[name] = array
        else:
            if self._as_given:
                return Said(self._said(given), list(told(cells, self.fields).values()), cells)
        return self.table(frame_of(cells))

    def _array(self, column: RawColumn, cells: Sequence[object]) -> np.ndarray | None:
        """Shapes: (rows,) -> (rows, 1). None where a cell is to be read."""
        if type(column) is OfNumber:
            numbers = plain_numbers(FewCells(list(cells)))
            return None if numbers is None else np.array(numbers, np.float64)[:, None]
        known = self._known[column.name]
        if known and all(cell is None or cell in known for cell in cells):
            return np.array([*("" if cell is None else as_text(cell) for cell in cells), None], object)[:-1, None]
        if not isinstance(column, _READ) or not all(cell is None or type(cell) is str for cell in cells):
            return None
        if not self._kept.are(FewCells(list(cells))):
            return None
        texts = [cell.strip() if isinstance(cell, str) and self._kept.as_file else cell for cell in cells]
        if isinstance(column, OfCategory) and texts != list(cells):
            return None
        return column.array(pd.Series(texts, dtype=object, name=column.name))

    def _said(self, given: Mapping[str, np.ndarray]) -> Columns:
        """The columns of what is predicted, by the rules of the model's own."""
        found = self._encoder.predictions(_NO_TABLE, self._model.scores(given))
        return {str(name): [plain(cell) for cell in cells.tolist()] for name, cells in found.items()}


def _known(column: RawColumn) -> frozenset[object]:
    """The cells that a file takes as they stand."""
    return frozenset((True, False)) if isinstance(column, OfBoolean) else frozenset(column.levels or ())
