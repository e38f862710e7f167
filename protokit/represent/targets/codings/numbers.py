"""Numbers in standard units of the training rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.forms.numbers import OfNumber
from protokit.core.values.signature import TargetSpec, Task
from protokit.represent.encoders.cells import to_numbers, wrong
from protokit.represent.kinds.number import NumberOptions
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned


class Numbers(Coding):
    """Numbers in standard units of the training rows."""

    name = "numbers"
    about = "Numbers in standard units of the training rows."

    def hold(self, series: pd.Series, task: Task, *, is_derived: bool) -> None:
        """See Coding."""
        _hold(series, to_numbers(series), task)

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: mean and standard deviation, or nothing where numbers are kept as they are."""
        values = to_numbers(frame[names[0]])
        spec = TargetSpec(names[0], asked.task)
        if spec.form == "quantiles":
            spec = TargetSpec(names[0], asked.task, quantiles=asked.quantiles)
        if isinstance(asked.options, NumberOptions) and asked.options.as_is:
            return Learned(spec)
        return Learned(spec, float(values.mean()), float(values.std()) or 1.0)

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: numbers in their own unit (float64)."""
        series = frame[learned.spec.name]
        values = to_numbers(series)
        _hold(series, values, learned.spec.of_task)
        return values

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


def _hold(series: pd.Series, values: np.ndarray, task: Task) -> None:
    """Raises: DataError: a number is none that the task is for; with its row."""
    if isinstance(task, OfNumber) and (odd := task.impossible(values)).any():
        first = int(odd.argmax())
        raise DataError(wrong(series, first, task.what).rule, cure=task.instead)
