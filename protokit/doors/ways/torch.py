"""A module of torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from protokit.bundle.exporter import EXPORTERS, Export, Exporter

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.opened.fitted import Fitted


class OfTorch(Exporter):
    """A module of torch as a file to read, and its weights beside it."""

    name = "torch"
    about = "A module of plain torch to read and to train on, its weights beside it: raw columns in, classes out."
    ending = ".py"

    def export(
        self, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None, dtype: str
    ) -> Export:
        """See Exporter."""
        from protokit.doors.exporting import exported
        from protokit.doors.files.torch.torch_file import TorchFile

        return exported(TorchFile(), model, path, rows, tolerance)


EXPORTERS.add(OfTorch())
