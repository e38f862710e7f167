"""Rows as points, what their neighbours have in common, and clusters of what a network makes of that."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import silhouette_score
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from protokit.core.libraries.backend import keras


def points_of_numbers(numbers: np.ndarray, train: np.ndarray, widths: list[int]) -> np.ndarray:
    """Numbers in standard deviations of the training rows, medians in missing cells; `widths` are those of the columns.

    A column of two values has these as far apart as two rows typically are. Shapes: (rows, columns).
    """
    known = numbers[train]
    medians = SimpleImputer(strategy="median", keep_empty_features=True).fit(known).statistics_
    known = np.where(np.isnan(known), medians, known)
    spreads = []
    for column in known.T:
        low, high = column.min(), column.max()
        two = np.isin(column, (low, high)).all()
        spreads.append(float((high - low) / np.sqrt(2) if two else column.std()) or 1.0)
    center, spread = known.mean(axis=0), np.array(spreads)
    standard = (np.where(np.isnan(numbers), medians, numbers) - center) / spread
    return (standard - standard[train].mean(axis=0)) / np.sqrt(np.repeat(np.array(widths, float), widths))


def points_of_codes(codes: np.ndarray, train: np.ndarray, levels: int) -> np.ndarray:
    """A number for each of the 50 commonest levels, and one for the others. Shapes: (rows,) -> (rows, levels + 1)."""
    kept = np.argsort(-np.bincount(codes[train], minlength=levels), kind="stable")[:50]
    hot = (codes[:, None] == kept).astype(float)
    block = np.concatenate([hot, 1 - hot.sum(axis=1, keepdims=True)], axis=1)
    return block - block[train].mean(axis=0)


def means_at(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The mean of some points for each row. Shapes: (points, width), (rows, neighbours) -> (rows, width)."""
    found = points[places[:, 0]].copy()
    for column in places.T[1:]:
        found += points[column]
    return found / places.shape[1]


def brought_together(points: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Each point moved to the middle of the training rows around it: what is of one row alone is noise.

    Training points move to the mean of their nearest ones, and again from there; any point goes where its nearest ones
    went. Hein and Maier, Manifold Denoising, 2006. Shapes: (rows, width).
    """
    moved = points[train]
    if len(moved) > 20_000:
        moved = moved[np.random.Generator(np.random.PCG64(len(moved))).permutation(len(moved))[:20_000]]
    nearest = NearestNeighbors(n_neighbors=max(1, min(15, len(moved) // 10))).fit(moved)
    places = nearest.kneighbors(moved, return_distance=False)
    for _ in range(2):
        moved = means_at(moved, places)
    return means_at(moved, nearest.kneighbors(points, return_distance=False))


def embedded(network: keras.Model, rows: dict[str, Any], some: np.ndarray) -> np.ndarray:
    """What the layer `code` gives for some rows. Shapes: (rows, width)."""
    inner = keras.Model(network.input, network.get_layer("code").output)
    found = []
    for start in range(0, len(some), 4096):
        part = some[start : start + 4096]
        given = {name: values[part] for name, values in rows["inputs"].items()}
        found.append(np.asarray(inner(given, training=False), np.float64))
    return np.concatenate(found).reshape(len(some), -1)


def nearness(codes: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """How near each row is to the center of each cluster: the negative distance. Shapes: (rows, clusters)."""
    return -np.sqrt(np.stack([((codes - center) ** 2).sum(axis=1) for center in centers], axis=1))


def centers_of(codes: np.ndarray, count: int | None, seed: int) -> np.ndarray:
    """The centers of clusters, that with the most rows first: so many, or as many as have the best silhouette.

    Shapes: (training rows, width) -> (clusters, width).
    """

    def found(many: int) -> np.ndarray:
        means = KMeans(many, n_init=10, random_state=seed).fit(codes)
        return means.cluster_centers_[np.argsort(-np.bincount(means.labels_, minlength=many), kind="stable")]

    def silhouette(centers: np.ndarray) -> float:
        some = np.arange(len(codes))
        if len(codes) > 5_000:
            some = np.random.Generator(np.random.PCG64(seed)).permutation(len(codes))[:5_000]
        labels = nearness(codes, centers).argmax(axis=1)[some]
        several = 1 < len(np.unique(labels)) < len(labels)
        return float(silhouette_score(codes[some], labels)) if several else -1.0

    # on one thread: several would add up in another order each time
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if count is not None:
            return found(count)
        most = min(10, len(np.unique(codes, axis=0)) - 1)
        return max((found(many) for many in range(2, most + 1)), key=silhouette)
