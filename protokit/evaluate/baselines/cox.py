"""Cox's regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class Cox(Baseline):
    """Cox's regression on all columns: hazards that are a multiple of a common one at all times."""

    name = "cox"
    about = "Cox's regression on all columns, with a small penalty."
    tasks = ("survival",)
    default = True
    rank = 22

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import survival

        return survival.cox(features, truth, target, seed, weights)
