"""Rows drawn by simple models of the training rows."""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Features


class IndependentColumns:
    """Each number is that of some training row, whatever the others are."""

    def __init__(self, truth: np.ndarray, seed: int, weights: np.ndarray | None) -> None:
        self._truth, self._seed = truth, seed
        self._by = None if weights is None else weights / weights.sum()

    def scores(self, features: Features) -> np.ndarray:
        """Shapes: -> (rows, columns)."""
        rows, generator = len(features.numbers), np.random.Generator(np.random.PCG64(self._seed))
        columns = [column[generator.choice(len(column), rows, p=self._by)] for column in self._truth.T]
        return np.stack(columns, axis=1)


class Gaussian:
    """A normal distribution with the mean and the covariance of the training rows."""

    def __init__(self, truth: np.ndarray, seed: int, weights: np.ndarray | None) -> None:
        self._seed = seed
        self._mean = np.average(truth, axis=0, weights=weights)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(truth, rowvar=False, aweights=weights)))
        self._root = vectors * np.sqrt(np.maximum(values, 0.0))

    def scores(self, features: Features) -> np.ndarray:
        """Shapes: -> (rows, columns)."""
        generator = np.random.Generator(np.random.PCG64(self._seed))
        found: np.ndarray = generator.normal(size=(len(features.numbers), len(self._mean))) @ self._root.T + self._mean
        return found
