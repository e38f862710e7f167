"""The baseline of inputs that are given back: means and shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protokit.core.values.arrays import Features
from protokit.core.values.forms.given_back import spans
from protokit.core.values.signature import TargetSpec


@dataclass(frozen=True)
class Same:
    """The same for every row. Shapes: said (units,)."""

    said: np.ndarray

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        return np.broadcast_to(self.said, (len(features.numbers), len(self.said)))


def dummy(truth: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None) -> Same:
    """The mean of each number, and the share of each level, among the training rows."""
    by = np.ones(len(truth)) if weights is None else np.asarray(weights, np.float64)
    found = []
    for part, at in zip(target.parts, spans(target.parts, units=False), strict=True):
        cells = truth[:, at]
        if part.levels:
            known = cells[:, 0] >= 0
            shares = np.bincount(cells[known, 0].astype(np.int64), by[known], len(part.levels))
            found.append(shares / max(shares.sum(), 1e-300))
        else:
            there = ~np.isnan(cells)
            total = (there * by[:, None]).sum(axis=0)
            means = (np.where(there, cells, 0.0) * by[:, None]).sum(axis=0) / np.maximum(total, 1e-300)
            found.append(np.where(total > 0, means, np.resize(np.asarray(part.centers), part.cells)))
    return Same(np.concatenate(found))
