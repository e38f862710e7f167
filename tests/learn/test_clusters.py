from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from protokit.core.errors import DataError
from protokit.learn.clusters import Clusters

BY = ("kmeans", "gaussian_mixture")


def groups(rows: int, count: int, seed: int, width: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    of = rng.integers(0, count, rows)
    return rng.normal(size=(rows, width)) + 8 * np.eye(max(count, width))[of][:, :width] * (1 + of[:, None]), of


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_number_of_clusters_is_found_and_said(by: str, count: int) -> None:
    codes, of = groups(300, count, 0)
    clusters, notice = Clusters.fit(codes, by, None, 0)
    assert clusters.count == count and notice is not None
    assert f"{count} clusters" in str(notice) and "silhouette" in str(notice)
    assert adjusted_rand_score(of, clusters.scores(codes).argmax(axis=1)) > 0.98


@pytest.mark.parametrize("by", BY)
def test_a_given_number_is_taken_and_the_first_cluster_is_the_largest(by: str) -> None:
    codes, _ = groups(200, 3, 1)
    clusters, notice = Clusters.fit(codes, by, 4, 0)
    assert clusters.count == 4 and notice is None
    sizes = np.bincount(clusters.scores(codes).argmax(axis=1), minlength=4)
    assert sizes[0] == sizes.max()
    table = clusters.columns(clusters.scores(codes))
    assert set(table["cluster"]) == {1, 2, 3, 4}
    assert set(table) == {"cluster", "distance" if by == "kmeans" else "probability"}


def test_scores_are_scikit_learns() -> None:
    codes, _ = groups(150, 3, 2)
    means, _ = Clusters.fit(codes, "kmeans", 3, 5)
    distances = KMeans(3, init=means.centers, n_init=1).fit(codes).transform(codes)
    np.testing.assert_allclose(-means.scores(codes), distances, rtol=1e-6)
    mixed, _ = Clusters.fit(codes, "gaussian_mixture", 3, 5)
    model = GaussianMixture(3)
    model.weights_, model.means_, model.precisions_cholesky_ = mixed.weights, mixed.centers, mixed.precisions
    np.testing.assert_allclose(mixed.scores(codes), model.predict_proba(codes), atol=1e-9)


@given(st.sampled_from(BY), st.integers(20, 60), st.integers(2, 4), st.integers(0, 999))
@settings(deadline=None, max_examples=15)
def test_clusters_written_and_read_score_the_same_bits(by: str, rows: int, count: int, seed: int) -> None:
    codes = np.random.default_rng(seed).normal(size=(rows, 2))
    clusters, _ = Clusters.fit(codes, by, count, seed)
    again = Clusters.from_plain(json.loads(json.dumps(clusters.as_plain())))
    assert np.array_equal(clusters.scores(codes), again.scores(codes))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="2 different training rows are too few for 3 clusters"):
        Clusters.fit(np.repeat([[0.0], [1.0]], 20, axis=0), "kmeans", 3, 0)
    with pytest.raises(DataError, match="two or more"):
        Clusters.fit(np.zeros((20, 2)), "kmeans", None, 0)
    plain = Clusters.fit(groups(50, 2, 0)[0], "gaussian_mixture", 2, 0)[0].as_plain()
    for damage in ({"weights": None}, {"weights": [1.0]}, {"precisions": [[[1.0]]]}, {"centers": [1.0, 2.0]}):
        with pytest.raises(ValueError, match="clusters"):
            Clusters.from_plain({**plain, **damage})
