"""A number above 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.forms.numbers import OfNumber
from protokit.core.values.signature import TASKS

if TYPE_CHECKING:
    import numpy as np


class Positive(OfNumber):
    """A number above 0, whose errors count as shares of it. The network gives the mean, by its logarithm."""

    name = "positive"
    about = "A number above 0, whose errors count as shares of it."
    rank = 34
    like = "regression"
    coding = "rates"
    activation = "exponential"
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


TASKS.add(Positive())
