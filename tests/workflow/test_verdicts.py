from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.evaluate.metrics.metric import METRICS
from protokit.recipe.recipe import Recipe
from protokit.workflow.record.predictions import read_predictions


def recipe(**parts: Any) -> dict[str, Any]:
    given = {"represent": {"target": "y"}, "learn": {"epochs": 3}, "evaluate": {"baselines": ["dummy"]}}
    return {name: {**one, **parts.get(name, {})} for name, one in given.items()}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.random(400)
    return pd.DataFrame({"x": x, "y": np.where(x + 0.2 * rng.normal(size=400) > 0.9, "defect", "ok")})


@pytest.fixture
def own() -> Iterator[None]:
    before = dict(METRICS._registered())
    yield
    METRICS._things = before


def test_the_rarer_class_is_positive_and_named_everywhere(frame: pd.DataFrame, tmp_path: Path) -> None:
    wanted = {"metrics": ["f1", "recall", "average_precision"], "threshold": "f1"}
    run = protokit.run(recipe(evaluate=wanted), frame, out=tmp_path)
    metrics = run.results["metrics"]
    assert metrics["targets"][0]["positive"] == "defect" and metrics["targets"][0]["classes"] == ["defect", "ok"]
    assert {one["positive"] for one in metrics["scores"]} == {"defect"}
    [told] = [one["rule"] for one in run.results["notices"] if "positive class" in one["rule"]]
    assert "'defect': the rarer one" in told
    assert "f1 of 'defect'" in str(run) and "is called 'defect' above" in str(run) and "defect (positive)" in str(run)
    network, _, _ = read_predictions(run.path)
    assert METRICS["f1"](network["y"]) == pytest.approx(metrics["scores"][0]["network"]["value"])
    table = pd.read_parquet(run.path / "predictions.parquet")
    assert list(table)[-2:] == ["y = defect", "y = ok"]
    assert np.array_equal(table["y predicted"] == "defect", table["y = defect"] > table["y threshold"])
    kept = run.path
    assert protokit.load(kept).signature.targets[0].positive == 0
    assert np.array_equal(protokit.load(kept).predict(frame)["y"], run.model.predict(frame)["y"])


def test_the_recipe_chooses_and_a_wrong_class_is_told(frame: pd.DataFrame, tmp_path: Path) -> None:
    run = protokit.run(recipe(represent={"positive": "ok"}), frame, out=tmp_path)
    assert run.results["metrics"]["targets"][0]["positive"] == "ok"
    assert not any("positive class" in one["rule"] for one in run.results["notices"])
    with pytest.raises(SpecError, match=r"(?s)'defekt' is no class of 'y'.*did you mean 'defect'"):
        protokit.run(recipe(represent={"positive": "defekt"}), frame, out=tmp_path)
    with pytest.raises(SpecError, match="positive is for a target of two classes"):
        protokit.run(recipe(represent={"target": "x", "positive": "ok"}), frame, out=tmp_path)
    both = Recipe.parse({"represent": {"target": ["y", "z"], "positive": {"y": "ok", "z": 1}}})
    assert both.represent.positive_class("z") == 1


def test_rows_of_weight_0_do_not_count_and_others_by_their_weight(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    some = pd.DataFrame({"x": rng.random(500), "w": rng.choice([0, 1, 5], 500)})
    some["y"] = np.where(some["w"] > 0, 100.0, 0.0) + rng.normal(size=500)
    weighed = recipe(learn={"sample_weights": "w"}, evaluate={"metrics": ["mean_absolute_error"]})
    run = protokit.run(weighed, some, out=tmp_path)
    assert any("weight of 0 in 'w', and do not count" in one["rule"] for one in run.results["notices"])
    assert "w" not in run.model.encoder.kinds
    network, baselines, rows = read_predictions(run.path)
    p, dummy = network["y"], baselines["y"]["dummy"]
    raw = some["w"].to_numpy()[rows.numbers].astype(float)
    assert (raw > 0).all() and p.weights is not None and np.allclose(p.weights / p.weights.sum(), raw / raw.sum())
    [score] = run.results["metrics"]["scores"]
    assert score["network"]["value"] == pytest.approx(np.average(np.abs(p.truth - p.scores), weights=raw), rel=1e-6)
    assert abs(dummy.scores[0] - 100) < 0.5
    assert protokit.compare(run, protokit.run(weighed | {"seed": 0, "name": "b"}, some, out=tmp_path)).pairs


def test_what_cannot_decide_is_refused_before_training(frame: pd.DataFrame, own: None, tmp_path: Path) -> None:
    numbers = pd.DataFrame({"x": frame["x"], "y": np.round(frame["x"] * 3) + 0.25 * (frame["x"] > 0.5) - 0.0})
    mape = recipe(learn={"task": "regression"}, evaluate={"metrics": ["mean_absolute_percentage_error"]})
    with pytest.raises(SpecError, match=r"(?s)'y' is 0 in .*decides the verdict.*put root_mean_squared_error before"):
        protokit.run(mape, numbers, out=tmp_path)

    @protokit.metric(task="binary")
    def gain(truth: np.ndarray, predicted: np.ndarray) -> float:
        return 1 / 0

    with pytest.raises(SpecError, match="the metric 'gain' failed: ZeroDivisionError"):
        protokit.run(recipe(evaluate={"metrics": ["gain"]}), frame, out=tmp_path)
    assert not any(tmp_path.iterdir())
