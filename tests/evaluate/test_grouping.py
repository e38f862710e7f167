from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from protokit.core.values.arrays import Arrays, Features, Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.estimators.predicting import predict
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.scoring import clustering as grouping
from protokit.evaluate.verdict import judge

SPEC = TargetSpec("cluster", "clustering", (1, 2, 3), width=4)


def clustered(rows: int, seed: int, wrong: float = 0.0) -> Predictions:
    """Three groups of points, each in its cluster but for a share of rows."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, 3, rows)
    points = rng.normal(size=(rows, 4)) + 6 * np.eye(3, 4)[of]
    found = np.where(rng.random(rows) < wrong, rng.integers(0, 3, rows), of)
    return Predictions(SPEC, points, np.eye(3)[found], reference=np.array(["x", "y", "z"], object)[of])


def test_values_are_scikit_learns() -> None:
    p = clustered(90, 0, 0.2)
    expected = {
        "silhouette": sk.silhouette_score(p.truth, p.labels),
        "calinski_harabasz": sk.calinski_harabasz_score(p.truth, p.labels),
        "davies_bouldin": sk.davies_bouldin_score(p.truth, p.labels),
        "adjusted_rand": sk.adjusted_rand_score(p.reference, p.labels),
        "adjusted_mutual_info": sk.adjusted_mutual_info_score(p.reference, p.labels),
    }
    assert {name: METRICS[name](p) for name in expected} == pytest.approx(expected, rel=1e-12)


def test_rows_without_a_label_are_left_out_of_what_needs_one() -> None:
    p = clustered(90, 0, 0.2)
    assert p.reference is not None
    some = p.reference.copy()
    some[::3] = None
    kept = np.arange(90) % 3 != 0
    expected = sk.adjusted_rand_score(p.reference[kept], p.labels[kept])
    assert METRICS["adjusted_rand"](replace(p, reference=some)) == pytest.approx(expected)
    assert np.isnan(METRICS["adjusted_rand"](replace(p, reference=np.full(90, None))))


@given(st.integers(4, 60), st.integers(1, 5), st.integers(0, 999))
@settings(deadline=None, max_examples=60)
def test_silhouettes_against_all_rows_are_scikit_learns(rows: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = np.round(rng.normal(size=(rows, 2)), 1)
    labels = np.unique(rng.integers(0, count, rows), return_inverse=True)[1]
    different = int(labels.max()) + 1
    if not 1 < different < rows:
        return
    found = grouping._against(points, labels, np.arange(rows), different)
    np.testing.assert_allclose(found, sk.silhouette_samples(points, labels), atol=1e-6)


def test_silhouettes_of_many_rows_are_near_those_against_all(monkeypatch: pytest.MonkeyPatch) -> None:
    p = clustered(3000, 1, 0.1)
    whole = grouping.silhouettes(p)
    monkeypatch.setattr(grouping, "_MOST", 600)
    some = grouping.silhouettes(p)
    assert np.abs(whole - some).max() > 0
    assert some.mean() == pytest.approx(whole.mean(), abs=0.01)


def test_the_interval_of_the_silhouette_is_about_its_value() -> None:
    """Resampled rows are no neighbours of themselves: their silhouettes would be too high."""
    p = clustered(60, 3, 0.2)
    samples = bootstrap.resampled([("silhouette", p)], 0)[0]
    value = METRICS["silhouette"](p)
    assert samples.mean() == pytest.approx(value, abs=0.02) and len(samples) == 1000


def test_one_cluster_only_is_said() -> None:
    p = clustered(30, 0)
    alone = replace(p, scores=np.tile([1.0, 0.0, 0.0], (30, 1)))
    for name in ("silhouette", "davies_bouldin", "calinski_harabasz"):
        assert np.isnan(METRICS[name](alone))
    _, verdict = judge(alone, {"kmeans": alone}, ("silhouette",), 0)
    assert "one cluster only" in verdict.sentence


def test_the_verdict_knows_which_clusters_are_better() -> None:
    good, poor = clustered(200, 5), clustered(200, 5, 0.9)
    for name in ("adjusted_rand", "silhouette", "davies_bouldin"):
        assert judge(good, {"kmeans": poor}, (name,), 0)[1].outcome == "better"
        assert judge(poor, {"kmeans": good}, (name,), 0)[1].outcome == "worse"


@pytest.mark.parametrize("name", ["kmeans", "gaussian_mixture"])
def test_the_baselines_find_groups_that_are_there(name: str) -> None:
    train, test = clustered(120, 7), clustered(40, 7)

    def arrays(p: Predictions) -> Arrays:
        plain = Features(np.zeros((len(p.truth), 0)), np.zeros((len(p.truth), 0), np.int64), (), points=p.truth)
        return Arrays({}, {}, {"cluster": p.truth}, plain, labels=p.reference)

    first, second = (predict(name, SPEC, arrays(train), arrays(test), 3) for _ in range(2))
    assert np.array_equal(first.scores, second.scores) and first.scores.shape == (40, 3)
    assert METRICS["adjusted_rand"](first) == 1.0
