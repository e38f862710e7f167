"""Columns drawn one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Independent(Baseline):
    """Each number of a row is that of some training row, whatever the others are."""

    name = "independent_columns"
    about = "Each number of a row is that of some training row, whatever the others are."
    tasks = ("generation",)
    default = True
    rank = 90

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators.draws import IndependentColumns

        return IndependentColumns(truth, seed, weights)
