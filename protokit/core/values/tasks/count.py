"""How often something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.forms.numbers import OfNumber
from protokit.core.values.signature import TASKS

if TYPE_CHECKING:
    import numpy as np


class Count(OfNumber):
    """How often something happens: a whole number from 0. The network gives the mean, by its logarithm."""

    name = "count"
    about = "How often something happens: a whole number from 0."
    rank = 32
    like = "regression"
    coding = "rates"
    activation = "exponential"
    loss = "poisson_deviance"
    losses = ("negative_binomial",)
    deviance = "poisson"
    metrics = ("mean_poisson_deviance", "d2_poisson_deviance", "mean_absolute_error")
    importance = "mean_poisson_deviance"
    what = "a count: those are whole numbers from 0"
    instead = "write learn: {task: regression}, or mend it"

    def impossible(self, numbers: np.ndarray) -> np.ndarray:
        """See OfNumber."""
        odd: np.ndarray = (numbers < 0) | (numbers != numbers.round())
        return odd


TASKS.add(Count())
