"""Numbers as a network likes them: bounded, centred, with missing cells filled and marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_FARTHEST = 3.0  # standard normal units
_MOST_QUANTILES = 1000


@dataclass(frozen=True)
class Scaler:
    """Quantile scaling to a standard normal, fitted on the training rows; missing cells get the median.

    A column of two values is standardised instead, for quantiles would push it to the bounds. A column that
    had missing cells in the training rows is followed, after all others, by an indicator of them.

    Source: scikit-learn's SimpleImputer, QuantileTransformer and MissingIndicator, whose fitted state this is.
    """

    medians: np.ndarray
    quantiles: np.ndarray
    centers: np.ndarray
    scales: np.ndarray
    marked: np.ndarray

    @classmethod
    def fit(cls, numbers: np.ndarray) -> Scaler:
        """Shapes: (training rows, columns), NaN where missing."""
        import numpy as np
        from sklearn.impute import SimpleImputer
        from sklearn.preprocessing import QuantileTransformer

        rows, columns = numbers.shape
        if columns == 0:
            empty = np.zeros(0)
            return cls(empty, np.zeros((2, 0)), empty, empty, np.zeros(0, bool))
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
            np.where(two, filled.mean(axis=0), np.nan),
            np.where(two, np.where(spread > 0, spread, 1.0), np.nan),
            marked,
        )

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """Shapes: (rows, columns) -> (rows, columns + indicators), float32, within -3 and 3."""
        import numpy as np
        from scipy.special import ndtri

        missing = np.isnan(numbers)
        filled = np.where(missing, self.medians, numbers)
        references = np.linspace(0, 1, len(self.quantiles))
        out = np.empty_like(filled)
        for j in range(filled.shape[1]):
            if np.isfinite(self.scales[j]):
                out[:, j] = (filled[:, j] - self.centers[j]) / self.scales[j]
                continue
            # the mean of both directions, so that a run of equal quantiles maps to its middle
            quantiles = self.quantiles[:, j]
            rising = np.interp(filled[:, j], quantiles, references)
            falling = -np.interp(-filled[:, j], -quantiles[::-1], -references[::-1])
            out[:, j] = ndtri(np.clip((rising + falling) / 2, 1e-7, 1 - 1e-7))
        out = np.clip(out, -_FARTHEST, _FARTHEST)
        return np.concatenate([out, missing[:, self.marked]], axis=1).astype(np.float32)

    def as_plain(self) -> dict[str, Any]:
        """The state as JSON values, to the bit."""
        import numpy as np

        def plain(values: np.ndarray) -> Any:
            return [None if v is None or (isinstance(v, float) and np.isnan(v)) else v for v in values.tolist()]

        return {
            "medians": plain(self.medians),
            "quantiles": self.quantiles.tolist(),
            "centers": plain(self.centers),
            "scales": plain(self.scales),
            "marked": self.marked.tolist(),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Scaler:
        """The scaler of `as_plain`."""
        import numpy as np

        def numbers(values: list[Any]) -> np.ndarray:
            return np.array([np.nan if v is None else v for v in values], float)

        quantiles = np.array(plain["quantiles"], float).reshape(len(plain["quantiles"]), len(plain["medians"]))
        return cls(
            numbers(plain["medians"]),
            quantiles,
            numbers(plain["centers"]),
            numbers(plain["scales"]),
            np.array(plain["marked"], bool),
        )
