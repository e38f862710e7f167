"""A baseline: the median of the rows of one category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Baseline


@dataclass(frozen=True)
class Medians:
    """The median of each level of the first category, and that of all rows."""

    of: dict[int, float]
    whole: float

    def scores(self, features: Features) -> np.ndarray:
        """Shapes: (rows,)."""
        return np.array([self.of.get(code, self.whole) for code in _first(features).tolist()])


@BASELINES.add
class MedianOfGroup(Baseline):
    """The median of the training rows with the same level of the first category."""

    name = "median_of_group"
    about = "The median of the training rows with the same first category; of a new one, of all rows."
    tasks = ("regression",)

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Medians:
        """See Baseline."""
        codes = _first(features)
        medians = {int(code): float(np.median(truth[codes == code])) for code in np.unique(codes)}
        return Medians(medians, float(np.median(truth)))


def _first(features: Features) -> np.ndarray:
    """The codes of the first category; where there is none, all rows are of one."""
    return features.codes[:, 0] if features.codes.shape[1] else np.zeros(len(features.codes), np.int64)
