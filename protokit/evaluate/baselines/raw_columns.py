"""The columns as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class RawColumns(Baseline):
    """Rows as points of the columns themselves: standardised numbers, one-hot categories, components of images."""

    name = "raw_columns"
    about = "Nearest rows by the columns as they are: standardised numbers, one-hot categories."
    tasks = ("similarity",)
    default = True
    rank = 15

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators.structured import raw_columns

        return raw_columns.fitted(features, seed, weights)
