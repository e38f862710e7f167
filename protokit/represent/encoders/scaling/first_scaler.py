"""The first version of the scaler, as models of the formats 1 to 3 have it: it is read, and never fitted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

_FARTHEST = 3.0  # standard normal units


@dataclass(frozen=True)
class FirstScaler:
    """Each number by its rank and by its size; missing cells get the median.

    It compares with percentiles as they were interpolated: a last bit of a number near a run of equal ones decides on
    which side of the run it lies. Hence the later version, in `scaler.py`.
    """

    medians: np.ndarray
    quantiles: np.ndarray
    centers: np.ndarray
    scales: np.ndarray
    two: np.ndarray
    marked: np.ndarray

    def knots(self, column: int) -> np.ndarray:
        """See NumberScaler."""
        return np.zeros(0) if self.two[column] else self.quantiles[:, column]

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """Shapes: (rows, columns) -> (rows, columns + indicators), float32, within -3 and 3."""
        missing = np.isnan(numbers)
        filled = np.where(missing, self.medians, numbers)
        references = np.linspace(0, 1, len(self.quantiles))
        out = (filled - self.centers) / self.scales
        for j in np.flatnonzero(~self.two):
            # the mean of both directions, so that a run of equal quantiles maps to its middle
            quantiles = self.quantiles[:, j]
            rising = np.interp(filled[:, j], quantiles, references)
            falling = -np.interp(-filled[:, j], -quantiles[::-1], -references[::-1])
            rank = np.clip(ndtri(np.clip((rising + falling) / 2, 1e-7, 1 - 1e-7)), -_FARTHEST, _FARTHEST)
            size = out[:, j] / np.hypot(1, out[:, j] / _FARTHEST)
            out[:, j] = (rank + size) / 2
        out = np.clip(out, -_FARTHEST, _FARTHEST)
        return np.concatenate([out, missing[:, self.marked]], axis=1).astype(np.float32)

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit."""
        return {
            "version": 1,
            "medians": self.medians.tolist(),
            "quantiles": self.quantiles.tolist(),
            "centers": self.centers.tolist(),
            "scales": self.scales.tolist(),
            "two": self.two.tolist(),
            "marked": self.marked.tolist(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> FirstScaler:
        """The scaler of `as_plain`."""
        quantiles = np.array(plain["quantiles"], float).reshape(len(plain["quantiles"]), len(plain["medians"]))
        return cls(
            np.array(plain["medians"], float),
            quantiles,
            np.array(plain["centers"], float),
            np.array(plain["scales"], float),
            np.array(plain["two"], bool),
            np.array(plain["marked"], bool),
        )
