"""What the nearest training rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Neighbors(Baseline):
    """The classes, labels or numbers of the k nearest rows, in the linear baseline's matrix.

    k is the one of 1, 5, 15 and 50 that predicts a fifth of the training rows best from the others. Shares of classes
    and labels have those of all training rows added as one neighbour more, so that none is 0. Of rows that have weights
    as many are asked as weigh k together.

    Source: Cover and Hart, Nearest Neighbor Pattern Classification, 1967.
    """

    name = "neighbors"
    about = "The classes, labels or numbers of the nearest training rows; how many is chosen on a fifth of these."
    tasks = ("binary", "multiclass", "regression", "vector", "multilabel", "quantile", "translation")
    default = True
    most_pairs = 10_000_000  # whose distances are computed in about a tenth of a second
    most_rows: int = 20_000
    rank = 40

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import neighbors
        from protokit.evaluate.estimators.structured import tokens

        if target.form == "tokens":
            return tokens.nearest(features, truth, seed, self.most_rows)
        return neighbors.fitted(features, truth, target, seed, self.most_rows, weights)
