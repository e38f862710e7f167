"""LiteRT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protokit.bundle.exporter import EXPORTERS, Export, Exporter

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.opened.fitted import Fitted


class OfLiteRt(Exporter):
    """One small file, which LiteRT runs on phones and boards."""

    name = "litert"
    about = "One small file that LiteRT runs on phones and boards: numbers and codes of levels in, probabilities out."
    ending = ".tflite"
    dtypes = ("float32", "float16", "int8")

    def export(
        self, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None, dtype: str
    ) -> Export:
        """See Exporter."""
        from protokit.doors.exporting import exported
        from protokit.doors.files.litert.litert_file import LiteRtFile

        return exported(LiteRtFile(dtype, rows), model, path, rows, tolerance)


EXPORTERS.add(OfLiteRt())
