"""Metrics of a class for each step of a sequence: rows are sequences, and so intervals are of those."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    from protokit.evaluate.scoring.resampled import Fast


class _OfSteps(Metric):
    """What a function of `protokit.evaluate.scoring.tags` says of sums over sequences."""

    tasks = ("tagging",)
    bounds = (0.0, 1.0)
    undefined = "no step of theirs has a label"
    function: ClassVar[str]

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring import tags

        return float(self.fast(predictions)(predictions, tags.once(predictions))[0])

    def fast(self, predictions: Predictions) -> Fast:
        """See Metric."""
        from protokit.evaluate.scoring import tags

        found: Fast = getattr(tags, self.function)
        return found


@METRICS.add
class StepAccuracy(_OfSteps):
    """The share of steps that are right."""

    name = "step_accuracy"
    about = "The share of the steps of all sequences whose class is right."
    function = "accuracy"


@METRICS.add
class StepF1(_OfSteps):
    """F1 of the classes of steps."""

    name = "step_f1_macro"
    about = "The harmonic mean of precision and recall of the steps of a class, mean over the classes."
    function = "f1_macro"


@METRICS.add
class SpanF1(_OfSteps):
    """F1 of runs of one label."""

    name = "span_f1"
    about = "The harmonic mean of precision and recall of runs of one label, which are right with exact borders."
    function = "span_f1"
