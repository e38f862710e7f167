"""Missing cells of steps, with the last one before them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from protokit.doors.arithmetic.steps import StepArithmetic

Value = TypeVar("Value")


def filled(a: StepArithmetic[Value], numbers: Value, steps: int) -> Value:
    """Numbers with the last one before each that is missing; NaN where there is none: steps are looked back on by
    twice as many each time.

    Shapes: (rows, steps, columns) -> the same.
    """
    back = 1
    while back < steps:
        before = a.columns(numbers, np.maximum(np.arange(steps) - back, 0).tolist())
        numbers = a.where(a.unary("isnan", numbers), before, numbers)
        back *= 2
    return numbers
