"""The model as ONNX Runtime computes it: a row takes a part of a millisecond, and several threads do it at once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.bundle.model import Model
from protokit.core.errors import DataError, MissingExtra, SpecError
from protokit.core.libraries.optional import optional
from protokit.doors.exporting import exported
from protokit.doors.files.onnx_file import OnnxFile
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.texts import OfCategory
from protokit.doors.planning import plan_of
from protokit.doors.serve.engine import Columns, Engine, KerasEngine, frame_of, plain
from protokit.doors.serve.fields import Cells, Field, told

_NO_TABLE = pd.DataFrame()
_SURE = 1e30  # no number up to it is too large


class OnnxEngine:
    """A model that goes into a file of ONNX, and was held against it.

    Raises:
        SpecError: it does not go into one.
        DataError: the file says something else than the model.
        MissingExtra: the extra `export` is not installed.
    """

    name = "onnxruntime"

    def __init__(self, model: Model, fields: Sequence[Field]) -> None:
        plan = plan_of(model)
        if plan.what:
            raise SpecError.one(f"{plan.what} are not served as rows are", "use Keras")
        self._model, self._encoder, self._raw = model, model.encoder, plan.raw
        self._as_given = model.input_schema is None or not model.input_schema.clean
        self._known = {name: frozenset(one.levels or ()) for name, one in self._raw.items()}
        runtime = optional("onnxruntime", "export")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        with tempfile.TemporaryDirectory(prefix="protokit-serve-") as folder:
            path = Path(folder) / "model.onnx"
            exported(OnnxFile(), model, path, None, None)
            self._session = runtime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        self._fields, self._of_scores = fields, [end for end in plan.ends if end.is_scores]
        self._names = [end.name for end in self._of_scores]

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
        if column.dtype == "float64" and all(cell is None or type(cell) is float for cell in cells):
            numbers = np.array([np.nan if cell is None else cell for cell in cells], np.float64)
            if not (np.abs(numbers) > _SURE).any():
                return numbers[:, None]
        if isinstance(column, OfCategory) and all(cell is None or cell in self._known[column.name] for cell in cells):
            return np.array(["" if cell is None else cell for cell in cells], object)[:, None]
        return column.array(pd.Series(list(cells), dtype=object, name=column.name))

    def _said(self, given: Mapping[str, np.ndarray]) -> Columns:
        """The columns of what is predicted, by the rules of the model's own."""
        scores = {}
        for end, one in zip(self._of_scores, self._session.run(self._names, dict(given)), strict=True):
            scores[end.target] = np.asarray(one, np.float64)
        found = self._encoder.predictions(_NO_TABLE, scores)
        return {str(name): [plain(cell) for cell in cells.tolist()] for name, cells in found.items()}


def engine_of(model: Model, fields: Sequence[Field]) -> tuple[Engine, str]:
    """The fastest that computes a model, and why it is no faster one."""
    try:
        return OnnxEngine(model, fields), ""
    except SpecError as error:
        return KerasEngine(model), error.faults[0].rule
    except DataError as error:
        return KerasEngine(model), f"as a file {error.rule}"
    except MissingExtra as error:
        return KerasEngine(model), str(error)
