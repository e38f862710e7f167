"""The last season again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class SeasonalNaive(Baseline):
    """The value of the last same season at each step; the last known value where the series begins later."""

    name = "seasonal_naive"
    about = "The value of the last same season at each step; the last known value where the series begins later."
    tasks = ("forecasting",)
    default = True
    rank = 60

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators.forecasts import Repeated

        return Repeated(target.horizon, seasonal=True)  # nothing is learned
