"""Targets that are numbers, beside others."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import numpy as np


def units_of_target(numbers: np.ndarray) -> tuple[float, float]:
    """The mean and the spread of training rows. Shapes: (rows,)."""
    return float(numbers.mean()), float(numbers.std()) or 1.0


def in_units_of_target(numbers: np.ndarray, units: tuple[float, float]) -> np.ndarray:
    """Numbers as a network learns them. Shapes: (rows,) -> (rows, 1)."""
    return ((numbers - units[0]) / units[1]).astype(np.float32)[:, None]


def in_own_unit(output: np.ndarray, units: tuple[float, float]) -> np.ndarray:
    """What a network gives, in the target's own unit. Shapes: (rows, 1) -> (rows,)."""
    return np.asarray(output, np.float64)[:, 0] * units[1] + units[0]
