"""A mixture of Gaussians."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Mixture(Baseline):
    """A mixture of Gaussians among the points, each with a covariance of its own."""

    name = "gaussian_mixture"
    about = "A mixture of Gaussians among the points, each with a covariance of its own."
    tasks = ("clustering",)
    default = True
    rank = 80

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import clusters

        return clusters.gaussian_mixture(truth, len(target.classes), seed)
