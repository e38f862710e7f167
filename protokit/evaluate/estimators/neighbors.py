"""What the nearest training rows say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators.features import Cells, Matrix, linear_matrix

_HELD_OUT = 2_000  # training rows, at most, that the number of neighbours is chosen on
_COUNTS = (1, 5, 15, 50)
_DENSE = 1_000  # columns from which on a matrix stays sparse
_AT_A_TIME = 4_096


def fitted(features: Features, truth: np.ndarray, target: TargetSpec, seed: int, most_rows: int) -> Near:
    """Training rows, at most so many, and how many of the nearest are asked."""
    matrix = linear_matrix(features, seed)
    order = np.random.Generator(np.random.PCG64(derive(seed, "neighbors"))).permutation(len(truth))[:most_rows]
    x, outcomes = _plain(matrix(features))[order], _outcomes(truth, target)[order]
    held = min(_HELD_OUT, len(order) // 5)
    counts = [count for count in _COUNTS if count <= len(order) - held] or [1]
    if held == 0 or len(counts) == 1:
        return Near(matrix, x, outcomes, counts[0], target)
    tried = [Near(matrix, x[held:], outcomes[held:], count, target) for count in counts]
    found = tried[-1].nearest(x[:held])
    costs = [_cost(one.of(found), outcomes[:held], target) for one in tried]
    return Near(matrix, x, outcomes, counts[int(np.argmin(costs))], target)


@dataclass(frozen=True)
class Near:
    """Training rows, and how many of them are asked."""

    matrix: Matrix
    x: Cells
    outcomes: np.ndarray
    count: int
    target: TargetSpec

    def nearest(self, x: Cells) -> np.ndarray:
        """The nearest training rows of each row, the nearest first. Shapes: (rows, many) -> (rows, count)."""
        search = NearestNeighbors(n_neighbors=self.count).fit(self.x)
        found: np.ndarray = np.concatenate([search.kneighbors(some, return_distance=False) for some in _chunks(x)])
        return found

    def of(self, nearest: np.ndarray) -> np.ndarray:
        """What so many of the nearest rows say. Shapes: (rows, count or more) -> as Fitted.scores."""
        found = self.outcomes[nearest[:, : self.count]]
        if self.target.task == "quantile":
            return np.asarray(np.quantile(found, self.target.quantiles, axis=1).T)
        if self.target.task == "regression":
            return np.asarray(found.mean(axis=1))
        shares: np.ndarray = (found.sum(axis=1) + self.outcomes.mean(axis=0)) / (self.count + 1)
        return shares

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        return self.of(self.nearest(_plain(self.matrix(features))))


def _outcomes(truth: np.ndarray, target: TargetSpec) -> np.ndarray:
    """Shapes: (rows,) of numbers, (rows, classes that are there) or (rows, labels) of 0 and 1."""
    if not target.has_classes:
        return truth
    kinds, position = np.unique(truth, return_inverse=True)
    return np.eye(len(kinds))[position]


def _cost(scores: np.ndarray, outcomes: np.ndarray, target: TargetSpec) -> float:
    """The log loss, the squared error, or the pinball loss."""
    if target.task == "regression":
        return float(((scores - outcomes) ** 2).mean())
    if target.task == "quantile":
        above, levels = outcomes[:, None] - scores, np.array(target.quantiles)
        return float(np.maximum(levels * above, (levels - 1) * above).mean())
    likely = np.where(outcomes == 1, scores, 1 - scores if target.task == "multilabel" else 1.0)
    return float(-np.log(np.maximum(likely, 1e-12)).mean())


def _plain(x: Cells) -> Cells:
    """In single precision, which is exact enough for neighbours; dense where there are few columns."""
    if isinstance(x, np.ndarray):
        return np.asarray(x, np.float32)
    return x.toarray().astype(np.float32) if x.shape[1] <= _DENSE else x


def _chunks(x: Cells) -> Iterator[Cells]:
    rows: int = x.shape[0]
    for start in range(0, rows, _AT_A_TIME):
        yield x[start : start + _AT_A_TIME]
