"""A linear model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Linear(Baseline):
    """Logistic, ridge or quantile regression on standardised numbers, one-hot categories and weighted words.

    Of forecasts ridge regression, too: see protokit.evaluate.estimators.forecasts.LinearForecast. Of masks logistic
    regression on each pixel's own values.
    """

    name = "linear"
    about = "Logistic, ridge or quantile regression on all columns; of forecasts ridge regression on the window."
    tasks = (
        "binary",
        "multiclass",
        "regression",
        "vector",
        "multilabel",
        "quantile",
        "tagging",
        "segmentation",
        "forecasting",
    )
    default = True
    rank = 20

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import forecasts, masks, tabular

        if target.form == "mask":
            return masks.linear(features, truth, target, seed, weights)
        if target.form == "steps":
            return forecasts.LinearForecast.fit(features, truth)
        return tabular.linear(features, truth, target, seed, weights)
