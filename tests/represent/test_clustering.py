from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from protokit.core.errors import SpecError
from protokit.core.values.arrays import Features
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.clustering import feature_space as space
from protokit.represent.clustering.feature_space import FeatureSpace, Neighbourhood
from protokit.represent.represented import Represented
from protokit.workflow.run.representing import represent


def frame(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, rows)
    return pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(10 * kind, 1.0)),
            "city": np.array(["Rome", "Oslo", "Lima"])[rng.integers(0, 3, rows)],
            "member": rng.random(rows) < 0.5,
            "joined": pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D"),
            "kind": np.where(rng.random(rows) < 0.1, None, np.array(["a", "b"], object)[kind]),
        }
    )


def clustered(table: pd.DataFrame, **evaluate: Any) -> Represented:
    recipe = Recipe.parse({"learn": {"task": "clustering"}, "evaluate": evaluate})
    [found] = represent(recipe, Table(table))
    return found


def test_labels_are_kept_apart_and_never_learned_from() -> None:
    table = frame()
    found = clustered(table, labels="kind")
    assert "kind" not in found.encoder.needed
    rows = table["kind"].iloc[found.split.test]
    assert found.test.labels is not None
    assert [label is None for label in found.test.labels] == rows.isna().tolist()
    other = table.assign(kind=table["kind"].iloc[::-1].to_numpy())
    again = clustered(other, labels="kind")
    for part, same in ((found.train, again.train), (found.test, again.test)):
        assert all(np.array_equal(part.inputs[name], same.inputs[name]) for name in part.inputs)
        assert np.array_equal(part.targets["cluster"], same.targets["cluster"])


def test_the_target_is_the_middle_of_the_training_rows_around() -> None:
    found = clustered(frame())
    width = found.encoder.signature.targets[0].width
    for part in (found.train, found.validation, found.test):
        assert part.targets["cluster"].shape == part.truth["cluster"].shape == (part.rows, width)
        assert np.isfinite(part.targets["cluster"]).all()
    points, middle = found.train.truth["cluster"], found.train.targets["cluster"]
    assert middle.var(axis=0).sum() < 0.9 * points.var(axis=0).sum()


def test_what_the_training_rows_become_does_not_hang_on_the_others() -> None:
    table = frame()
    found = clustered(table)
    changed = table.copy()
    changed.loc[found.split.test, "size"] = 1e6
    again = clustered(changed)
    assert np.array_equal(found.train.targets["cluster"], again.train.targets["cluster"])
    assert np.array_equal(found.validation.truth["cluster"], again.validation.truth["cluster"])


def features(numbers: np.ndarray, codes: np.ndarray, levels: tuple[int, ...]) -> Features:
    return Features(numbers, codes, levels)


@given(st.integers(5, 40), st.integers(0, 999))
@settings(deadline=None, max_examples=40)
def test_levels_are_as_far_apart_as_two_rows_typically_are_in_a_number(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = np.concatenate([[0, 1], rng.integers(0, 3, rows - 2)])[:, None]
    plain = features(np.zeros((rows, 0)), codes, (3,))
    points = FeatureSpace.fit(plain, [], 0).points(plain)
    squares = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(squares, 2.0 * (codes != codes.T), atol=1e-12)


def test_a_column_of_two_values_counts_as_a_category_and_a_rare_one_no_more() -> None:
    numbers = np.zeros((500, 1))
    numbers[0] = 7.0
    plain = features(numbers, np.zeros((500, 0), np.int64), ())
    points = FeatureSpace.fit(plain, [1], 0).points(plain)
    assert 1.0 < np.ptp(points) <= np.sqrt(2)


def test_the_points_of_numbers_are_those_of_standard_scaler_however_far_they_lie() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(300, 2)) + 40 * rng.choice(3, (300, 1), p=[0.9, 0.05, 0.05])
    plain = features(numbers, np.zeros((300, 0), np.int64), ())
    points = FeatureSpace.fit(plain, [1, 1], 0).points(plain)
    np.testing.assert_allclose(points, StandardScaler().fit_transform(numbers), atol=1e-12)
    assert points.max() > 3


def test_the_commonest_levels_stand_alone_and_the_others_together() -> None:
    codes = np.concatenate([np.repeat(np.arange(50), 3), np.arange(50, 90)])[:, None]
    plain = features(np.zeros((len(codes), 0)), codes, (90,))
    points = FeatureSpace.fit(plain, [], 0).points(plain)
    assert points.shape == (190, 51)
    assert len(np.unique(points.round(9), axis=0)) == 51


def test_texts_and_pixels_have_the_variance_of_a_number() -> None:
    rng = np.random.default_rng(0)
    words = np.array([" ".join(rng.choice(["sun", "rain", "snow", "wind"], 6)) for _ in range(60)], object)
    pixels = rng.integers(0, 255, (60, 300)).astype(np.uint8)
    plain = Features(np.zeros((60, 0)), np.zeros((60, 0), np.int64), (), {"text": words}, {"photo": pixels})
    points = FeatureSpace.fit(plain, [], 0).points(plain)
    assert points.var(axis=0).sum() == pytest.approx(2.0)


def test_many_rows_have_their_neighbours_among_some(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).normal(size=(1000, 2)) + 9 * (np.arange(1000)[:, None] % 2)
    whole = Neighbourhood(points).middle(points)
    monkeypatch.setattr(space, "_MOST_ROWS", 300)
    some = Neighbourhood(points).middle(points)
    assert 0 < np.abs(whole - some).max() < 2


@given(st.integers(2, 60), st.integers(1, 3), st.integers(0, 999))
@settings(deadline=None, max_examples=40)
def test_middles_stay_among_the_points(rows: int, width: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(rows, width))
    around = Neighbourhood(points)
    for found in (around.middle(points), around.middle(points + 100)):
        assert (found >= points.min(axis=0) - 1e-9).all() and (found <= points.max(axis=0) + 1e-9).all()


@pytest.mark.parametrize(
    ("labels", "rule"),
    [("a", "is 'a' in every row that has one"), (None, "is missing in every row"), (range(200), "another one in each")],
)
def test_labels_that_no_clusters_can_be_held_against_are_refused(labels: Any, rule: str) -> None:
    with pytest.raises(SpecError, match=rule) as caught:
        clustered(frame().assign(kind=labels), labels="kind")
    assert "evaluate.labels" in str(caught.value) and "few different labels" in str(caught.value)


def test_test_rows_of_one_label_are_told() -> None:
    found = clustered(frame(), labels="kind")
    assert not any("label" in notice.rule for notice in found.notices)
    table = frame()
    table.loc[found.split.test, "kind"] = "a"
    [notice] = [one for one in clustered(table, labels="kind").notices if "label" in one.rule]
    assert "the test rows have one label of 'kind'" in notice.rule and notice.cure
