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


def fitted(
    features: Features,
    truth: np.ndarray,
    target: TargetSpec,
    seed: int,
    most_rows: int,
    weights: np.ndarray | None = None,
) -> Near:
    """Training rows, at most so many, and how many of the nearest are asked."""
    matrix = linear_matrix(features, seed)
    order = np.random.Generator(np.random.PCG64(derive(seed, "neighbors"))).permutation(len(truth))[:most_rows]
    x, outcomes = _plain(matrix(features))[order], _outcomes(truth, target)[order]
    by = None if weights is None else np.asarray(weights, np.float64)[order]
    held = min(_HELD_OUT, len(order) // 5)
    counts = [count for count in _COUNTS if count <= len(order) - held] or [1]
    if held == 0 or len(counts) == 1:
        return Near(matrix, x, outcomes, counts[0], target, by)
    others = None if by is None else by[held:]
    tried = [Near(matrix, x[held:], outcomes[held:], count, target, others) for count in counts]
    found = tried[-1].nearest(x[:held])
    own = None if by is None else by[:held]
    costs = [_cost(one.of(found), outcomes[:held], target, own) for one in tried]
    return Near(matrix, x, outcomes, counts[int(np.argmin(costs))], target, by)


@dataclass(frozen=True)
class Near:
    """Training rows, and how many of them are asked."""

    matrix: Matrix
    x: Cells
    outcomes: np.ndarray
    count: int
    target: TargetSpec
    weights: np.ndarray | None = None

    def nearest(self, x: Cells) -> np.ndarray:
        """The nearest training rows of each row, the nearest first. Shapes: (rows, many) -> (rows, count)."""
        search = NearestNeighbors(n_neighbors=self.count).fit(self.x)
        found: np.ndarray = np.concatenate([search.kneighbors(some, return_distance=False) for some in _chunks(x)])
        return found

    def of(self, nearest: np.ndarray) -> np.ndarray:
        """What so many of the nearest rows say. Shapes: (rows, count or more) -> as Fitted.scores."""
        asked = nearest[:, : self.count]
        found = self.outcomes[asked]
        by = None if self.weights is None else self.weights[asked]
        if self.target.form == "quantiles":
            if by is None:
                return np.asarray(np.quantile(found, self.target.quantiles, axis=1).T)
            each = [
                np.quantile(own, self.target.quantiles, weights=w, method="inverted_cdf")
                for own, w in zip(found, by, strict=True)
            ]
            return np.asarray(each)
        if self.target.of_task.deviance != "squared_error":  # a mean of 0 would be a deviance without bound
            mean = np.average(self.outcomes, weights=self.weights)
            return np.asarray((np.average(found, axis=1, weights=by) * self.count + mean) / (self.count + 1))
        if self.target.form == "number":
            return np.asarray(np.average(found, axis=1, weights=by))
        if by is not None:  # as many neighbours as there are, each by its weight
            by = by * (self.count / by.sum(axis=1, keepdims=True))
            found = found * by[..., None]
        prior = np.average(self.outcomes, axis=0, weights=self.weights)
        shares: np.ndarray = (found.sum(axis=1) + prior) / (self.count + 1)
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


def _cost(scores: np.ndarray, outcomes: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None) -> float:
    """The log loss, the squared error, or the pinball loss."""
    if target.form == "number":
        return float(np.average((scores - outcomes) ** 2, weights=weights))
    if target.form == "quantiles":
        above, levels = outcomes[:, None] - scores, np.array(target.quantiles)
        return float(np.average(np.maximum(levels * above, (levels - 1) * above).mean(axis=1), weights=weights))
    likely = np.where(outcomes == 1, scores, 1 - scores if target.form == "labels" else 1.0)
    return float(-np.average(np.log(np.maximum(likely, 1e-12)).mean(axis=1), weights=weights))


def _plain(x: Cells) -> Cells:
    """In single precision, which is exact enough for neighbours; dense where there are few columns."""
    if isinstance(x, np.ndarray):
        return np.asarray(x, np.float32)
    return x.toarray().astype(np.float32) if x.shape[1] <= _DENSE else x


def _chunks(x: Cells) -> Iterator[Cells]:
    rows: int = x.shape[0]
    for start in range(0, rows, _AT_A_TIME):
        yield x[start : start + _AT_A_TIME]
