"""Labels as 0 and 1."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned
from protokit.represent.targets.labels import labels_of, truth_of_cells, truth_of_columns


class Labels(Coding):
    """Labels as 0 and 1."""

    name = "labels"
    about = "Labels as 0 and 1."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding."""
        return Learned(
            labels_of(frame, names, asked.separator), in_one_column=len(names) == 1, separator=asked.separator
        )

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding. Shapes: (rows, labels) int64."""
        if learned.in_one_column:
            return truth_of_cells(frame, learned.spec, learned.separator)
        return truth_of_columns(frame, learned.spec)

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding. Shapes: (rows, labels)."""
        return truth.astype(np.float32)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: probabilities. Shapes: (rows, labels)."""
        return output


CODINGS.add(Labels())
