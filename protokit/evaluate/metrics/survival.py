"""Metrics of times until an event."""

from __future__ import annotations

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric


@METRICS.add
class Concordance(Metric):
    """Harrell's concordance."""

    name = "concordance"
    about = "Of pairs of which it is known who had the event first, the share that is said so (Harrell's C)."
    tasks = ("survival",)
    bounds = (0.0, 1.0)
    undefined = "no two of them are known to have had the event one after the other"

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring.survival import concordance

        return concordance(predictions)


@METRICS.add
class IntegratedBrierScore(Metric):
    """The integrated Brier score."""

    name = "integrated_brier_score"
    about = "The squared error of the probabilities that the event is later, mean over the times."
    tasks = ("survival",)
    greater_is_better = False
    undefined = "they are in sight for less than the first of the times"

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring.survival import integrated_brier_score

        return integrated_brier_score(predictions)
