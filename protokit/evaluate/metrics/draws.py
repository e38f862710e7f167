"""Metrics of rows that were drawn: whether they could be real ones, as a set."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import TYPE_CHECKING

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast


class _OfSets(Metric):
    """A distance of two sets of rows, by the function of its name in `protokit.evaluate.scoring.draws`."""

    tasks = ("generation",)
    greater_is_better = False

    def _of(self) -> Callable[[Predictions, np.ndarray], np.ndarray]:
        from protokit.evaluate.scoring import draws

        function: Callable[[Predictions, np.ndarray], np.ndarray] = getattr(draws, self.name)
        return function

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring.draws import once

        return float(self._of()(predictions, once(predictions))[0]) if len(predictions.truth) else nan

    def fast(self, predictions: Predictions) -> Fast | None:
        """See Metric."""
        return self._of()


@METRICS.add
class EnergyDistance(_OfSets):
    """How far drawn rows lie from real ones, whole rows as points."""

    name = "energy_distance"
    about = "How far drawn rows lie from real ones as a whole, in standard deviations of the columns; 0: nowhere."
    bounds = (0.0, inf)
    rank = 320


@METRICS.add
class MarginalDistance(_OfSets):
    """How far the distribution of each column is from that of the real rows."""

    name = "marginal_distance"
    about = "The largest difference of the distribution functions of drawn and real cells, mean over the columns."
    bounds = (0.0, 1.0)
    rank = 321


@METRICS.add
class TwoSampleAccuracy(Metric):
    """How well a classifier tells drawn rows from real ones."""

    name = "two_sample_accuracy"
    about = "The share of rows that a random forest tells rightly to be real or drawn; 0.5 is by chance."
    tasks = ("generation",)
    greater_is_better = None
    bounds = (0.0, 1.0)
    rank = 322

    def per_row(self, predictions: Predictions) -> np.ndarray:
        """See Metric."""
        from protokit.evaluate.scoring.draws import told_apart

        return told_apart(predictions)
