from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.neighbors import Neighbors
from protokit.evaluate.estimators.features import linear_matrix

TWO = TargetSpec("y", "binary", ("n", "y"))


def features(rows: int, seed: int, levels: int = 0) -> Features:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, levels, (rows, 1)) if levels else np.zeros((rows, 0), np.int64)
    return Features(rng.normal(size=(rows, 2)), codes, (levels,) if levels else ())


@pytest.mark.parametrize("levels", [0, 4, 2000])
def test_the_nearest_rows_are_scikit_learns(levels: int) -> None:
    train, test = features(300, 0, levels), features(80, 1, levels)
    truth = (train.numbers[:, 0] + 0.5 * np.random.default_rng(2).normal(size=300) > 0).astype(int)
    near = Neighbors().fit(train, truth, TWO, 0)
    matrix = linear_matrix(train, 0)
    own = KNeighborsClassifier(near.count).fit(matrix(train), truth)
    shares = (own.predict_proba(matrix(test)) * near.count + np.bincount(truth) / 300) / (near.count + 1)
    np.testing.assert_allclose(near.scores(test), shares, atol=1e-12)
    number = train.numbers[:, 1] * 3
    near = Neighbors().fit(train, number, TargetSpec("y", "regression"), 0)
    own = KNeighborsRegressor(near.count).fit(matrix(train), number)
    np.testing.assert_allclose(near.scores(test), own.predict(matrix(test)), atol=1e-12)


def test_many_are_asked_where_there_is_noise_and_few_where_there_is_none() -> None:
    train = features(1500, 0)
    rng = np.random.default_rng(1)
    noise = Neighbors().fit(train, rng.integers(0, 2, 1500), TWO, 0)
    line = np.floor(train.numbers[:, 0] * 4).astype(int) % 2
    assert noise.count == 50 and Neighbors().fit(train, line, TWO, 0).count <= 15


def test_of_many_rows_so_many_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Neighbors, "most_rows", 100)
    train = features(400, 0)
    near = Neighbors().fit(train, (train.numbers[:, 0] > 0).astype(int), TWO, 3)
    assert len(near.x) == 100
    assert (near.scores(train).argmax(axis=1) == (train.numbers[:, 0] > 0)).mean() > 0.85
    assert near.scores(train).min() > 0


def test_quantiles_and_labels_of_neighbours() -> None:
    train = features(400, 0)
    wanted = TargetSpec("y", "quantile", quantiles=(0.1, 0.5, 0.9))
    truth = train.numbers[:, 0] + np.random.default_rng(1).normal(size=400)
    found = Neighbors().fit(train, truth, wanted, 0).scores(features(50, 2))
    assert found.shape == (50, 3) and (np.diff(found, axis=1) >= 0).all()
    labels = (train.numbers > 0).astype(int)
    both = TargetSpec("y", "multilabel", columns=("u", "v"))
    test = features(50, 3)
    shares = Neighbors().fit(train, labels, both, 0).scores(test)
    assert ((shares > 0.5) == (test.numbers > 0)).mean() > 0.9


@pytest.mark.parametrize(
    ("task", "more"),
    [("binary", {"classes": ("n", "y")}), ("regression", {}), ("quantile", {"quantiles": (0.1, 0.5, 0.9)}),
     ("multilabel", {"columns": ("u", "v")})],
)  # fmt: skip
@pytest.mark.parametrize("count", [1, 15])
def test_a_weight_of_two_is_a_row_that_stands_there_twice(
    task: str, more: dict[str, tuple[str, ...]], count: int
) -> None:
    train, test, rng = features(80, 0), features(40, 1), np.random.default_rng(2)
    noisy = train.numbers + rng.normal(size=(80, 2))
    classes = (noisy > 0).astype(int)
    truth = {"binary": classes[:, 0], "multilabel": classes}.get(task, noisy[:, 0])
    target, weights = TargetSpec("y", task, **more), rng.integers(1, 4, 80)
    twice = np.repeat(np.arange(80), weights)
    copies = Features(train.numbers[twice], train.codes[twice], ())
    found = Neighbors().fit(train, truth, target, 0, weights.astype(float))
    wanted = Neighbors().fit(copies, truth[twice], target, 0)
    scores = [replace(one, count=count).scores(test) for one in (found, wanted)]
    np.testing.assert_allclose(*scores, atol=1e-9)


def test_rows_of_little_weight_are_asked_until_they_weigh_enough() -> None:
    train = features(3000, 0)
    truth = (train.numbers[:, 0] > 0).astype(int)
    weights = np.where(np.arange(3000) == 0, 3000.0, 1e-3)
    near = replace(Neighbors().fit(train, truth, TWO, 0, weights), count=5)
    asked = near.nearest(near.x[:20])
    assert asked.shape == (20, 1000) and np.isfinite(near.of(asked)).all()
    assert replace(near, weights=np.ones(3000)).nearest(near.x[:20]).shape == (20, 5)
