"""Clusters of any shape: which of the training rows belong together, where no center tells it."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.sparse import csgraph, csr_array
from scipy.sparse.linalg import eigsh
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, SpectralClustering
from sklearn.neighbors import kneighbors_graph

from protokit.core.errors import DataError

NEIGHBOURS = 10  # of a row in the graph that a spectral clustering cuts
_LEAST = 5  # rows of a cluster that HDBSCAN finds, or one in so many:
_SHARE = 25
_NOTHING = 1e-5  # eigenvalues far below are 0: the graph has so many parts


def labelled(codes: np.ndarray, by: str, count: int, state: int) -> np.ndarray:
    """The cluster of each row, by scikit-learn: `spectral` or `agglomerative` (of Ward).

    Shapes: (rows, width) -> (rows,) from 0.
    """
    if by == "agglomerative":
        return np.asarray(AgglomerativeClustering(count).fit(codes).labels_)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a graph in several parts: those are clusters
        model = SpectralClustering(count, affinity="precomputed", assign_labels="cluster_qr", random_state=state)
        return np.asarray(model.fit(graph(codes)).labels_)


def dense(codes: np.ndarray) -> np.ndarray:
    """The cluster of each row by HDBSCAN, which finds how many there are; -1 for rows of none.

    A cluster has at least 5 rows, and at least one row in 25.

    Shapes: (rows, width) -> (rows,).

    Raises:
        DataError: there are less than two.

    Source: Campello et al., Density-Based Clustering Based on Hierarchical Density Estimates, 2013.
    """
    for least in dict.fromkeys((max(_LEAST, len(codes) // _SHARE), _LEAST)):
        labels = np.asarray(HDBSCAN(min_cluster_size=min(least, len(codes)), copy=True).fit(codes).labels_)
        if labels.max() >= 1:
            return labels
    raise DataError(
        "hdbscan finds no two groups of training rows with fewer rows between them",
        cure="write learn: {cluster_by: kmeans}, or bring more rows",
    )


def graph(codes: np.ndarray) -> csr_array:
    """Each row's nearest rows: 1 where both are each other's, 1/2 where one is the other's. Shapes: (rows, rows)."""
    near = kneighbors_graph(codes, min(NEIGHBOURS, len(codes) - 1), include_self=True)
    return csr_array((near + near.T) / 2)


def parts_of(affinity: csr_array, most: int) -> int:
    """Into how many clusters a graph falls, from two to `most`: where the next eigenvalue of its Laplacian is the most
    times as large.

    Source: von Luxburg, A Tutorial on Spectral Clustering, 2007 (eigengap).
    """
    laplacian = csgraph.laplacian(affinity, normed=True)
    start = np.ones(affinity.shape[0])  # the same bits each time
    values = np.sort(eigsh(laplacian, most + 1, sigma=-1e-3, v0=start, return_eigenvectors=False))
    values = np.maximum(values, 0) + _NOTHING
    return int((values[2:] / values[1:-1]).argmax()) + 2
