"""Centers of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Kmeans(Baseline):
    """Centers among the points that the columns make, each column counting the same."""

    name = "kmeans"
    about = "Centers among the points that the columns make, each column counting the same."
    tasks = ("clustering",)
    default = True
    rank = 70

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import clusters

        return clusters.kmeans(truth, len(target.classes), seed)
