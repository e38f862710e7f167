"""ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protokit.bundle.exporter import EXPORTERS, Export, Exporter

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.opened.fitted import Fitted


class Onnx(Exporter):
    """One file, which ONNX Runtime runs in any language."""

    name = "onnx"
    about = "One file that ONNX Runtime runs in any language: raw columns in, names of classes out."
    ending = ".onnx"

    def export(
        self, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None, dtype: str
    ) -> Export:
        """See Exporter."""
        from protokit.doors.exporting import exported
        from protokit.doors.files.onnx_file import OnnxFile

        return exported(OnnxFile(), model, path, rows, tolerance)


EXPORTERS.add(Onnx())
