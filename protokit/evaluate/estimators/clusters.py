"""The baselines of clusters, on the points that the columns make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.evaluate.baselines.baseline import Fitted
from protokit.evaluate.estimators.quiet import one_thread


def kmeans(points: np.ndarray, count: int, seed: int) -> Fitted:
    """So many centers. Shapes: points (rows, width)."""
    with one_thread():
        model = KMeans(count, n_init=10, random_state=derive(seed, "kmeans")).fit(points)
    return _OfPoints(lambda points: -model.transform(points))


def gaussian_mixture(points: np.ndarray, count: int, seed: int) -> Fitted:
    """So many Gaussians. Shapes: points (rows, width)."""
    blur = 1e-3 * float(points.var(axis=0).mean()) + 1e-12  # of categories: no variance may be 0
    options = {"n_init": 3, "reg_covar": blur, "random_state": derive(seed, "gaussian_mixture")}
    with one_thread():
        model = GaussianMixture(count, **options).fit(points)
    return _OfPoints(model.predict_proba)


class _OfPoints:
    """What a function says of the points that the columns make."""

    def __init__(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        self._function = function

    def scores(self, features: Features) -> np.ndarray:
        return np.asarray(self._function(np.asarray(features.points)))
