"""Rows that hold two things of one kind: one network reads both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import ProtokitError
from protokit.represent.sides.columns import shared_name

MENU = [{"Dense": {"units": 16, "activation": "relu"}}, {"Dense": 4}]
INPUTS = {"one": ["left_x", "left_y", "left_city"], "other": ["right_x", "right_y", "right_city"]}


def pairs(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Two sightings each, of one thing or of two: the same have a like place, far from that of others."""
    rng = np.random.default_rng(seed)
    same = rng.random(rows) < 0.5
    place = rng.normal(size=(2, rows, 2))
    place[1][same] = place[0][same]
    seen = place + 0.1 * rng.normal(size=place.shape)
    cities = np.array([f"c{i:02}" for i in range(12)])
    of = np.clip((6 + 2.5 * place[..., 0]).astype(int), 0, 11)
    found = {
        f"{side}_{name}": cells
        for i, side in enumerate(("left", "right"))
        for name, cells in (("x", 100 * seen[i, :, 0]), ("y", seen[i, :, 1]), ("city", cities[of[i]]))
    }
    return pd.DataFrame({**found, "same": np.where(same, "yes", "no")})


def recipe(menu: Any = MENU, represent: dict[str, Any] | None = None, **learn: Any) -> dict[str, Any]:
    said = {"target": "same", "inputs": INPUTS, "pairs": {"left": "one", "right": "other"}, **(represent or {})}
    few = {"epochs": 30, "stop": None, "batch_size": 32, "optimizer": {"Adam": {"learning_rate": 0.01}}}
    return {"represent": said, "learn": {"menu": menu, **few, **learn}, "evaluate": {"baselines": ["dummy", "linear"]}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    return protokit.run(recipe(), pairs(), out=tmp_path_factory.mktemp("runs"))


def test_one_network_reads_both_sides(run: protokit.Run) -> None:
    assert run.metrics["roc_auc"] > 0.9
    shapes = {spec.name: spec.shape for spec in run.model.signature.inputs}
    assert shapes == {"numbers": (2,), "categories": (1,)}, "the inputs are those of one side"
    assert sum(w.size for w in run.model.parts[0].weights[0]) < 600, "there is one set of weights"
    scaled = run.model.parts[0].encoder.encode(pairs())[0]
    assert scaled["numbers"].shape == (400, 2, 2) and scaled["categories"].shape == (400, 2, 1)


def test_it_does_not_matter_which_side_is_which(run: protokit.Run) -> None:
    frame = pairs(50, 1)
    swapped = {f"{a}_{n}": f"{b}_{n}" for a, b in (("left", "right"), ("right", "left")) for n in ("x", "y", "city")}
    here, there = (run.model.predict(some)["same = yes"] for some in (frame, frame.rename(columns=swapped)))
    assert np.allclose(here, there, atol=1e-6)
    again = protokit.load(run.path)
    pd.testing.assert_frame_equal(again.predict(frame), run.model.predict(frame), check_exact=True)


def test_one_side_alone_is_embedded(run: protokit.Run) -> None:
    frame = pairs(50, 1)
    left = run.model.embed(frame[INPUTS["one"]])
    assert left.shape == (50, 4)
    named = run.model.embed(frame, side="left")
    right = run.model.embed(frame, side="right")
    shared = run.model.embed(frame[INPUTS["other"]].set_axis(["x", "y", "city"], axis=1))
    pd.testing.assert_frame_equal(left, named)
    pd.testing.assert_frame_equal(right, shared)
    far = np.abs(left - right).sum(axis=1)
    assert far[frame["same"] == "yes"].mean() < 0.5 * far[frame["same"] == "no"].mean()
    with pytest.raises(ProtokitError, match="the columns of both sides"):
        run.model.embed(frame)
    with pytest.raises(ProtokitError, match="has not the columns of a side"):
        run.model.embed(frame[["left_x"]])


def test_rows_with_a_side_that_the_network_has_met_are_said(run: protokit.Run, tmp_path: Path) -> None:
    assert "both sides are learned by one network: 'x' (left_x, right_x)" in str(run.results)
    assert "in training rows, too" not in str(run.results)
    few = pairs(20)
    places = np.random.default_rng(0).integers(0, 20, (2, 160))
    both = [few[INPUTS["one"]].iloc[places[0]], few[INPUTS["one"]].iloc[places[1]].set_axis(INPUTS["other"], axis=1)]
    met = pd.concat([one.reset_index(drop=True) for one in both], axis=1)
    met["same"] = np.where(places[0] % 4 == places[1] % 4, "yes", "no")
    told = protokit.run(recipe(epochs=1), met, out=tmp_path)
    assert "in training rows, too (100% of the test rows)" in str(told.results)


def test_menu_auto_and_numbers_as_the_target(tmp_path: Path) -> None:
    frame = pairs(200).assign(same=lambda f: np.abs(f["left_x"] - f["right_x"]))
    found = protokit.run(recipe("auto", epochs=2), frame, out=tmp_path)
    assert "root_mean_squared_error" in found.metrics


@pytest.mark.parametrize(
    ("names", "shared"), [(("left_age", "right_age"), "age"), (("age1", "age2"), "age"), (("a", "b"), "")]
)
def test_the_name_that_two_columns_share(names: tuple[str, str], shared: str) -> None:
    assert shared_name(*names) == shared


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pairs": {"left": "one", "right": "othr"}}, r"represent\.pairs\.right: no input is named 'othr'"),
        ({"pairs": {"left": "one", "right": "one"}}, "both sides are one input"),
        ({"inputs": {**INPUTS, "other": ["right_x"]}}, "one has 3, other 1"),
        ({"inputs": {**INPUTS, "other": ["right_x", "right_y", "same"]}}, r"inputs\.other\[2\]: 'same' is the target"),
        ({"inputs": {**INPUTS, "other": ["right_x", "left_y", "right_city"]}}, "'left_y' is on both sides"),
        (
            {"inputs": {**INPUTS, "other": ["right_city", "right_y", "right_x"]}},
            "holds numbers, 'left_city'|'left_x' holds",
        ),
        ({"inputs": {**INPUTS, "third": ["left_x"]}}, "'third' is neither"),
        ({"columns": {"left_x": "number", "right_x": "category"}}, "are the same of both sides"),
        ({"target": "inputs"}, "pairs are rows of a table with a target"),
    ],
)
def test_wrong_pairs_are_told(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ProtokitError, match=words):
        protokit.run(recipe(represent=change), pairs(60), out=tmp_path)


def test_pairs_that_are_all_the_same_teach_nothing(tmp_path: Path) -> None:
    with pytest.raises(ProtokitError, match="'yes' in every row: there is nothing to learn"):
        protokit.run(recipe(), pairs(60).assign(same="yes"), out=tmp_path)


def test_both_sides_are_used_up_by_their_names(tmp_path: Path) -> None:
    frame = pairs(80).assign(noise=0.0)
    found = protokit.run(recipe([{"Dense": 2}], epochs=1), frame, out=tmp_path)
    assert "noise" not in found.model.columns
