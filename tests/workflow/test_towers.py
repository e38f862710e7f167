"""Inputs of a recipe's own names: wide and deep, two towers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import ProtokitError

TOWER = [{"Dense": {"units": 8, "activation": "relu"}}, {"Dense": 4}]
MENU = [
    {"layers": TOWER, "from": "user", "name": "of_user"},
    {"layers": TOWER, "from": "item", "name": "of_item"},
    {"Dot": {"axes": 1, "normalize": False}, "from": ["of_user", "of_item"], "name": "alike"},
]
INPUTS = {"user": ["user_id", "age"], "item": ["item_id", "price"]}


def ratings(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 12, rows), rng.integers(0, 15, rows)
    taste, kind = rng.normal(size=(12, 2)), rng.normal(size=(15, 2))
    return pd.DataFrame(
        {
            "user_id": [f"u{i:02}" for i in user],
            "item_id": [f"i{i:02}" for i in item],
            "age": rng.integers(18, 80, 12)[user] + rng.random(rows),
            "price": rng.random(15)[item] + rng.random(rows),
            "rating": (taste[user] * kind[item]).sum(axis=1),
        }
    )


def recipe(menu: Any = MENU, inputs: Any = INPUTS, **represent: Any) -> dict[str, Any]:
    return {
        "represent": {"target": "rating", "inputs": inputs, **represent},
        "learn": {"menu": menu, "epochs": 2},
        "evaluate": {"baselines": ["dummy"]},
    }


def test_two_towers_train_and_predict_the_same_elsewhere(tmp_path: Path) -> None:
    frame = ratings()
    run = protokit.run(recipe(), frame, out=tmp_path)
    network = run.model.network
    user = protokit.core.libraries.backend.keras.Model(network.input, network.get_layer("dense_2").output)  # type: ignore[attr-defined]
    [encoder] = [part.encoder for part in run.model.parts]
    changed = frame.assign(item_id=frame["item_id"][::-1].to_numpy(), price=frame["price"] + 1)
    one, other = (np.asarray(user(encoder.encode(some)[0])) for some in (frame, changed))
    assert one.shape == (300, 4) and np.array_equal(one, other), "a tower sees its own columns alone"
    changed = frame.assign(age=frame["age"] + 9)
    assert not np.array_equal(one, np.asarray(user(encoder.encode(changed)[0])))
    frame.to_csv(tmp_path / "t.csv", index=False)
    code = (
        "import sys, pandas as pd, protokit\n"
        "protokit.load(sys.argv[1]).predict(pd.read_csv(sys.argv[2])).to_json(sys.argv[3], double_precision=15)\n"
    )
    there = tmp_path / "there.json"
    subprocess.run([sys.executable, "-c", code, str(run.path), str(tmp_path / "t.csv"), str(there)], check=True)
    here = run.model.predict(pd.read_csv(tmp_path / "t.csv"))
    assert here.to_json(double_precision=15) == there.read_text()
    assert not [one for one in run.findings if one.check == "ignored_by_menu"]


def test_columns_that_no_item_takes_are_said(tmp_path: Path) -> None:
    run = protokit.run(recipe([{"Dense": 4, "from": "user"}], {"user": ["user_id"]}), ratings(), out=tmp_path)
    [finding] = [one for one in run.findings if one.check == "ignored_by_menu"]
    assert set(finding.columns) == {"age", "price"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inputs": {**INPUTS, "user": ["user_id", "agee"]}}, r"represent\.inputs\.user\[1\]: no column 'agee'"),
        ({"inputs": {**INPUTS, "numbers": ["age"]}}, "the input 'numbers' is there already"),
        ({"inputs": {**INPUTS, "a b": ["age"]}}, "letters, digits"),
        ({"inputs": {**INPUTS, "user": []}}, "an input is a list of columns"),
        ({"inputs": ["age"]}, "inputs are names with their columns"),
        ({"inputs": {**INPUTS, "user": ["rating"]}}, "takes 'rating', which is not learned from"),
        ({"inputs": {"usr": ["user_id"], "item": ["item_id"]}}, "no item or input 'user'"),
        ({"menu": "auto"}, "a menu of your own"),
    ],
)
def test_wrong_inputs_are_told(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ProtokitError, match=words):
        protokit.run(recipe(**change), ratings(60), out=tmp_path)
