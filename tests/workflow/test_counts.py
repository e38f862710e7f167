"""Targets that are counts, and numbers above 0: a log link, their own losses, metrics and baselines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.folder import load
from protokit.core.errors import ProtokitError
from protokit.workflow.run.run import run


def table(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["u", "v"])
    mean = np.exp(1.5 + 0.8 * frame["u"])
    frame["visits"] = rng.poisson(mean)
    frame["price"] = rng.gamma(4, mean / 4)
    return frame


def recipe(target: str, task: str | None, **learn: Any) -> dict[str, Any]:
    task_of = {} if task is None else {"task": task}
    return {
        "represent": {"target": target},
        "learn": {
            **task_of,
            "menu": [{"Dense": {"units": 16, "activation": "relu"}}],
            "epochs": 15,
            "stop": None,
            **learn,
        },
    }


@pytest.mark.parametrize(
    ("target", "task", "loss"),
    [("visits", "count", None), ("visits", "count", "negative_binomial"), ("price", "positive", None)],
)
def test_means_are_above_zero_and_beat_a_constant(target: str, task: str, loss: str | None, tmp_path: Path) -> None:
    frame = table()[["u", "v", target]]
    result = run(recipe(target, task, loss=loss), frame, out=tmp_path)
    kind = {"count": "poisson", "positive": "gamma"}[task]
    first = f"mean_{kind}_deviance"
    assert next(iter(result.metrics)) == first and result.metrics[f"d2_{kind}_deviance"] > 0.3
    scores = json.loads((result.path / "metrics.json").read_text())["scores"]
    score = next(score for score in scores if score["metric"] == first)
    network, baselines = score["network"], score["baselines"]
    assert network["low"] < network["value"] < network["high"]
    assert {"dummy", "linear", "boosting"} <= {*baselines}
    assert network["value"] < baselines["dummy"]["value"] > baselines["linear"]["value"]
    fresh = load(result.path / "model").predict(frame)
    low, high = f"{target} 0.05", f"{target} 0.95"
    assert list(fresh) == [target, low, high] and (fresh[target] > 0).all()
    assert ((fresh[low] < fresh[high]) & (fresh[low] <= frame[target]) & (frame[target] <= fresh[high])).mean() > 0.75
    found = json.loads((result.path / "metrics.json").read_text())["intervals"][target]
    assert found["inside"] == 0.9 and found["held"] > 0.75
    assert np.array_equal(fresh, result.model.predict(frame))


def test_a_network_begins_at_the_mean(tmp_path: Path) -> None:
    frame = table()[["u", "v", "visits"]]
    result = run(recipe("visits", "count", epochs=1, optimizer={"SGD": {"learning_rate": 1e-9}}), frame, out=tmp_path)
    predicted = result.model.predict(frame)["visits"]
    assert predicted.std() < 1e-3 and abs(predicted.mean() / frame["visits"].mean() - 1) < 0.2


@pytest.mark.parametrize(
    ("target", "task", "cell", "words"),
    [
        ("visits", "count", -1, ("row 4: '-1", "whole numbers from 0", "task: regression")),
        ("visits", "count", 2.5, ("row 4: '2.5'", "whole numbers from 0")),
        ("price", "positive", 0.0, ("row 4: '0.0' is not a number above 0", "task: count")),
        ("price", "positive", "dear", ("row 4: 'dear' is not a number",)),
    ],
)
def test_other_numbers_are_refused_with_their_row(
    target: str, task: str, cell: object, words: tuple[str, ...], tmp_path: Path
) -> None:
    frame = table(80)[["u", "v", target]].astype({target: object})
    frame.loc[3, target] = cell
    with pytest.raises(ProtokitError) as caught:
        run(recipe(target, task), frame, out=tmp_path)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert not any(tmp_path.rglob("metrics.json"))


@pytest.mark.parametrize("loss", ["BinaryCrossentropy", "gamma_deviance", "pinball"])
def test_losses_of_other_tasks_are_refused(loss: str, tmp_path: Path) -> None:
    with pytest.raises(ProtokitError, match="is not for count"):
        run(recipe("visits", "count", loss=loss), table(80)[["u", "v", "visits"]], out=tmp_path)
