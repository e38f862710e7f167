"""Baselines of texts that are said token by token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.neighbors import NearestNeighbors

from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tasks.structured.translation import END
from protokit.evaluate.estimators.features import Matrix, linear_matrix


@dataclass(frozen=True)
class Commonest:
    """The same for every row. Shapes: said (tokens,)."""

    said: np.ndarray

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        return np.broadcast_to(self.said, (len(features.numbers), len(self.said)))


@dataclass(frozen=True)
class Nearest:
    """What was said of the nearest training row. Shapes: said (training rows, tokens)."""

    matrix: Matrix
    rows: NearestNeighbors
    said: np.ndarray

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        found: np.ndarray = self.said[self.rows.kneighbors(self.matrix(features), return_distance=False)[:, 0]]
        return found


def dummy(truth: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None) -> Commonest:
    """The commonest token of each place, up to the first where that is the end."""
    by = np.ones(len(truth)) if weights is None else np.asarray(weights, np.float64)
    known = np.maximum(truth, END)  # past its end, a text says the end
    often = [np.bincount(column, by, len(target.classes)).argmax() for column in known.T]
    said = np.array(often, np.int64)
    return Commonest(np.where(np.cumsum(said == END) > 0, END, said))


def nearest(features: Features, truth: np.ndarray, seed: int, most: int) -> Nearest:
    """Of more than so many training rows these are drawn."""
    matrix = linear_matrix(features, seed)
    some = np.arange(len(truth))
    if len(some) > most:
        some = np.sort(np.random.default_rng(derive(seed, "neighbors")).choice(some, most, replace=False))
    rows = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(matrix(features)[some])
    return Nearest(matrix, rows, np.maximum(truth[some], END))
