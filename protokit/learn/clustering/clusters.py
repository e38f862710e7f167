"""Clusters in an embedding: found on training rows, kept as plain data, the same to the bit after a load."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.spatial import cKDTree
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from protokit.core.errors import DataError
from protokit.core.seeds import derive
from protokit.core.values.said import Notice
from protokit.learn.clustering import members

Numbers: TypeAlias = Sequence["float | Numbers"]  # nested lists of numbers, as JSON has them
MOST = 10  # clusters that are tried where their number is to be found
CENTERED = ("kmeans", "gaussian_mixture")  # the others keep rows
_MOST_MEMBERS = 5_000  # training rows that are kept: what compares all pairs is not asked for more
_LOOKED_AT = 5_000  # training rows that the silhouette is computed on
_STARTS = 10
_BLUR = 1e-3  # of the mean variance, added to that of each component, so that none shrinks to a point


@dataclass(frozen=True)
class Clusters:
    """Centers in the embedding; of a Gaussian mixture with weights and the Cholesky factors of the precisions.

    Clusters that no center tells of (hdbscan, spectral, agglomerative) have members: training rows, and which cluster
    each is in. Any row is in the cluster of the nearest of them. The first cluster has the most training rows.

    Shapes:
        centers: (clusters, width).
        weights: (clusters,), precisions: (clusters, width, width); None for others than a mixture.
        members: (rows, width), labels: (rows,) from 0; None where there are centers.

    Source: scikit-learn's KMeans and GaussianMixture, whose fitted state this is, and its HDBSCAN,
    SpectralClustering and AgglomerativeClustering, which have none for further rows.
    """

    centers: np.ndarray
    weights: np.ndarray | None = None
    precisions: np.ndarray | None = None
    members: np.ndarray | None = None
    labels: np.ndarray | None = None

    @classmethod
    def fit(cls, codes: np.ndarray, by: str, count: int | None, seed: int) -> tuple[Clusters, list[Notice]]:
        """Find clusters, so many or as many as the training rows are best parted into, and what there is to say.

        Shapes: codes (training rows, width).

        Raises:
            DataError: there are fewer different rows than clusters, or no clusters.
        """
        codes = np.asarray(codes, np.float64)
        state = derive(seed, "clusters") % 2**32
        notices = []
        if by not in CENTERED and len(codes) > _MOST_MEMBERS:
            rule = f"{by} looks at {_MOST_MEMBERS:,} of the {len(codes):,} training rows, drawn once"
            notices.append(Notice(rule, (), "or write learn: {cluster_by: kmeans}, which looks at all of them"))
            codes = codes[np.sort(_some(len(codes), _MOST_MEMBERS, state))]
        different = len(np.unique(codes, axis=0))
        if different < max(3, count or 0):
            raise DataError(
                f"{different} different training rows are too few for {count or 'two or more'} clusters",
                cure="bring more rows, or lower learn.clusters",
            )
        # on one thread: several would add up in another order each time
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if by == "hdbscan":
                return cls._dense(codes, notices)
            if count is not None:
                return cls._of(codes, by, count, state), notices
            most = min(MOST, different - 1)
            if by == "spectral":
                best = members.parts_of(members.graph(codes), most)
                rule = f"{best} clusters: so many parts has the graph of each training row and its nearest ones"
            else:
                tried = {k: _silhouette(codes, cls._of(codes, by, k, state), state) for k in range(2, most + 1)}
                best = max(tried, key=lambda k: tried[k])
                shown = ", ".join(f"{k}: {value:.2f}" for k, value in tried.items())
                rule = f"{best} clusters have the best silhouette of the embedded training rows ({shown})"
            notices.append(Notice(rule, (), "or write learn: {clusters: 3}"))
            return cls._of(codes, by, best, state), notices

    @classmethod
    def _of(cls, codes: np.ndarray, by: str, count: int, state: int) -> Clusters:
        if by == "kmeans":
            means = KMeans(count, n_init=_STARTS, random_state=state).fit(codes)
            order = np.argsort(-np.bincount(means.labels_, minlength=count), kind="stable")
            return cls(means.cluster_centers_[order])
        if by != "gaussian_mixture":
            return cls._with_members(codes, members.labelled(codes, by, count, state))
        blur = _BLUR * float(codes.var(axis=0).mean()) + 1e-12
        mixture = GaussianMixture(count, n_init=3, reg_covar=blur, random_state=state).fit(codes)
        order = np.argsort(-mixture.weights_, kind="stable")
        return cls(mixture.means_[order], mixture.weights_[order], mixture.precisions_cholesky_[order])

    @classmethod
    def _dense(cls, codes: np.ndarray, notices: list[Notice]) -> tuple[Clusters, list[Notice]]:
        labels = members.dense(codes)
        lone = int((labels < 0).sum())
        found = cls._with_members(codes[labels >= 0], labels[labels >= 0])
        rule = f"hdbscan finds {found.count} clusters among the embedded training rows"
        if lone:
            rule += f"; {lone:,} of {len(labels):,} rows are in none, and take that of the nearest row that is in one"
        cure = "or write learn: {cluster_by: agglomerative, clusters: 3}"
        return found, [*notices, Notice(rule, (), cure)]

    @classmethod
    def _with_members(cls, codes: np.ndarray, labels: np.ndarray) -> Clusters:
        """Clusters by their rows."""
        sizes = np.bincount(labels)
        place = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")
        ordered = place[labels]
        centers = np.stack([codes[ordered == one].mean(axis=0) for one in range(len(sizes))])
        return cls(centers, members=codes, labels=ordered)

    @property
    def count(self) -> int:
        """How many clusters there are."""
        return len(self.centers)

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """How near rows are to each cluster: the probability, or the distance (to its center, or to the nearest of
        its members), negative.

        Shapes: (rows, width) -> (rows, clusters).
        """
        codes = np.asarray(codes, np.float64)
        if self.members is not None:
            each = [cKDTree(self.members[self.labels == one]) for one in range(self.count)]
            return -np.stack([tree.query(codes)[0] for tree in each], axis=1)
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
        if self.members is not None:
            plain |= {"members": self.members, "labels": self.labels}
        return {name: None if values is None else values.tolist() for name, values in plain.items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Numbers | None]) -> Clusters:
        """The clusters of `as_plain`.

        Raises:
            ValueError: the shapes do not fit each other.
        """
        read = {
            name: None if plain.get(name) is None else np.array(plain[name], float)
            for name in ("centers", "weights", "precisions", "members", "labels")
        }
        centers, weights, precisions, rows, labels = read.values()
        if centers is None or centers.ndim != 2:
            raise ValueError("the centers of clusters are rows of numbers")
        count, width = centers.shape
        if _shape(weights) not in {None, (count,)} or _shape(precisions) != (
            None if weights is None else (count, width, width)
        ):
            raise ValueError("the weights of clusters do not fit their centers")
        if rows is None or labels is None:
            if rows is not labels:
                raise ValueError("the members of clusters have labels")
            return cls(centers, weights, precisions)
        of = labels.astype(np.int64)
        if rows.shape != (*labels.shape, width) or not np.array_equal(np.unique(of), np.arange(count)):
            raise ValueError("the members of clusters do not fit their centers")
        return cls(centers, weights, precisions, rows, of)


def _shape(values: np.ndarray | None) -> tuple[int, ...] | None:
    return None if values is None else values.shape


def _some(rows: int, count: int, state: int) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(state)).permutation(rows)[:count]


def _silhouette(codes: np.ndarray, clusters: Clusters, state: int) -> float:
    labels = clusters.scores(codes).argmax(axis=1)
    if len(codes) > _LOOKED_AT:
        some = _some(len(codes), _LOOKED_AT, state)
        codes, labels = codes[some], labels[some]
    several = 1 < len(np.unique(labels)) < len(labels)
    return float(silhouette_score(codes, labels)) if several else -1.0
