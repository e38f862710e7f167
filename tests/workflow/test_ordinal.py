"""Classes that have an order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from protokit.bundle.folder import load
from protokit.core.errors import ProtokitError
from protokit.core.libraries.backend import keras
from protokit.menu.network.ordinal import OrdinalHead
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.run import run

LEVELS = ["poor", "fair", "good", "great"]


def table(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["u", "v"])
    frame["stars"] = np.digitize(frame["u"] + 0.3 * rng.normal(size=rows), [-1, 0, 1]) + 1
    frame["grade"] = [LEVELS[i - 1] for i in frame["stars"]]
    return frame


def recipe(target: str, columns: dict[str, Any] | None = None, **learn: Any) -> dict[str, Any]:
    menu = [{"Dense": {"units": 16, "activation": "relu"}}]
    return {
        "represent": {"target": target, "columns": columns or {}},
        "learn": {"task": "ordinal", "menu": menu, "epochs": 20, "stop": None, **learn},
    }


@pytest.mark.parametrize("target", ["stars", "grade"])
def test_classes_are_in_order_and_near_ones_are_less_wrong(target: str, tmp_path: Path) -> None:
    frame = table()[["u", "v", target]]
    result = run(recipe(target, {} if target == "stars" else {"grade": {"ordered": LEVELS}}), frame, out=tmp_path)
    assert list(result.metrics) == ["quadratic_kappa", "mean_absolute_rank_error", "accuracy"]
    assert result.metrics["quadratic_kappa"] > 0.6 and result.metrics["mean_absolute_rank_error"] < 0.6
    levels = LEVELS if target == "grade" else ["1", "2", "3", "4"]
    assert json.loads((result.path / "metrics.json").read_text())["targets"][0]["classes"] == levels
    fresh = load(result.path / "model").predict(frame)
    assert list(fresh) == [target, *(f"{target} = {level}" for level in levels)]
    assert np.allclose(fresh.iloc[:, 1:].sum(axis=1), 1, atol=1e-6) and (fresh.iloc[:, 1:] >= 0).all(axis=None)
    pd.testing.assert_frame_equal(fresh, result.model.predict(frame))
    p = read_predictions(result.path)[0][target]
    kappa = cohen_kappa_score(p.truth, p.labels, labels=range(4), weights="quadratic")
    assert result.metrics["quadratic_kappa"] == pytest.approx(kappa)
    assert result.metrics["mean_absolute_rank_error"] == pytest.approx(np.abs(p.truth - p.labels).mean())


@pytest.mark.parametrize(
    ("columns", "task", "words"),
    [
        ({}, "ordinal", "ordered: [LOWEST, ..., HIGHEST]}}}, of fair, good, great, poor"),
        ({"grade": {"ordered": LEVELS[:3]}}, "ordinal", "the class 'great' of 'grade' is not in the order"),
        ({"grade": "number"}, "ordinal", "'grade' is the target"),
    ],
)
def test_an_order_that_is_not_there_is_asked_for(columns: dict, task: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ProtokitError) as caught:
        run(recipe("grade", columns, task=task), table(80)[["u", "v", "grade"]], out=tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize("classes", [3, 4, 9])
def test_a_head_begins_with_equal_shares_and_keeps_its_borders_ascending(classes: int) -> None:
    head = OrdinalHead(classes)
    x = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    assert np.allclose(head(x), 1 / classes, atol=1e-5)
    head.set_weights([np.random.default_rng(i).normal(size=w.shape) * 3 for i, w in enumerate(head.get_weights())])
    found = keras.ops.convert_to_numpy(head(x))
    assert (found >= 0).all() and np.allclose(found.sum(axis=1), 1, atol=1e-5)
    again = OrdinalHead.from_config(head.get_config())
    assert again.classes == classes and again.compute_output_shape((None, 3)) == (None, classes)
