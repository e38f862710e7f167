"""Metrics of several numbers that are one target: means over its parts, each in its own unit."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import TYPE_CHECKING

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast


class _OfParts(Metric):
    """A mean over the parts of what a function of `protokit.evaluate.scoring.parts` says of each."""

    tasks = ("vector",)

    def _of(self) -> Callable[[Predictions, np.ndarray], np.ndarray]:
        from protokit.evaluate.scoring import parts

        function: Callable[[Predictions, np.ndarray], np.ndarray] = getattr(parts, self.name.removesuffix("_macro"))
        return function

    @property
    def weighs(self) -> bool:
        """See Metric."""
        return True

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring.parts import once

        counted = self._counted(predictions)
        return float(self._of()(predictions, once(predictions))[:, counted].mean()) if counted.any() else nan

    def fast(self, predictions: Predictions) -> Fast | None:
        """See Metric."""
        of, counted = self._of(), self._counted(predictions)
        return (lambda p, counts: of(p, counts)[:, counted].mean(axis=1)) if counted.any() else None

    def _counted(self, predictions: Predictions) -> np.ndarray:
        """Which parts the mean is over. Shapes: (parts,) bool."""
        import numpy as np

        return np.ones(predictions.truth.shape[1], bool)


@METRICS.add
class R2OfParts(_OfParts):
    """The explained share of the variance."""

    name = "r2_macro"
    about = "The share of the variance that the predictions explain, mean over the parts that vary."
    bounds = (-inf, 1.0)
    undefined = "no part varies"

    def _counted(self, predictions: Predictions) -> np.ndarray:
        """Those that vary."""
        import numpy as np

        return np.ptp(predictions.truth, axis=0) > 0 if len(predictions.truth) else super()._counted(predictions)


@METRICS.add
class RootMeanSquaredErrorOfParts(_OfParts):
    """The root of the mean of the squared errors."""

    name = "root_mean_squared_error_macro"
    about = "The root of the mean of the squared errors of each part, in its own unit, mean over the parts."
    greater_is_better = False
    bounds = (0.0, inf)


@METRICS.add
class MeanAbsoluteErrorOfParts(_OfParts):
    """The mean of the errors without their sign."""

    name = "mean_absolute_error_macro"
    about = "The mean of the errors without their sign of each part, in its own unit, mean over the parts."
    greater_is_better = False
    bounds = (0.0, inf)
