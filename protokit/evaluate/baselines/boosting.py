"""Boosted trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Boosting(Baseline):
    """Gradient boosting at scikit-learn's defaults; missing cells and categories as they are."""

    name = "boosting"
    about = "Gradient boosting at scikit-learn's defaults; missing cells and categories as they are."
    tasks = ("binary", "multiclass", "regression", "vector", "multilabel", "quantile", "tagging")
    default = True
    rank = 30

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import tabular

        return tabular.boosting(features, truth, target, seed, weights)
