from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import DataError, SpecError
from protokit.recipe.recipe import Recipe
from protokit.represent.folds import deal
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent


def frame(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    day = pd.date_range("2024-01-01", periods=rows // 2).strftime("%Y-%m-%d").repeat(2)
    return pd.DataFrame(
        {
            "x": rng.normal(size=rows), "shop": [f"s{i % 9}" for i in range(rows)], "day": day,
            "weight": rng.random(rows), "k": ["a", "b", "b"] * (rows // 3), "y": rng.normal(size=rows),
        }
    )  # fmt: skip


def folded(target: str = "k", table: pd.DataFrame | None = None, **more: Any) -> tuple[Represented, ...]:
    learn = more.pop("learn", {})
    recipe = Recipe.parse({"represent": {"target": target, "split": {"folds": 5, **more}}, "learn": learn})
    return represent(recipe, collect(recipe, frame() if table is None else table))


@pytest.mark.parametrize("target", ["k", "y"])
@pytest.mark.parametrize("by", [None, "random", {"group": "shop"}, {"time": "day"}])
def test_each_row_is_a_test_row_once_and_parts_share_none(target: str, by: Any) -> None:
    folds = folded(target, **({"by": by} if by else {}))
    tested = np.concatenate([fold.split.test for fold in folds])
    assert len(folds) == 5 and len(tested) == len(set(tested))
    assert by == {"time": "day"} or len(tested) == 120
    for fold in folds:
        parts = [set(getattr(fold.split, name)) for name in ("train", "validation", "test")]
        assert all(parts) and not parts[0] & parts[1] and not parts[2] & (parts[0] | parts[1])
        if by == {"group": "shop"}:
            shops = [set(frame()["shop"].iloc[sorted(part)]) for part in parts]
            assert not shops[0] & shops[1] and not shops[2] & (shops[0] | shops[1])
        if by == {"time": "day"}:
            days = [frame()["day"].iloc[sorted(part)] for part in parts]
            assert days[0].max() < days[1].min() and days[1].max() < days[2].min()


def test_strata_have_their_share_and_rare_classes_stay() -> None:
    table = frame()
    table.loc[[5, 60], "k"] = "rare"
    for fold in folded(table=table):
        shares = table["k"].iloc[fold.split.test].value_counts(normalize=True)
        assert "rare" not in shares and shares["b"] == pytest.approx(2 / 3, abs=0.05)
        assert fold.encoder.targets[0].spec.classes == ("a", "b", "rare")


def test_each_fold_learns_its_scaling_from_its_own_training_rows() -> None:
    table = frame()
    first, *others = folded("y", table)
    assert all(first.encoder.as_plain() != other.encoder.as_plain() for other in others)
    rows = np.concatenate([first.split.validation, first.split.test])
    table.loc[rows, ["x", "y"]] *= 1000
    again, *_ = folded("y", table)
    assert np.array_equal(again.split.train, first.split.train)
    for name, values in first.train.inputs.items():
        assert np.array_equal(again.train.inputs[name], values)


@given(
    rows=st.integers(10, 200), folds=st.integers(2, 6), seed=st.integers(0, 100),
    way=st.sampled_from(["plain", "labels", "groups", "times"]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_dealt_rows_are_apart(rows: int, folds: int, seed: int, way: str) -> None:
    values = np.random.default_rng(seed).integers(0, 12, rows)
    given_values = {"labels": None, "groups": None, "times": None} | ({way: values} if way != "plain" else {})
    try:
        found = deal(rows, folds, **given_values, seed=seed)
    except DataError as error:
        assert "few" in str(error) and error.cure
        return
    taken = np.concatenate([test for _, test in found])
    assert len(found) == folds and len(taken) == len(set(taken.tolist()))
    for stay, test in found:
        assert len(stay) and len(test) and not set(stay) & set(test)
        if way == "groups":
            assert not set(values[stay]) & set(values[test])
        if way == "times":
            assert values[stay].max() < values[test].min()


def test_too_few_rows_for_the_folds() -> None:
    with pytest.raises(DataError, match="groups are too few"):
        folded(table=frame().assign(shop="one"), by={"group": "shop"})
    with pytest.raises(DataError, match="different times are too few"):
        folded(table=frame().assign(day="2024-01-01"), by={"time": "day"})


def test_sample_weights_are_no_feature_and_have_a_mean_of_one() -> None:
    for fold in folded(learn={"sample_weights": "weight"}):
        assert "weight" not in {column.column for column in fold.encoder.columns}
        assert fold.train.weights is not None and fold.train.weights.mean() == pytest.approx(1, rel=1e-5)
        ratio = fold.test.weights / frame()["weight"].iloc[fold.split.test].to_numpy()
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
    assert all(fold.train.weights is None for fold in folded())


@pytest.mark.parametrize(
    ("value", "words"), [(-1.0, "holds '-1' in row 8"), (None, "is empty in row 8"), (np.inf, "not a finite number")]
)
def test_weights_that_cannot_be_are_refused(value: float | None, words: str) -> None:
    table = frame()
    table.loc[7, "weight"] = value
    with pytest.raises((SpecError, DataError), match=words):
        folded(table=table, learn={"sample_weights": "weight"})
    with pytest.raises(SpecError, match="is 0 in every row"):
        folded(table=frame().assign(weight=0.0), learn={"sample_weights": "weight"})
    with pytest.raises(SpecError, match="did you mean 'weight'"):
        folded(learn={"sample_weights": "wieght"})
