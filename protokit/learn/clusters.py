"""Clusters in an embedding: found on training rows, kept as plain data, the same to the bit after a load."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from protokit.core.errors import DataError
from protokit.core.seeds import derive
from protokit.core.values.said import Notice

Numbers: TypeAlias = Sequence["float | Numbers"]  # nested lists of numbers, as JSON has them
MOST = 10  # clusters that are tried where their number is to be found
_LOOKED_AT = 5_000  # training rows that the silhouette is computed on
_STARTS = 10
_BLUR = 1e-3  # of the mean variance, added to that of each component, so that none shrinks to a point


@dataclass(frozen=True)
class Clusters:
    """Centers in the embedding; of a Gaussian mixture with weights and the Cholesky factors of the precisions.

    The first cluster has the most training rows.

    Shapes:
        centers: (clusters, width).
        weights: (clusters,), precisions: (clusters, width, width); None for k-means.

    Source: scikit-learn's KMeans and GaussianMixture, whose fitted state this is.
    """

    centers: np.ndarray
    weights: np.ndarray | None = None
    precisions: np.ndarray | None = None

    @classmethod
    def fit(cls, codes: np.ndarray, by: str, count: int | None, seed: int) -> tuple[Clusters, Notice | None]:
        """Find clusters, so many or as many as the silhouette on the training rows is best with.

        Shapes: codes (training rows, width).

        Raises:
            DataError: there are fewer different rows than clusters.
        """
        codes = np.asarray(codes, np.float64)
        different = len(np.unique(codes, axis=0))
        if different < max(3, count or 0):
            raise DataError(
                f"{different} different training rows are too few for {count or 'two or more'} clusters",
                cure="bring more rows, or lower learn.clusters",
            )
        state = derive(seed, "clusters") % 2**32
        if count is not None:
            return cls._of(codes, by, count, state), None
        counts = range(2, min(MOST, different - 1) + 1)
        tried = {k: _silhouette(codes, cls._of(codes, by, k, state), state) for k in counts}
        best = max(tried, key=lambda k: tried[k])
        shown = ", ".join(f"{k}: {value:.2f}" for k, value in tried.items())
        rule = f"{best} clusters have the best silhouette of the embedded training rows ({shown})"
        return cls._of(codes, by, best, state), Notice(rule, (), "or write learn: {clusters: 3}")

    @classmethod
    def _of(cls, codes: np.ndarray, by: str, count: int, state: int) -> Clusters:
        # on one thread: several would add up in another order each time
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if by == "kmeans":
                means = KMeans(count, n_init=_STARTS, random_state=state).fit(codes)
                order = np.argsort(-np.bincount(means.labels_, minlength=count), kind="stable")
                return cls(means.cluster_centers_[order])
            blur = _BLUR * float(codes.var(axis=0).mean()) + 1e-12
            mixture = GaussianMixture(count, n_init=3, reg_covar=blur, random_state=state).fit(codes)
        order = np.argsort(-mixture.weights_, kind="stable")
        return cls(mixture.means_[order], mixture.weights_[order], mixture.precisions_cholesky_[order])

    @property
    def count(self) -> int:
        """How many clusters there are."""
        return len(self.centers)

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """How near rows are to each cluster: the probability, or for k-means the distance, negative.

        Shapes: (rows, width) -> (rows, clusters).
        """
        codes = np.asarray(codes, np.float64)
        if self.weights is None or self.precisions is None:
            squares = [((codes - center) ** 2).sum(axis=1) for center in self.centers]
            near: np.ndarray = -np.sqrt(np.stack(squares, axis=1))
            return near
        logs = []
        for weight, center, factor in zip(self.weights, self.centers, self.precisions, strict=True):
            away = ((codes - center) @ factor) ** 2
            logs.append(np.log(weight) + np.log(np.diag(factor)).sum() - away.sum(axis=1) / 2)
        stacked = np.stack(logs, axis=1)
        likely: np.ndarray = np.exp(stacked - stacked.max(axis=1, keepdims=True))
        shares: np.ndarray = likely / likely.sum(axis=1, keepdims=True)
        return shares

    def columns(self, scores: np.ndarray) -> dict[str, np.ndarray]:
        """The columns of a table of predictions: the cluster, from 1, and how sure or how far it is."""
        best = scores.max(axis=1)
        found: dict[str, np.ndarray] = {"cluster": scores.argmax(axis=1) + 1}
        return found | ({"distance": -best} if self.weights is None else {"probability": best})

    def as_plain(self) -> dict[str, Numbers | None]:
        """The state as JSON values, to the bit."""
        plain = {"centers": self.centers, "weights": self.weights, "precisions": self.precisions}
        return {name: None if values is None else values.tolist() for name, values in plain.items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Numbers | None]) -> Clusters:
        """The clusters of `as_plain`.

        Raises:
            ValueError: the shapes do not fit each other.
        """
        read = {
            name: None if plain[name] is None else np.array(plain[name], float)
            for name in ("centers", "weights", "precisions")
        }
        centers, weights, precisions = read["centers"], read["weights"], read["precisions"]
        if centers is None or centers.ndim != 2:
            raise ValueError("the centers of clusters are rows of numbers")
        count, width = centers.shape
        if (weights is None) != (precisions is None) or (
            weights is not None
            and precisions is not None
            and (weights.shape != (count,) or precisions.shape != (count, width, width))
        ):
            raise ValueError("the weights of clusters do not fit their centers")
        return cls(centers, weights, precisions)


def _silhouette(codes: np.ndarray, clusters: Clusters, state: int) -> float:
    labels = clusters.scores(codes).argmax(axis=1)
    if len(codes) > _LOOKED_AT:
        some = np.random.Generator(np.random.PCG64(state)).permutation(len(codes))[:_LOOKED_AT]
        codes, labels = codes[some], labels[some]
    several = 1 < len(np.unique(labels)) < len(labels)
    return float(silhouette_score(codes, labels)) if several else -1.0
