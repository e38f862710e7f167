"""What the nearest training rows say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.neighbors import NearestNeighbors

from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators.features import Cells, Matrix, linear_matrix
from protokit.evaluate.estimators.weighed import quantiles

_HELD_OUT = 2_000  # training rows, at most, that the number of neighbours is chosen on
_COUNTS = (1, 5, 15, 50)
_DENSE = 1_000  # columns from which on a matrix stays sparse
_AT_A_TIME = 4_096
_MOST_ASKED = 1_000  # of rows of little weight: where these do not reach the count, fewer are asked


def fitted(
    features: Features,
    truth: np.ndarray,
    target: TargetSpec,
    seed: int,
    most_rows: int,
    weights: np.ndarray | None = None,
) -> Near:
    """Training rows, at most so many, and how many of the nearest are asked."""
    matrix = linear_matrix(features, seed, weights)
    order = np.random.Generator(np.random.PCG64(derive(seed, "neighbors"))).permutation(len(truth))[:most_rows]
    x, outcomes = _plain(matrix(features))[order], _outcomes(truth, target)[order]
    by = None if weights is None else np.asarray(weights, np.float64)[order]
    held = min(_HELD_OUT, len(order) // 5)
    others = None if by is None else by[held:]
    there = len(order) - held if others is None else others.sum()
    counts = [count for count in _COUNTS if count <= there] or [1]
    if held == 0 or len(counts) == 1:
        return Near(matrix, x, outcomes, counts[0], target, by)
    tried = [Near(matrix, x[held:], outcomes[held:], count, target, others) for count in counts]
    found = tried[-1].nearest(x[:held])
    own = None if by is None else by[:held]
    costs = [_cost(one.of(found), outcomes[:held], target, own) for one in tried]
    return Near(matrix, x, outcomes, counts[int(np.argmin(costs))], target, by)


@dataclass(frozen=True)
class Near:
    """Training rows, and how many of them are asked: of rows that have weights, as many as weigh so much.

    The last one counts in part, so a row of weight 2 is a row that stands there twice.
    """

    matrix: Matrix
    x: Cells
    outcomes: np.ndarray
    count: int
    target: TargetSpec
    weights: np.ndarray | None = None

    @cached_property
    def _search(self) -> NearestNeighbors:
        return NearestNeighbors().fit(self.x)

    def nearest(self, x: Cells) -> np.ndarray:
        """The nearest training rows of each row, the nearest first. Shapes: (rows, many) -> (rows, count or more)."""
        many, most = self.count, min(_MOST_ASKED, len(self.outcomes))
        while True:
            found: np.ndarray = self._search.kneighbors(x, min(many, most), return_distance=False)
            if self.weights is None or many >= most or self.weights[found].sum(axis=1).min() >= self.count:
                return found
            many *= 2

    def of(self, nearest: np.ndarray) -> np.ndarray:
        """What so many of the nearest rows say. Shapes: (rows, count or more) -> as Fitted.scores."""
        if self.weights is None:
            asked, by = nearest[:, : self.count], None
            reached: np.ndarray | int = self.count
        else:
            asked, each = nearest, self.weights[nearest]
            by = np.clip(self.count - (each.cumsum(axis=1) - each), 0, each)
            reached = by.sum(axis=1, keepdims=True)
        found = self.outcomes[asked]
        if self.target.form == "quantiles":
            if by is None:
                return np.asarray(np.quantile(found, self.target.quantiles, axis=1).T)
            return np.stack([quantiles(own, w, self.target.quantiles) for own, w in zip(found, by, strict=True)])
        if self.target.of_task.deviance != "squared_error":  # a mean of 0 would be a deviance without bound
            mean = np.average(self.outcomes, weights=self.weights)
            each = np.asarray(reached).reshape(-1)
            return np.asarray((np.average(found, axis=1, weights=by) * each + mean) / (each + 1))
        if self.target.form == "number":
            return np.asarray(np.average(found, axis=1, weights=by))
        if self.target.form == "vector":
            each = None if by is None else np.repeat(by[..., None], found.shape[2], axis=2)
            return np.asarray(np.average(found, axis=1, weights=each))
        if by is not None:
            found = found * by[..., None]
        prior = np.average(self.outcomes, axis=0, weights=self.weights)
        shares: np.ndarray = (found.sum(axis=1) + prior) / (reached + 1)
        return shares

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        return np.concatenate([self.of(self.nearest(some)) for some in _chunks(_plain(self.matrix(features)))])


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
    if target.form == "vector":
        squares = (scores - outcomes) ** 2 / np.maximum(outcomes.var(axis=0), 1e-300)
        return float(np.average(squares.mean(axis=1), weights=weights))
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
