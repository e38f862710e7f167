"""The last value again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Naive(Baseline):
    """The last known value at each step."""

    name = "naive"
    about = "The last known value at each step."
    tasks = ("forecasting",)
    default = True
    rank = 50

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators.forecasts import Repeated

        return Repeated(target.horizon, seasonal=False)  # nothing is learned
