"""Always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Dummy(Baseline):
    """Always the shares of the classes or labels, of each pixel of masks, the mean, or the quantiles."""

    name = "dummy"
    about = "Always the shares of the classes or labels, the mean, or the quantiles."
    tasks = (
        "binary", "multiclass", "regression", "vector", "multilabel", "quantile", "tagging", "segmentation",
        "reconstruction", "translation",
    )  # fmt: skip
    default = True
    rank = 10

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import masks, tabular
        from protokit.evaluate.estimators.structured import given_back, tokens

        if target.form == "tokens":
            return tokens.dummy(truth, target, weights)
        if target.form == "inputs":
            return given_back.dummy(truth, target, weights)
        if target.form == "mask":
            return masks.dummy(truth, target, weights)
        return tabular.dummy(truth, target, weights)
