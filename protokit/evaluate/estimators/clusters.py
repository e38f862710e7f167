"""The baselines of clusters, on the points that the columns make: scikit-learn's own, with its defaults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.evaluate.baselines.baseline import Fitted
from protokit.evaluate.estimators.quiet import one_thread

_STARTS = 10
_BLUR = 1e-3  # of the mean variance, added to that of each component


def kmeans(points: np.ndarray, count: int, seed: int) -> Fitted:
    """So many centers. Shapes: points (rows, width)."""
    with one_thread():
        model = KMeans(count, n_init=_STARTS, random_state=derive(seed, "kmeans")).fit(points)
    return _OfPoints(lambda points: -model.transform(points))


def gaussian_mixture(points: np.ndarray, count: int, seed: int) -> Fitted:
    """So many Gaussians. Shapes: points (rows, width)."""
    options = {"n_init": _STARTS, "random_state": derive(seed, "gaussian_mixture")}
    with one_thread():
        try:
            model = GaussianMixture(count, **options).fit(points)
        except ValueError:  # a component shrank to a point, or to a plane, as categories let it
            blur = _BLUR * float(points.var(axis=0).mean()) + 1e-12
            model = GaussianMixture(count, reg_covar=blur, **options).fit(points)
    return _OfPoints(model.predict_proba)


class _OfPoints:
    """What a function says of the points that the columns make."""

    def __init__(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        self._function = function

    def scores(self, features: Features) -> np.ndarray:
        return np.asarray(self._function(np.asarray(features.points)))
