"""`.keras`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protokit.bundle.exporter import EXPORTERS, Export, Exporter

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.opened.fitted import Fitted


class OfKeras(Exporter):
    """One file, which Keras loads."""

    name = "keras"
    about = "One file that Keras loads without protokit: raw columns in, names of classes out."
    ending = ".keras"

    def export(
        self, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None, dtype: str
    ) -> Export:
        """See Exporter."""
        from protokit.doors.exporting import exported
        from protokit.doors.files.keras_file import KerasFile

        return exported(KerasFile(), model, path, rows, tolerance)


EXPORTERS.add(OfKeras())
