"""Classes of which rows are to be near each other, as numbers within their part of the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.signature import TargetSpec
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned

WIDTH = 16  # numbers of an embedding


class Identities(Coding):
    """Classes, of which later rows may have others: only which rows have the same one counts."""

    name = "identities"
    about = "Classes of which only it counts which rows have the same."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding.

        Raises:
            DataError: no two training rows have the same class, or all have.
        """
        counts = frame[names[0]].map(as_text).value_counts()
        if counts.iloc[0] < 2:
            rule = f"no two training rows have the same {names[0]!r}: nothing tells which rows are alike"
            raise DataError(rule, cure="name a column that several rows have in common", path=("represent", "target"))
        if len(counts) < 2:
            rule = f"all training rows have the same {names[0]!r}: nothing tells which rows are not alike"
            raise DataError(rule, cure="bring rows of another class", path=("represent", "target"))
        return Learned(TargetSpec(names[0], asked.task, width=WIDTH))

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding. Shapes: (rows,) of texts."""
        return frame[learned.spec.name].map(as_text).to_numpy(object)

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding: numbers from 0, other ones in each part of the rows. Shapes: (rows, 1)."""
        return np.unique(truth, return_inverse=True)[1].astype(np.int32)[:, None]

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: the embedding. Shapes: (rows, width)."""
        return output


CODINGS.add(Identities())
