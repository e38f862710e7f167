"""Numbers from 0 in units of their mean."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.values.signature import TargetSpec
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.targets.coding import CODINGS, Asked, Learned
from protokit.represent.targets.codings.numbers import Numbers

_LEAST = float(np.finfo(np.float32).tiny)  # so that a mean that the network gives is never 0


class Rates(Numbers):
    """Numbers from 0 in units of the training rows' mean: there a network whose logarithms are 0 begins."""

    name = "rates"
    about = "Numbers from 0 in units of the training rows' mean."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: the mean; and how much more the numbers vary than those of a Poisson distribution."""
        values = to_numbers(frame[names[0]])
        mean = float(values.mean()) or 1.0
        return Learned(TargetSpec(names[0], asked.task, dispersion=max(0.0, float(values.var()) / mean - 1)), 0.0, mean)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: means in their own unit, above 0. Shapes: (rows, 1) -> (rows,)."""
        means: np.ndarray = np.maximum(output[:, 0], _LEAST) * learned.scale
        return means


CODINGS.add(Rates())
