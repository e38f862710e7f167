"""One curve for all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, Fitted

if TYPE_CHECKING:
    import numpy as np


@BASELINES.add
class KaplanMeier(Baseline):
    """The curve of the training rows, the same for every row."""

    name = "kaplan_meier"
    about = "The share of the training rows without the event by each time (Kaplan and Meier)."
    tasks = ("survival",)
    default = True
    rank = 12

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""
        from protokit.evaluate.estimators import survival

        return survival.kaplan_meier(truth, target, weights)
