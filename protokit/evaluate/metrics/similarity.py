"""Metrics of embeddings: whether the nearest rows are of the same class."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, ClassVar

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast


class _Recall(Metric):
    """The share of rows with one of their own class among the nearest. Rows whose class no other has do not count."""

    tasks = ("similarity",)
    bounds = (0.0, 1.0)
    undefined = "no two rows are of the same class"
    nearest: ClassVar[int]

    def fault_of_truth(self, predictions: Predictions) -> str | None:
        """See Metric."""
        return self.undefined if len({*predictions.truth}) == len(predictions.truth) else None

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        import numpy as np

        met, counted = self._met(predictions)
        by = counted * (np.ones(len(met)) if predictions.weights is None else predictions.weights)
        return float((met * by).sum() / by.sum()) if by.sum() > 0 else nan

    def fast(self, predictions: Predictions) -> Fast | None:
        """See Metric."""
        met, counted = self._met(predictions)
        return (lambda _, counts: (counts @ (met * counted)) / (counts @ counted)) if counted.any() else None

    def _met(self, p: Predictions) -> tuple[np.ndarray, np.ndarray]:
        """Whether one is among the nearest, and whether the row counts, as 0 and 1. Shapes: (rows,) each."""
        import numpy as np

        near = p.scores[:, : self.nearest] == p.truth[:, None]
        there = np.array([one is not None for one in p.scores[:, 0]], float)
        return np.asarray(near, bool).any(axis=1).astype(float), there


@METRICS.add
class RecallAt1(_Recall):
    """Of the nearest."""

    name = "recall_at_1"
    about = "The share of rows whose nearest other row is of the same class."
    nearest = 1


@METRICS.add
class RecallAt5(_Recall):
    """Of the five nearest."""

    name = "recall_at_5"
    about = "The share of rows with one of the same class among their five nearest."
    nearest = 5
