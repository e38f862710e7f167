"""SavedModel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protokit.bundle.exporter import EXPORTERS, Export, Exporter

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.opened.fitted import Fitted


class OfSavedModel(Exporter):
    """A folder, which TensorFlow and TensorFlow Serving load."""

    name = "saved_model"
    about = "A folder that TensorFlow loads and TensorFlow Serving serves: raw columns in, names of classes out."
    ending = ""

    def export(
        self, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None, dtype: str
    ) -> Export:
        """See Exporter."""
        from protokit.doors.exporting import exported
        from protokit.doors.files.keras_file import SavedModel

        return exported(SavedModel(), model, path, rows, tolerance)


EXPORTERS.add(OfSavedModel())
