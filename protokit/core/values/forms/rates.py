"""One number a row, of which the mean is predicted, and between which bounds it lies."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.forms.numbers import OfNumber
from protokit.core.values.signature import TargetSpec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

BOUNDS = (0.05, 0.95)  # quantiles: nine rows of ten lie between them
INSIDE = 0.9


class OfRate(OfNumber):
    """A number from 0 of a distribution whose mean the network gives, by its logarithm.

    How far rows lie from their means, the target's `spread`, is that of the validation rows.
    """

    coding = "rates"
    activation = "exponential"
    like = "regression"
    spreads = True

    @abstractmethod
    def quantile(self, means: np.ndarray, spread: float, level: float) -> np.ndarray:
        """A quantile of the distribution of each row. Shapes: (rows,) -> (rows,)."""

    def bounds(self, target: TargetSpec, means: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Between which the number of each row lies, nine times of ten; None where no spread is known.

        Shapes: (rows,) -> (rows,) each.
        """
        if target.spread is None:
            return None
        low, high = (self.quantile(means, target.spread, level) for level in BOUNDS)
        return low, high

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task: the mean and, where they are known, its bounds."""
        bounds = self.bounds(target, scores)
        if bounds is None:
            return {target.name: scores}
        named = {f"{target.name} {level:g}": values for level, values in zip(BOUNDS, bounds, strict=True)}
        return {target.name: scores, **named}
