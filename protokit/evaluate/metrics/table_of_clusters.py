"""The metrics of clusters, by scikit-learn's names."""

from __future__ import annotations

from math import inf

from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS

_CLUSTERS = ("clustering",)

for _metric in (
    Declared(
        "silhouette", "How much nearer rows are to their own cluster than to the next.", _CLUSTERS,
        rows="silhouettes", bounds=(-1.0, 1.0), default_for={"clustering": 2},
    ),
    Declared(
        "calinski_harabasz", "How far clusters are apart by how wide they are, in squares.", _CLUSTERS,
        "points and clusters", "calinski_harabasz_score", bounds=(0.0, inf),
    ),
    Declared(
        "davies_bouldin", "How wide clusters are by how far they are apart, mean over the clusters.", _CLUSTERS,
        "points and clusters", "davies_bouldin_score", False, default_for={"clustering": 3}, bounds=(0.0, inf),
    ),
    Declared(
        "adjusted_rand", "Pairs of rows that labels and clusters put together or apart alike, beyond chance.",
        _CLUSTERS, "labels and clusters", "adjusted_rand_score", default_for={"clustering": 0}, bounds=(-0.5, 1.0),
    ),
    Declared(
        "adjusted_mutual_info", "What labels and clusters tell of each other, beyond chance.", _CLUSTERS,
        "labels and clusters", "adjusted_mutual_info_score", default_for={"clustering": 1}, bounds=(-1.0, 1.0),
    ),
    Declared(
        "normalized_mutual_info", "What labels and clusters tell of each other, from 0 to 1.", _CLUSTERS,
        "labels and clusters", "normalized_mutual_info_score",
    ),
    Declared(
        "mutual_info", "What labels and clusters tell of each other, in units of the natural logarithm.", _CLUSTERS,
        "labels and clusters", "mutual_info_score", bounds=(0.0, inf),
    ),
    Declared(
        "rand", "The share of pairs of rows that labels and clusters put together or apart alike.", _CLUSTERS,
        "labels and clusters", "rand_score",
    ),
    Declared(
        "fowlkes_mallows", "The geometric mean of precision and recall of pairs of rows in one cluster.", _CLUSTERS,
        "labels and clusters", "fowlkes_mallows_score",
    ),
    Declared(
        "homogeneity", "How far each cluster has rows of one label only.", _CLUSTERS,
        "labels and clusters", "homogeneity_score",
    ),
    Declared(
        "completeness", "How far the rows of each label are in one cluster.", _CLUSTERS,
        "labels and clusters", "completeness_score",
    ),
    Declared(
        "v_measure", "The harmonic mean of homogeneity and completeness.", _CLUSTERS,
        "labels and clusters", "v_measure_score",
    ),
):  # fmt: skip
    METRICS.add(_metric)
