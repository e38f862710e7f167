"""A metric: how many of the positive rows are among those with the highest probabilities."""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric


@METRICS.add
class GainAt10(Metric):
    """The gain of a campaign that reaches a tenth of the rows, those with the highest probability."""

    name = "gain_at_10"
    about = "Of all positive rows, the share that is among the tenth of rows with the highest probability."
    tasks = ("binary",)
    undefined = "none of them is positive"

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        positive = predictions.is_positive
        first = np.argsort(-predictions.positive_scores, kind="stable")[: max(1, len(positive) // 10)]
        return float(positive[first].sum() / positive.sum()) if positive.any() else float("nan")
