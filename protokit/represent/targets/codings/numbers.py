"""Numbers in standard units of the training rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.values.signature import TargetSpec, Task
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.targets.coding import CODINGS, Coding, Learned


class Numbers(Coding):
    """Numbers in standard units of the training rows."""

    name = "numbers"
    about = "Numbers in standard units of the training rows."

    def hold(self, series: pd.Series, task: Task, *, is_derived: bool) -> None:
        """See Coding."""
        to_numbers(series)

    def fit(
        self,
        frame: pd.DataFrame,
        names: tuple[str, ...],
        task: str,
        quantiles: tuple[float, ...],
        separator: str | None,
    ) -> Learned:
        """See Coding: mean and standard deviation."""
        values = to_numbers(frame[names[0]])
        spec = TargetSpec(names[0], task)
        if spec.form == "quantiles":
            spec = TargetSpec(names[0], task, quantiles=quantiles)
        return Learned(spec, float(values.mean()), float(values.std()) or 1.0)

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: numbers in their own unit (float64)."""
        return to_numbers(frame[learned.spec.name])

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding. Shapes: (rows,) -> (rows, 1)."""
        standard: np.ndarray = (truth - learned.center) / learned.scale
        return standard.astype(np.float32)[:, None]

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: numbers in their own unit. Shapes: (rows, units) -> (rows,), or (rows, quantiles), ascending."""
        if learned.spec.form == "quantiles":
            crossed_none: np.ndarray = np.sort(output, axis=1) * learned.scale + learned.center
            return crossed_none
        numbers: np.ndarray = output[:, 0] * learned.scale + learned.center
        return numbers


CODINGS.add(Numbers())
