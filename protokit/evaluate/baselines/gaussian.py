"""One normal distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Normal(Baseline):
    """A normal distribution with the mean and the covariance of the training rows."""

    name = "gaussian"
    about = "A normal distribution with the mean and the covariance of the training rows."
    tasks = ("generation",)
    default = True
    rank = 91

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators.draws import Gaussian

        return Gaussian(truth, seed, weights)
