"""Runs over tables that stay on the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.collect import large
from protokit.core.errors import DataError, SpecError
from protokit.recipe.recipe import Recipe
from protokit.represent import on_disk as arrays_on_disk
from protokit.workflow.run.collecting import stays_on_disk
from protokit.workflow.run.out_of_core import on_disk
from protokit.workflow.run.representing import represent


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(large, "CELLS", 1000)
    rng = np.random.default_rng(0)
    n = 6000
    rows = pd.DataFrame({"id": range(n), "x": rng.normal(size=n), "c": [f"level {i % 40}" for i in range(n)]})
    rows["x2"] = np.where(rows["id"] % 9 == 0, np.nan, rows["x"] * 3 + rng.normal(size=n))
    rows["w"] = rng.integers(0, 4, n)
    rows["y"] = np.where(rows["x"] + rng.normal(size=n) > 0.4, "yes", "no")
    rows.loc[::50, "y"] = None
    duckdb.from_df(rows.astype({"c": object, "y": object})).write_parquet(str(tmp_path / "rows.parquet"))
    return {
        "name": "big",
        "collect": {"tables": {"rows": str(tmp_path / "rows.parquet")}, "clean": [{"derive": {"d": "x2 > 1"}}]},
        "represent": {"target": "y", "columns": {"id": "ignore"}, "split": {"by": "random"}},
        "learn": {"sample_weights": "w", "epochs": 4, "menu": [{"Dense": 8}]},
    }


def test_the_arrays_are_those_of_memory(data: dict[str, Any]) -> None:
    recipe = Recipe.parse(data)
    assert stays_on_disk(recipe)
    with on_disk(recipe) as kept:
        [in_memory] = represent(recipe, kept.table, dealt=kept.parts)
        [found] = kept.represent()
        assert found.encoder.as_plain() == in_memory.encoder.as_plain()
        assert found.train.rows == in_memory.train.rows == found.in_memory.rows > 2500
        for part in ("inputs", "targets", "truth"):
            for name, values in getattr(in_memory.train, part).items():
                on_file = getattr(found.train, part)[name]
                assert isinstance(on_file, np.memmap)
                np.testing.assert_array_equal(on_file, values)
        for mine, theirs in ((found.train, in_memory.train), (found.validation, in_memory.validation)):
            assert mine.weights is not None and theirs.weights is not None
            np.testing.assert_allclose(mine.weights, theirs.weights, rtol=1e-6)


def test_cures_of_a_large_table_are_tried_on_all_training_rows(
    data: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays_on_disk, "MOST", {"train": 900, "validation": 300, "test": 500})
    run = protokit.run({**data, "learn": {**data["learn"], "epochs": 1}}, out=tmp_path / "runs")
    longer: dict[str, Any] = {"values": {"learn.epochs": 12}}
    other: dict[str, Any] = {"ignore": "x"}
    said = [
        {"check": f"check {i}", "severity": "warning", "rule": "a rule", "edit": "an edit", "change": change}
        for i, change in enumerate((longer, other))
    ]
    diagnosis = {"diagnoses": said, "layers": [], "suspects": []}
    (run.path / "diagnosis.json").write_text(json.dumps(diagnosis))
    first, second = protokit.try_cures(run.path).trials
    assert first["outcome"] == "better" and first["scores"][0]["rows"] == run.results["metrics"]["rows"]["validation"]
    assert second["outcome"] == "failed" and "lies on the disk" in second["why"]


@pytest.mark.proof
def test_encoders_learn_from_a_sample_and_the_network_from_all(
    data: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays_on_disk, "MOST", {"train": 900, "validation": 300, "test": 500})
    result = protokit.run(data, out=tmp_path / "runs")
    rows = result.results["metrics"]["rows"]
    assert rows["train"] > 2500 and rows["validation"] < 400 and rows["test"] < 650
    said = " ".join(notice["rule"] for notice in result.results["notices"])
    assert f"all {rows['train']:,} training rows" in said and f"{rows['test']:,} of" in said
    assert {step["name"]: step["rows_out"] for step in result.results["steps"]}["split (random)"] == 6000
    frame = duckdb.read_parquet(str(tmp_path / "rows.parquet")).df()
    assert "failed" not in result.results["diagnosis"] and result.results["diagnosis"]["layers"]
    again = protokit.load(result.path).predict(frame.head(50))
    assert len(again) == 50
    assert result.metrics["roc_auc"] > 0.7
    resumed = protokit.run(data, out=tmp_path / "runs", resume=True)
    assert resumed.path == result.path
    same = protokit.run(data, out=tmp_path / "again")
    assert same.metrics == result.metrics, "the sample and the files are the same each time"


def test_rows_are_streamed_from_the_files(data: dict[str, Any], tmp_path: Path) -> None:
    result = protokit.run(data, out=tmp_path / "a")
    assert "rows streamed: they lie in files" in str(result.results)


@pytest.mark.parametrize(
    "change",
    [{"split": {"by": "stratified"}}, {"split": {"folds": 3}}],
)
def test_what_needs_all_rows_in_memory_has_them(data: dict[str, Any], change: dict[str, Any]) -> None:
    data["represent"] |= change
    assert not stays_on_disk(Recipe.parse(data))


def test_faults_are_said_before_anything_is_written(data: dict[str, Any], tmp_path: Path) -> None:
    data["represent"]["target"] = "yy"
    with pytest.raises(SpecError, match="did you mean"):
        protokit.run(data, out=tmp_path / "runs")
    data["represent"]["target"] = "y"
    data["collect"]["clean"] = [{"filter": "x > 1000"}]
    with pytest.raises(DataError):
        protokit.run(data, out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_whole_number_is_a_learning_rate(data: dict[str, Any], tmp_path: Path) -> None:
    data["learn"] |= {"optimizer": {"Adam": {"learning_rate": 1}}, "epochs": 1}
    assert protokit.run(data, out=tmp_path / "runs").metrics


def test_a_rate_is_looked_for_on_a_sample(data: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(*_: Any) -> None:
        raise AssertionError("the whole table is read")

    monkeypatch.setattr("protokit.collect.collect.collect", whole)
    assert protokit.lr_range(data, steps=40).suggested is not None
