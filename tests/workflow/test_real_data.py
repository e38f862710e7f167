"""Runs over real data of every kind; the full figures are in docs/results_data.md. Skips without the data."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent
from protokit.workflow.run.run import run

ROOT = Path(__file__).parents[2]


def recipe(name: str, data: Path) -> dict[str, Any]:
    """The recipe of the benchmark, so that there is one."""
    spec = importlib.util.spec_from_file_location("results_data", ROOT / "benchmarks" / "results_data.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = module.recipe(name, data)
    return found


def test_vowels_are_told_apart(shared: Path, tmp_path: Path) -> None:
    result = run(recipe("japanese_vowels", shared), out=tmp_path, set=["evaluate.baselines=[dummy]"])
    assert result.metrics["accuracy"] >= 0.96


@pytest.mark.proof
def test_sentences_of_films(shared: Path, tmp_path: Path) -> None:
    less = ["evaluate.baselines=[linear]", "learn.epochs=40"]
    assert run(recipe("mr", shared), out=tmp_path, set=less).metrics["accuracy"] >= 0.74


def test_messages_in_another_encoding_and_with_copies(shared: Path, tmp_path: Path) -> None:
    plain = recipe("sms_spam", shared)
    table = collect(Recipe.parse(plain))
    step = next(step for step in table.steps if step.name == "drop_duplicates")
    assert (step.rows_in, step.rows_out) == (5572, 5158)  # spaces around a cell are no part of it
    del plain["collect"]["clean"]
    result = run(plain, out=tmp_path, set=["learn.epochs=15", "evaluate.baselines=[dummy]"])
    found = [f for f in result.results["findings"] if f["check"] == "duplicates"]
    assert found and found[0]["severity"] == "fatal" and "drop_duplicates" in found[0]["edit"]
    assert result.metrics["roc_auc"] > 0.9


@pytest.mark.proof
def test_clothes_are_told_apart(shared: Path, tmp_path: Path) -> None:
    plain = recipe("fashion_mnist", shared)
    part = collect(
        Recipe.parse(
            {"collect": {"tables": {"t": plain["collect"]["tables"]["train"]}}, "represent": {"target": "label"}}
        )
    ).frame[:6000]
    plain["represent"]["split"] = {}
    plain["collect"] = {}
    result = run(plain, part, out=tmp_path, set=["learn.epochs=6", "evaluate.baselines=[dummy]"])
    assert part["image"].iloc[0].shape == (28, 28) and result.metrics["accuracy"] > 0.8


def test_pictures_in_a_zip(shared: Path) -> None:
    plain = Recipe.parse(recipe("cifar10_subset", shared))
    table = collect(plain)
    some = table.frame.groupby(["split", "label"]).head(12).reset_index(drop=True)
    [found] = represent(plain, collect(plain, some))
    assert table.frame.groupby(["split", "label"]).size().tolist() == [100] * 10 + [500] * 10
    assert found.train.inputs["image"].shape[1:] == (32, 32, 3) and found.test.rows == 120


@pytest.mark.some("bike")
@pytest.mark.parametrize("name", ["melbourne", "bike"])
def test_tables_with_dates(name: str, shared: Path, tmp_path: Path) -> None:
    less = ["evaluate.baselines=[linear]", "learn.epochs=12"]
    result = run(recipe(name, shared), out=tmp_path, set=less)
    [score] = [s for s in result.results["metrics"]["scores"] if s["metric"] == "r2"]
    assert score["network"]["value"] > 0.5
    if name == "bike":
        assert not [f for f in result.results["findings"] if f["severity"] == "fatal" and f["check"] == "times"]


@pytest.mark.proof
def test_five_tables_and_a_leak(shared: Path, tmp_path: Path) -> None:
    """Honest columns pass; the time of arrival, kept by mistake, is caught before training."""
    from protokit.core.errors import AuditError

    plain = recipe("flights", shared)
    table = collect(Recipe.parse(plain))
    assert [step.name for step in table.steps if step.name.startswith("join")] == [
        "join planes",
        "join weather",
        "join airports",
        "join airlines",
    ]
    less = ["learn.epochs=2", "learn.menu=[{Dense: 32}]", "evaluate.baselines=[linear]", "evaluate.strict=true"]
    honest = run(plain, out=tmp_path, set=less)
    assert 0.6 < honest.metrics["roc_auc"] < 0.9
    for step in plain["collect"]["clean"]:
        if "drop" in step:
            step["drop"] = [name for name in step["drop"] if name != "arr_time"]
    with pytest.raises(AuditError, match="arr_time"):
        run(plain, out=tmp_path, set=less)


def test_clusters_of_penguins(shared: Path, tmp_path: Path) -> None:
    result = run(recipe("penguins_clusters", shared), out=tmp_path)
    score = next(s for s in result.results["metrics"]["scores"] if s["metric"] == "adjusted_rand")
    assert score["network"]["value"] >= score["baselines"]["kmeans"]["value"]
    assert isinstance(result.model.predict(pd.read_csv(shared / "penguins.csv")), pd.DataFrame)
