"""A number above 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.forms.rates import OfRate
from protokit.core.values.signature import TASKS

if TYPE_CHECKING:
    import numpy as np


class Positive(OfRate):
    """A number above 0, whose errors count as shares of it. The network gives the mean, by its logarithm."""

    name = "positive"
    about = "A number above 0, whose errors count as shares of it."
    rank = 34
    loss = "gamma_deviance"
    deviance = "gamma"
    metrics = ("mean_gamma_deviance", "d2_gamma_deviance", "mean_absolute_error")
    importance = "mean_gamma_deviance"
    what = "a number above 0"
    instead = "write learn: {task: regression}, of whole numbers {task: count}, or leave out its row: filter"

    def impossible(self, numbers: np.ndarray) -> np.ndarray:
        """See OfNumber."""
        odd: np.ndarray = numbers <= 0
        return odd

    def quantile(self, means: np.ndarray, spread: float, level: float) -> np.ndarray:
        """See OfRate: a gamma distribution, whose standard deviation is a share of its mean."""
        from scipy import stats

        found: np.ndarray = means * float(stats.gamma.ppf(level, 1 / spread, scale=spread))
        return found


TASKS.add(Positive())
