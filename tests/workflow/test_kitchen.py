"""Runs with parts of a person's own: what is written down of them, and what the model needs without them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import protokit
from protokit.core.libraries.backend import keras
from protokit.learn.losses.loss import LOSSES
from protokit.workflow.result import Run


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(LOSSES._registered())
    yield
    LOSSES._things.clear()
    LOSSES._things.update(before)


def table() -> pd.DataFrame:
    return pd.DataFrame({"x": range(60), "z": [i % 7 for i in range(60)], "r": [3.0 * i + i % 7 for i in range(60)]})


def run(out: Path, **learn: Any) -> Run:
    words = {"menu": [{"Dense": 4}], "epochs": 2, "networks": 1, **learn}
    recipe = {"name": "own", "represent": {"target": "r"}, "learn": words, "evaluate": {"baselines": ["dummy"]}}
    return protokit.run(recipe, table(), out=out)


def test_a_run_says_by_which_code_it_was_trained_and_its_model_does_without(tmp_path: Path) -> None:
    @protokit.loss(task="regression")
    def bent(y_true: Any, y_pred: Any) -> Any:
        """The absolute error."""
        return keras.ops.mean(keras.ops.abs(y_pred - y_true), axis=-1)

    first = run(tmp_path, loss="bent")
    environment = json.loads((first.path / "environment.json").read_text())
    assert list(environment["parts"]) == ["loss bent"] and len(environment["parts"]["loss bent"]) == 64

    def changed(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(y_pred - y_true) * 2, axis=-1)

    LOSSES._things.pop("bent")
    protokit.loss(task="regression", name="bent")(changed)
    second = run(tmp_path, loss="bent")
    keys = [json.loads((one.path / "environment.json").read_text())["key"] for one in (first, second)]
    assert keys[0] != keys[1], "a snapshot of other code would be gone on from"

    code = (
        f"import protokit, pandas as pd; run = protokit.Run.open({str(first.path)!r}); run.card.text(); "
        f"model = protokit.load({str(first.path / 'model')!r}); "
        "print(len(model.predict(pd.DataFrame({'x': [1, 2], 'z': [3, 4]}))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "2", done.stderr
    assert (
        "plugins" not in json.loads((first.path / "model" / "menu.json").read_text())
        or not json.loads((first.path / "model" / "menu.json").read_text())["plugins"]
    )


def test_an_object_in_a_recipe_of_python_is_written_by_its_name(tmp_path: Path) -> None:
    found = run(tmp_path, loss=keras.losses.Huber(delta=2.0))
    assert protokit.Recipe.read(found.path / "recipe.yaml").learn.loss == {"Huber": {"delta": 2.0}}
