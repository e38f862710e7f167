"""The fastest engine that computes a model which Keras has loaded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from protokit.bundle.model import Model
from protokit.core.errors import DataError, MissingExtra, SpecError
from protokit.doors.exporting import exported
from protokit.doors.files.onnx_file import OnnxFile
from protokit.doors.onnx_model import NAME, OnnxModel
from protokit.doors.serve.by_onnx import OnnxEngine
from protokit.doors.serve.engine import Engine, KerasEngine
from protokit.doors.serve.fields import Field


def engine_of(model: Model, fields: Sequence[Field]) -> tuple[Engine, str]:
    """A file that is made of it and held against it; or Keras, and why."""
    try:
        with tempfile.TemporaryDirectory(prefix="protokit-serve-") as folder:
            path = Path(folder) / NAME
            by_file = OnnxModel([part.encoder for part in model.parts], model.input_schema, path)
            exported(OnnxFile(), model, path, None, None)
            _ = by_file.session  # it is in memory from now on
        return OnnxEngine(by_file, fields), ""
    except SpecError as error:
        return KerasEngine(model), error.faults[0].rule
    except DataError as error:
        return KerasEngine(model), f"as a file {error.rule}"
    except MissingExtra as error:
        return KerasEngine(model), str(error)
