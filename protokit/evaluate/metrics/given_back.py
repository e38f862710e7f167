"""The metric of inputs that are given back."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.given_back import errors
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np


@METRICS.add
class ReconstructionError(Metric):
    """Squared errors of numbers in standard deviations, cross-entropies of categories."""

    name = "reconstruction_error"
    about = "How far off what is given back is: squared errors in standard deviations, cross-entropies of levels."
    tasks = ("reconstruction",)
    greater_is_better = False
    unbounded = True
    bounds = (0.0, inf)

    def per_row(self, predictions: Predictions) -> np.ndarray:
        """See Metric. The mean over the columns of each row."""
        return errors(predictions.target.parts, predictions.truth, predictions.scores)
