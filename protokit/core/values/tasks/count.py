"""How often something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.forms.rates import OfRate
from protokit.core.values.signature import TASKS

if TYPE_CHECKING:
    import numpy as np

_LEAST = 1e-6  # spread: below it the two distributions are the same


class Count(OfRate):
    """How often something happens: a whole number from 0. The network gives the mean, by its logarithm."""

    name = "count"
    about = "How often something happens: a whole number from 0."
    rank = 32
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

    def quantile(self, means: np.ndarray, spread: float, level: float) -> np.ndarray:
        """See OfRate: a Poisson distribution or, where counts vary more, a negative binomial one."""
        import numpy as np
        from scipy import stats

        if spread < _LEAST:
            return np.asarray(stats.poisson.ppf(level, means), float)
        return np.asarray(stats.nbinom.ppf(level, 1 / spread, 1 / (1 + spread * means)), float)


TASKS.add(Count())
