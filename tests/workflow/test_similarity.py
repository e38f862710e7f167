"""Embeddings in which rows of one class are near each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

import protokit
from protokit.core.errors import PredictionNotice, ProtokitError
from protokit.core.libraries.backend import keras
from protokit.core.values.signature import TargetSpec, task_of
from protokit.learn.targets.triplet import TripletLoss, told_of_batches

MENU = [{"Dense": {"units": 32, "activation": "relu"}}]


def people(count: int = 80, rows: int = 640) -> pd.DataFrame:
    """Two numbers tell who it is; eight others, which vary far more, do not."""
    rng = np.random.default_rng(0)
    who = rng.integers(0, count, rows)
    place = rng.normal(size=(count, 2))
    told = place[who] + 0.05 * rng.normal(size=(rows, 2))
    noise = rng.normal(size=(rows, 8))
    columns = {"x": told[:, 0], "y": told[:, 1], **{f"noise{i}": noise[:, i] for i in range(8)}}
    return pd.DataFrame({**columns, "person": [f"p{one:02}" for one in who]})


def recipe(represent: dict[str, Any] | None = None, **learn: Any) -> dict[str, Any]:
    few = {"epochs": 30, "stop": None, "batch_size": 64, "optimizer": {"Adam": {"learning_rate": 0.01}}}
    said = {"target": "person", "split": {"by": {"group": "person"}}, **(represent or {})}
    return {"represent": said, "learn": {"task": "similarity", "menu": MENU, **few, **learn}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    return protokit.run(recipe(), people(), out=tmp_path_factory.mktemp("runs"))


def test_rows_of_classes_that_no_training_row_has_find_their_like(run: protokit.Run) -> None:
    [verdict] = run.results["metrics"]["verdicts"]
    assert (verdict["metric"], verdict["baseline"], verdict["outcome"]) == ("recall_at_1", "raw_columns", "better")
    assert run.metrics["recall_at_1"] > 0.5 and run.metrics["recall_at_5"] >= run.metrics["recall_at_1"]
    assert "in training rows, too" not in str(run.results)


def test_recall_is_that_of_the_nearest_rows_by_the_embedding(run: protokit.Run) -> None:
    written = pd.read_parquet(run.path / "predictions.parquet")
    test = people().iloc[written["row"]].reset_index(drop=True)
    assert (written["person"] == test["person"]).all()
    points = protokit.load(run.path).embed(test)
    assert points.shape == (len(test), 16) and np.allclose((points**2).sum(axis=1), 1, atol=1e-5)
    near = NearestNeighbors(n_neighbors=2).fit(points).kneighbors(points, return_distance=False)[:, 1]
    hits = test["person"].to_numpy()[near] == test["person"].to_numpy()
    assert hits.mean() == pytest.approx(run.metrics["recall_at_1"], abs=0.02)
    with pytest.warns(PredictionNotice, match="beyond the training rows"):
        assert [*run.model.predict(test)][:2] == ["embedding 1", "embedding 2"]


def test_classes_that_the_network_has_met_are_said(tmp_path: Path) -> None:
    met = protokit.run(recipe({"split": {}}, epochs=1, batch_size=4), people(rows=120), out=tmp_path)
    assert "recall is of what the network has met" in str(met.results)
    assert "in a batch of 4 rows" in str(met.results)


def test_rows_without_their_like_do_not_count() -> None:
    target, truth = TargetSpec("y", "similarity", width=1), np.array(["a", "a", "b"], object)
    found = task_of("similarity").judged(target, np.array([[0.0], [1.0], [0.1]]), truth)
    assert found[0, :3].tolist() == ["b", "a", None] and found[2].tolist() == [None] * 10


def test_the_loss_is_of_the_farthest_like_and_the_nearest_other_row() -> None:
    angle = np.array([0.0, 0.5, 2.0, 2.2])
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    said = keras.ops.convert_to_numpy(TripletLoss().call(np.array([[0], [0], [1], [1]]), points))

    def chord(a: float, b: float) -> float:
        return float(2 * np.sin(abs(a - b) / 2))

    first = np.log1p(np.exp(5 * (chord(0.0, 0.5) - chord(0.0, 2.0))))
    assert said[0] == pytest.approx(first, rel=1e-3) and (said > 0).all()
    alone = keras.ops.convert_to_numpy(TripletLoss().call(np.array([[0], [1], [2], [3]]), points))
    assert (alone == 0).all() and np.isfinite(alone).all()


def test_batches_with_many_of_each_class_are_not_told_of() -> None:
    assert not told_of_batches("y", np.repeat([0, 1], 50)[:, None], 32)
    assert "raise" in str(told_of_batches("y", np.arange(100)[:, None] // 2, 8)[0].cure)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learn": {"networks": 3}}, "the points of one network are not those of another"),
        ({"represent": {"split": {"folds": 3}}}, "the points of one fold"),
        ({"represent": {"target": ["person", "x"]}}, "one column says which rows are alike"),
        ({"learn": {"loss": "MeanSquaredError"}}, "'MeanSquaredError' is not for similarity"),
    ],
)
def test_wrong_recipes_are_told(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    given = recipe()
    given = {part: {**given[part], **change.get(part, {})} for part in given}
    with pytest.raises(ProtokitError, match=words):
        protokit.run(given, people(rows=60), out=tmp_path)


def test_what_tells_no_rows_apart_or_together_is_refused(tmp_path: Path) -> None:
    frame = people(rows=60)
    with pytest.raises(ProtokitError, match="no two training rows have the same 'person'"):
        protokit.run(recipe({"split": {}}), frame.assign(person=[f"p{i}" for i in range(60)]), out=tmp_path)
    with pytest.raises(ProtokitError, match="nothing to learn"):
        protokit.run(recipe({"split": {}}), frame.assign(person="p"), out=tmp_path)
