"""Numbers as a network likes them: bounded, centred, with missing cells filled and marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import QuantileTransformer

_FARTHEST = 3.0  # standard normal units
_MOST_QUANTILES = 1000
_UNLIKELY = 1e-4


@dataclass(frozen=True)
class Scaler:
    """Each number by its rank and by its size, fitted on the training rows; missing cells get the median.

    The mean of two scalings: quantiles to a standard normal, and standardised with a soft bound. Why both:
    docs/decisions/default-network.md. A column of two values is only standardised, for quantiles would push it to
    the bounds. A column that had missing cells in the training rows is followed, after all others, by an indicator.

    Source: scikit-learn's SimpleImputer, QuantileTransformer and MissingIndicator, whose fitted state this is.
    """

    medians: np.ndarray
    quantiles: np.ndarray
    centers: np.ndarray
    scales: np.ndarray
    two: np.ndarray
    marked: np.ndarray

    @classmethod
    def fit(cls, numbers: np.ndarray) -> Scaler:
        """Shapes: (training rows, columns), NaN where missing."""
        rows, columns = numbers.shape
        if columns == 0:
            empty = np.zeros(0)
            return cls(empty, np.zeros((2, 0)), empty, empty, np.zeros(0, bool), np.zeros(0, bool))
        marked = np.isnan(numbers).any(axis=0)
        imputer = SimpleImputer(strategy="median", keep_empty_features=True)
        filled = imputer.fit_transform(numbers)
        transformer = QuantileTransformer(
            n_quantiles=max(2, min(_MOST_QUANTILES, rows)), subsample=None, output_distribution="normal"
        ).fit(filled)
        two = np.array([len(np.unique(column)) <= 2 for column in filled.T])
        spread = filled.std(axis=0)
        return cls(
            imputer.statistics_,
            transformer.quantiles_,
            filled.mean(axis=0),
            np.where(spread > 0, spread, 1.0),
            two,
            marked,
        )

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
            "medians": self.medians.tolist(),
            "quantiles": self.quantiles.tolist(),
            "centers": self.centers.tolist(),
            "scales": self.scales.tolist(),
            "two": self.two.tolist(),
            "marked": self.marked.tolist(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Scaler:
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


def beyond(numbers: np.ndarray, quantiles: np.ndarray, measured: bool, columns: int) -> str:
    """What there is to say of numbers beyond those of the training rows; nothing where chance explains them.

    The highest of n + m like numbers are all among the last m with a probability of (m / (n + m)) ** k, for k of them.
    Few are told all the same where they are farther out than the training rows are wide. `columns` are looked at.
    """
    low, high = float(quantiles[0]), float(quantiles[-1])
    width = high - low
    above, below = numbers > high, numbers < low
    count = int(above.sum() + below.sum())
    if count == 0 or width <= 0:
        return ""
    chance = len(numbers) / (len(numbers) + len(quantiles))
    often = max(int(above.sum()), int(below.sum()))
    far = (numbers > high + width) | (numbers < low - width)
    if not far.any() and chance**often > _UNLIKELY / columns:
        return ""
    of = f"{count:,} of {len(numbers):,} cells are beyond the training rows"
    return of + (f", which go from {low:.4g} to {high:.4g}" if measured else "")
