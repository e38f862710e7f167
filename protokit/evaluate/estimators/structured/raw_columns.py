"""Rows as points of their own columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protokit.core.values.arrays import Features
from protokit.evaluate.estimators.features import Matrix, dense, linear_matrix


@dataclass(frozen=True)
class Points:
    """What the linear baseline takes."""

    matrix: Matrix

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted. Shapes: (rows, many)."""
        return dense(self.matrix(features))


def fitted(features: Features, seed: int, weights: np.ndarray | None = None) -> Points:
    """Fitted on training rows."""
    return Points(linear_matrix(features, seed, weights))
