from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.datasets import make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from protokit.core.errors import DataError
from protokit.learn.clustering.clusters import Clusters

BY = ("kmeans", "gaussian_mixture")
MEMBERS = ("hdbscan", "spectral", "agglomerative")


def groups(rows: int, count: int, seed: int, width: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    of = rng.integers(0, count, rows)
    return rng.normal(size=(rows, width)) + 8 * np.eye(max(count, width))[of][:, :width] * (1 + of[:, None]), of


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_number_of_clusters_is_found_and_said(by: str, count: int) -> None:
    codes, of = groups(300, count, 0)
    clusters, [notice] = Clusters.fit(codes, by, None, 0)
    assert clusters.count == count
    assert f"{count} clusters" in str(notice) and "silhouette" in str(notice)
    assert adjusted_rand_score(of, clusters.scores(codes).argmax(axis=1)) > 0.98


@pytest.mark.parametrize("by", BY)
def test_a_given_number_is_taken_and_the_first_cluster_is_the_largest(by: str) -> None:
    codes, _ = groups(200, 3, 1)
    clusters, notices = Clusters.fit(codes, by, 4, 0)
    assert clusters.count == 4 and notices == []
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


def moons(rows: int) -> tuple[np.ndarray, np.ndarray]:
    points, of = make_moons(rows, noise=0.04, random_state=0)
    return points, of


@pytest.mark.parametrize("by", MEMBERS)
def test_groups_are_found_their_number_too_and_said(by: str) -> None:
    codes, of = groups(300, 3, 0)
    clusters, [notice] = Clusters.fit(codes, by, None, 0)
    assert clusters.count == 3 and "3 clusters" in str(notice)
    assert adjusted_rand_score(of, clusters.scores(codes).argmax(axis=1)) > 0.98
    sizes = np.bincount(clusters.scores(codes).argmax(axis=1))
    assert sizes[0] == sizes.max()


@pytest.mark.parametrize(("by", "count"), [("hdbscan", None), ("spectral", None), ("spectral", 2)])
def test_shapes_that_no_center_tells_of_are_found_also_for_further_rows(by: str, count: int | None) -> None:
    codes, of = moons(600)
    clusters, _ = Clusters.fit(codes[:400], by, count, 0)
    found = clusters.scores(codes).argmax(axis=1)
    assert adjusted_rand_score(of[:400], found[:400]) == adjusted_rand_score(of[400:], found[400:]) == 1.0
    table = clusters.columns(clusters.scores(codes))
    assert set(table) == {"cluster", "distance"} and (table["distance"] >= 0).all()
    assert (table["distance"][:400] == 0).all()  # training rows are members


def test_a_row_is_in_the_cluster_of_the_nearest_member() -> None:
    codes, _ = groups(120, 3, 4)
    clusters, _ = Clusters.fit(codes[:90], "agglomerative", 4, 0)
    assert clusters.members is not None and clusters.labels is not None
    nearest = ((codes[90:, None] - clusters.members[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(clusters.scores(codes[90:]).argmax(axis=1), clusters.labels[nearest])
    theirs = AgglomerativeClustering(4).fit(codes[:90]).labels_
    assert adjusted_rand_score(theirs, clusters.labels) == 1.0


def test_rows_between_the_clusters_of_hdbscan_are_counted() -> None:
    codes = np.concatenate([groups(200, 2, 0)[0], [[40.0, -40.0, 0.0]]])
    clusters, [notice] = Clusters.fit(codes, "hdbscan", None, 0)
    assert "of 201 rows are in none" in str(notice) and "agglomerative" in str(notice)
    assert clusters.members is not None and len(clusters.members) < 201
    assert len(clusters.scores(codes)) == 201


def test_one_heap_of_rows_is_no_clusters_for_hdbscan() -> None:
    with pytest.raises(DataError, match="hdbscan finds no two groups"):
        Clusters.fit(np.random.default_rng(0).normal(size=(9, 2)), "hdbscan", None, 0)


def test_of_many_rows_some_are_looked_at_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protokit.learn.clustering.clusters._MOST_MEMBERS", 100)
    codes, of = groups(300, 2, 0)
    clusters, [notice] = Clusters.fit(codes, "agglomerative", 2, 0)
    assert "100 of the 300 training rows" in str(notice)
    assert adjusted_rand_score(of, clusters.scores(codes).argmax(axis=1)) == 1.0


@given(st.sampled_from((*BY, "spectral", "agglomerative")), st.integers(20, 60), st.integers(2, 4), st.integers(0, 999))
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
    kept = Clusters.fit(groups(50, 2, 0)[0], "agglomerative", 2, 0)[0].as_plain()
    for damage in ({"labels": None}, {"labels": [0.0] * 50}, {"members": [[1.0]]}, {"labels": [0.0, 1.0]}):
        with pytest.raises(ValueError, match="members of clusters"):
            Clusters.from_plain({**kept, **damage})
    for damage in ({"weights": None}, {"weights": [1.0]}, {"precisions": [[[1.0]]]}, {"centers": [1.0, 2.0]}):
        with pytest.raises(ValueError, match="clusters"):
            Clusters.from_plain({**plain, **damage})
