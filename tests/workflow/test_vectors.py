"""Several numbers that are one target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.folder import load
from protokit.core.errors import ProtokitError
from protokit.evaluate.scoring.parts import per_part
from protokit.recipe.recipe import Recipe
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.run import run


def table(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, rows))
    return pd.DataFrame({"u": u, "v": v, "x": 1000 + 300 * u, "y": 0.01 * (u - v), "z": v**2})


def in_lists(frame: pd.DataFrame) -> pd.DataFrame:
    lists = pd.Series(frame[["x", "y", "z"]].to_numpy().tolist(), dtype=object)
    return frame[["u", "v"]].assign(place=lists)


def recipe(target: object, **learn: Any) -> dict[str, Any]:
    dense = [{"Dense": {"units": 16, "activation": "relu"}}]
    return {"represent": {"target": target}, "learn": {"menu": dense, "epochs": 8, "stop": None, **learn}}


def test_columns_under_one_name_are_learned_together(tmp_path: Path) -> None:
    frame = table()
    adam = {"Adam": {"learning_rate": 0.01}}
    result = run(recipe({"place": ["x", "y", "z"]}, epochs=40, optimizer=adam), frame, out=tmp_path)
    assert list(result.metrics) == ["r2_macro", "root_mean_squared_error_macro", "mean_absolute_error_macro"]
    assert result.metrics["r2_macro"] > 0.3
    assert result.model.signature.targets[0].shape == (3,)
    assert not {"x", "y", "z"} & {name for spec in result.model.signature.inputs for name in spec.columns}
    fresh = load(result.path / "model").predict(frame[["u", "v"]])
    assert list(fresh.columns) == ["x", "y", "z"]
    assert np.array_equal(fresh, result.model.predict(frame))
    network, simple, _ = read_predictions(result.path)
    assert {*simple["place"]} == {"dummy", "linear", "boosting", "neighbors"}
    plain = json.loads((result.path / "metrics.json").read_text())
    assert plain["per_part"]["place"] == per_part(network["place"])
    assert [one["part"] for one in plain["per_part"]["place"]] == ["x", "y", "z"]
    assert np.isclose(np.mean([one["r2"] for one in plain["per_part"]["place"]]), result.metrics["r2_macro"])
    dummy = next(s for s in plain["scores"] if s["metric"] == "r2_macro")["baselines"]["dummy"]["value"]
    assert -0.2 < dummy <= 0


def test_a_column_of_lists_is_a_vector_and_is_predicted_as_lists(tmp_path: Path) -> None:
    frame = in_lists(table())
    result = run(recipe("place", epochs=2), frame, out=tmp_path)
    assert any("holds lists of 3 numbers: it is learned as a vector" in str(n) for n in result.results["notices"])
    fresh = load(result.path / "model").predict(frame[["u", "v"]])
    assert list(fresh.columns) == ["place"] and all(len(cell) == 3 for cell in fresh["place"])
    together = run(recipe({"place": ["x", "y", "z"]}, epochs=2), table(), out=tmp_path).model.predict(frame)
    assert np.array_equal(np.array(fresh["place"].tolist()), together.to_numpy())


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ([1.0, 2.0], ("row 4: the list has 2 numbers, and others have 3",)),
        ([1.0, None, 3.0], ("row 4: the number at place 2 of the list is None",)),
        ([1.0, "b", 3.0], ("row 4: the number at place 2 of the list is 'b'",)),
        (7.0, ("row 4: '7' is no list of numbers", "each number has a column of its own")),
        ([], ("row 4: '[]' is no list",)),
    ],
)
def test_other_cells_are_refused_with_their_row(cell: object, words: tuple[str, ...], tmp_path: Path) -> None:
    frame = in_lists(table(40))
    frame.at[3, "place"] = cell
    with pytest.raises(ProtokitError) as caught:
        run(recipe("place", task="vector", epochs=1), frame, out=tmp_path)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_rows_that_lack_a_part_are_dropped_and_it_is_said(tmp_path: Path) -> None:
    frame = table(60)
    frame.loc[5, "x"] = np.nan
    frame.loc[6, "z"] = np.nan
    result = run(recipe({"place": ["x", "y", "z"]}, epochs=1), frame, out=tmp_path)
    assert any("2 rows without a target are dropped" in str(notice) for notice in result.results["notices"])


@pytest.mark.parametrize(
    ("target", "learn", "words"),
    [
        ({"place": ["x"]}, {}, "two different columns or more"),
        ({"place": ["x", "x"]}, {}, "two different columns or more"),
        ({"place": "x"}, {}, "the parts of a target are column names"),
        ({"place": ["x", "y"], "other": ["z", "u"]}, {}, "one name says the columns"),
        ({"place": ["x", "y"]}, {"task": "classification"}, "are learned as a vector, and the task is classification"),
        (["x", "y"], {"task": "vector"}, "write target: {NAME: [x, y]}"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_runs(target: object, learn: dict[str, Any], words: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        Recipe.parse(recipe(target, **learn))
    assert words in str(caught.value), str(caught.value)


def test_a_part_in_small_units_is_relied_on_as_one_in_large_ones(tmp_path: Path) -> None:
    adam = {"Adam": {"learning_rate": 0.01}}
    frame = table(400).drop(columns="z")
    result = run(recipe({"place": ["x", "y"]}, epochs=40, optimizer=adam), frame, out=tmp_path)
    [found] = result.results["metrics"]["importance"].values()
    drops = {one["column"]: one["drop"]["value"] for one in found}
    assert found[0]["metric"] == "r2_macro"
    assert drops["v"] > 0.3  # it tells half of y, whose unit is 30,000 times that of x
