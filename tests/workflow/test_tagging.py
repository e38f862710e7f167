"""A class for each step of a sequence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.folder import load
from protokit.core.errors import PredictionNotice, ProtokitError
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.scoring import tags
from protokit.recipe.recipe import Recipe
from protokit.represent.target import TargetEncoder
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.run import run


def table(cases: int = 60, seed: int = 0) -> pd.DataFrame:
    """A hidden state that stays for a while; which it is, a channel tells in the mean over steps nearby."""
    rng = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        steps = int(rng.integers(6, 13))
        state = np.repeat(rng.integers(0, 3, 4), 3)[:steps]
        for t in range(steps):
            x = np.eye(3)[state[t]][:2] * 2 + rng.normal(size=2)
            rows.append((f"c{case}", t, x[0], x[1], ["rest", "walk", "run"][state[t]]))
    return pd.DataFrame(rows, columns=["case", "t", "u", "v", "does"])


def recipe(**changes: dict[str, Any]) -> dict[str, Any]:
    near = {"Conv1D": {"filters": 16, "kernel_size": 3, "padding": "same", "activation": "relu"}}
    adam = {"Adam": {"learning_rate": 0.01}}
    written: dict[str, dict[str, Any]] = {
        "represent": {"target": "does", "sequence": {"by": "case", "time": "t"}},
        "learn": {"task": "tagging", "menu": [near], "epochs": 25, "stop": None, "optimizer": adam},
    }
    for section, part in changes.items():
        written[section] = {k: v for k, v in {**written.get(section, {}), **part}.items() if v is not None}
    return written


def test_each_step_is_told_from_those_beside_it(tmp_path: Path) -> None:
    frame = table()
    result = run(recipe(), frame, out=tmp_path)
    assert list(result.metrics) == ["step_accuracy", "step_f1_macro", "span_f1"]
    plain = json.loads((result.path / "metrics.json").read_text())
    score = plain["scores"][0]
    assert {*score["baselines"]} == {"dummy", "linear", "boosting"}
    assert score["network"]["value"] > score["baselines"]["dummy"]["value"] + 0.2
    assert score["network"]["low"] < score["network"]["value"] < score["network"]["high"]
    assert {one["class"] for one in plain["per_class"]["does"]} == {"rest", "run", "walk"}
    network, simple, rows = read_predictions(result.path)
    p = network["does"]
    assert tags.accuracy(p, tags.once(p))[0] == result.metrics["step_accuracy"]
    assert len(rows.numbers) == len(p.truth) == plain["rows"]["test"]
    assert simple["does"]["linear"].scores.shape == p.scores.shape
    told = pd.read_parquet(result.path / "predictions.parquet")
    assert len(told) == (p.truth != -2).sum() and (told.groupby("row")["step"].min() == 1).all()


def test_predict_gives_a_row_for_each_step_in_the_order_of_the_table(tmp_path: Path) -> None:
    frame = table()
    result = run(recipe(learn={"epochs": 2}), frame, out=tmp_path)
    model = load(result.path / "model")
    shuffled = frame.drop(columns="does").sample(frac=1, random_state=1)
    said = model.predict(shuffled)
    assert list(said.columns) == ["case", "t", "does", "does = rest", "does = run", "does = walk"]
    assert said.index.equals(shuffled.index) and said["t"].equals(shuffled["t"])
    assert np.allclose(said.iloc[:, 3:].sum(axis=1), 1)
    whole = result.model.predict(frame)
    pd.testing.assert_frame_equal(said.sort_index(), whole)
    long = pd.DataFrame({"case": "c", "t": range(20), "u": 0.0, "v": 1.0})
    with pytest.warns(PredictionNotice, match="longer than the 12 steps"):
        cut = model.predict(long)
    assert cut["does"].isna().tolist() == [False] * 12 + [True] * 8


def test_steps_without_a_label_are_not_learned_from_and_not_scored(tmp_path: Path) -> None:
    frame = table()
    frame.loc[frame["t"] == 1, "does"] = None
    frame.loc[frame["case"] == "c3", "does"] = None
    result = run(recipe(learn={"epochs": 2}), frame, out=tmp_path)
    assert any("1 row without a target is dropped" in str(notice) for notice in result.results["notices"])
    p = read_predictions(result.path)[0]["does"]
    assert (p.truth[:, 1] == -1).all() and (p.truth[:, 0] >= 0).all()
    told = pd.read_parquet(result.path / "predictions.parquet")
    assert told.loc[told["step"] == 2, "does"].isna().all()


def test_the_house_menu_keeps_the_steps(tmp_path: Path) -> None:
    result = run(recipe(learn={"menu": "auto", "epochs": 1, "optimizer": None}), table(30), out=tmp_path)
    assert result.model.signature.targets[0].shape == (12, 3)
    assert np.isfinite(result.metrics["step_accuracy"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"represent": {"sequence": None}}, "there is no sequence"),
        ({"represent": {"split": {"folds": 3}}}, "write represent: {sequence: {length: 100}}"),
        ({"represent": {"sequence": {"by": "does"}}}, "'does' is the target"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_runs(changes: dict[str, dict[str, Any]], words: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        Recipe.parse(recipe(**changes))
    assert words in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learn": {"menu": ["GlobalAveragePooling1D"]}}, "a label for each step takes (rows, 12, numbers)"),
        ({"learn": {"task": None}}, "write learn: {task: tagging}"),
    ],
)
def test_what_does_not_fit_the_data_is_told(changes: dict[str, dict[str, Any]], words: str, tmp_path: Path) -> None:
    with pytest.raises(ProtokitError) as caught:
        run(recipe(**changes), table(30), out=tmp_path)
    assert words in str(caught.value), str(caught.value)


def test_folds_of_one_length(tmp_path: Path) -> None:
    split = {"folds": 2}
    sequence = {"by": "case", "time": "t", "length": 10}
    written = recipe(represent={"split": split, "sequence": sequence}, learn={"epochs": 1})
    result = run(written, table(40), out=tmp_path)
    assert len(read_predictions(result.path)[0]["does"].truth) == 40


def _said(truth: list[list[int]], called: list[list[int]]) -> Predictions:
    target = TargetSpec("y", "tagging", classes=("a", "b", "c"), horizon=len(truth[0]))
    return Predictions(target, np.array(truth), np.eye(3)[np.array(called)])


def test_spans_count_with_exact_borders() -> None:
    p = _said([[0, 0, 1, 1, 2, -2], [1, 1, -1, 1, 0, 0]], [[0, 0, 1, 2, 2, 0], [1, 1, 2, 1, 0, 1]])
    # true: aa bb c | bb b aa; called: aa b cc | bb b a b; alike: aa, bb, b
    assert tags.span_f1(p, tags.once(p))[0] == pytest.approx(2 * 3 / (6 + 7))
    assert tags.accuracy(p, tags.once(p))[0] == pytest.approx(8 / 10)
    assert tags.span_f1(_said([[-1, -1]], [[0, 1]]), np.ones((1, 1))) != tags.span_f1(p, tags.once(p))
    doubled = tags.f1_macro(p, np.array([[2.0, 0.0]]))
    alone = _said([[0, 0, 1, 1, 2, -2]], [[0, 0, 1, 2, 2, 0]])
    assert doubled == tags.f1_macro(alone, tags.once(alone))


def test_an_encoder_of_labels_is_read_again() -> None:
    cells = pd.Series([np.array(["b", "a"], object), np.array(["a", None, "a"], object)], name="y")
    encoder = TargetEncoder.fit(cells.to_frame(), ("y",), "tagging")
    assert encoder.truth(cells.to_frame()).tolist() == [[1, 0, -2], [0, -1, 0]]
    assert TargetEncoder.from_plain(json.loads(json.dumps(encoder.as_plain()))) == encoder


def test_a_text_that_changes_within_a_sequence_is_left_out_whole(tmp_path: Path) -> None:
    frame = table().assign(note=lambda f: f["does"].str.upper())
    result = run(recipe(learn={"epochs": 1}), frame, out=tmp_path)
    assert any("'note' is left out" in str(notice["rule"]) for notice in result.results["notices"])
    assert [spec.name for spec in result.model.signature.inputs] == ["sequence"]
    assert len(load(result.path / "model").predict(frame.drop(columns=["does", "note"]))) == len(frame)


def test_class_weights_are_refused_with_what_the_target_is(tmp_path: Path) -> None:
    with pytest.raises(ProtokitError, match="'does' has several in each"):
        run(recipe(learn={"epochs": 1, "class_weights": "balanced"}), table(), out=tmp_path)
