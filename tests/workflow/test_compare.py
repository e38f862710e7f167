"""Runs held against each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.workflow.look.compare import Comparison
from tests.workflow.made_runs import begun


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1200, 3))
    late = x[:, 0] + 0.7 * x[:, 1] + 0.5 * rng.normal(size=1200) > 0
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "late": np.where(late, "yes", "no")})
    frame.to_csv(folder / "rows.csv", index=False)
    frame.head(1100).to_csv(folder / "fewer.csv", index=False)
    return folder


def recipe(folder: Path, name: str, **changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": name,
        "collect": {"tables": {"rows": str(folder / "rows.csv")}},
        "represent": {"target": "late", "split": {"test": 0.3}},
        "learn": {"menu": [{"Dense": {"units": 8, "activation": "relu"}}], "epochs": 30, "stop": None},
        "evaluate": {"baselines": ["dummy"]},
    }
    for path, value in changes.items():
        part, key = path.split("_", 1)
        plain[part] = {**plain[part], key: value}
    return plain


@pytest.fixture(scope="module")
def runs(folder: Path) -> dict[str, Any]:
    out = folder / "runs"
    blind = {"target": "late", "split": {"test": 0.3}, "columns": {"a": "ignore", "b": "ignore"}}
    seen = {"good": recipe(folder, "good"), "blind": {**recipe(folder, "blind"), "represent": blind}}
    seen["again"] = recipe(folder, "again", represent_columns={"c": "ignore"})  # it tells nothing
    seen["seed"] = {**recipe(folder, "seed"), "seed": 9}
    seen["fewer"] = recipe(folder, "fewer", collect_tables={"rows": str(folder / "fewer.csv")})
    return {name: protokit.run(plain, out=out) for name, plain in seen.items()}


def outcomes(found: Comparison) -> dict[tuple[str, str], str]:
    return {(found.runs[p.first].name, found.runs[p.second].name): p.outcome for p in found.pairs}


def test_a_worse_run_is_called_worse_and_an_equal_one_is_not(runs: dict[str, Any]) -> None:
    found = protokit.compare(runs["good"], runs["blind"], runs["again"].path)
    said = outcomes(found)
    assert said[("good", "blind")] == "better"
    assert said[("blind", "again")] == "worse"
    assert said[("good", "again")] == "cannot tell apart"
    text = str(found)
    assert "is better than blind" in text and "cannot be told apart" in text
    assert text.index("is better than blind") < text.index("scores on"), "who is better comes first"
    assert "represent.columns.c" in text and "represent.columns.a" in text, "what the recipes differ in"


def test_the_difference_is_that_of_the_scores(runs: dict[str, Any]) -> None:
    [pair] = protokit.compare(runs["blind"], runs["good"]).pairs
    gap = runs["blind"].metrics["roc_auc"] - runs["good"].metrics["roc_auc"]
    assert pair.difference.interval.value == pytest.approx(gap, abs=1e-12)
    assert pair.difference.interval.low < gap < pair.difference.interval.high


@pytest.mark.parametrize(
    ("other", "why"), [("seed", "their test rows are not the same"), ("fewer", "their data is not the same")]
)
def test_runs_that_cannot_be_ranked_are_flagged(runs: dict[str, Any], other: str, why: str) -> None:
    found = protokit.compare(runs["good"], runs[other])
    assert not found.pairs
    assert f"{other} and good are not ranked: {why}" in str(found).replace("\n  ", " ")
    three = protokit.compare(runs["good"], runs[other], runs["blind"])
    assert outcomes(three) == {("good", "blind"): "better"}, "those on the same rows are"
    assert three.as_plain()["apart"]


def test_another_target_is_not_ranked(folder: Path, runs: dict[str, Any]) -> None:
    plain = recipe(folder, "number", represent_target="a")
    other = protokit.run(plain, out=folder / "runs")
    assert "they predict a (regression) and late (binary)" in str(protokit.compare(runs["good"], other)).replace(
        "\n  ", " "
    )


def test_folds_are_compared_over_folds(folder: Path) -> None:
    split = {"folds": 4}
    plain = [
        recipe(folder, "folds", represent_split=split),
        {**recipe(folder, "blind-folds"), "represent": {"target": "late", "split": split, "columns": {"a": "ignore"}}},
    ]
    first, second = (protokit.run(one, out=folder / "runs") for one in plain)
    [pair] = protokit.compare(first, second).pairs
    differences = [
        one["roc_auc"] - two["roc_auc"]
        for one, two in zip(first.results["metrics"]["folds"], second.results["metrics"]["folds"], strict=True)
    ]
    assert pair.difference.interval.value == pytest.approx(np.mean(differences))
    assert pair.outcome == "better"
    assert "4 folds" in first.verdict


def test_looks_at_a_test_set_are_counted(folder: Path) -> None:
    out = folder / "looks"
    counts = []
    for changes in ({}, {"learn_epochs": 2}, {"represent_split": {"test": 0.2}}, {"learn_epochs": 3}):
        found = protokit.run(recipe(folder, "looked", **changes), out=out)
        counts.append(found.results["looks"]["count"])
    assert counts == [1, 2, 1, 3], "another split is another test set"


def test_what_differs_is_whole_on_the_page_and_short_on_the_card(folder: Path, runs: dict[str, Any]) -> None:
    layers = [{"Dense": {"units": units, "activation": "relu"}} for units in (9, 5, 3)]
    deep = recipe(folder, "deep", learn_menu=layers, learn_optimizer={"AdamW": {"learning_rate": 0.01}})
    found = protokit.compare(runs["good"], protokit.run(deep, out=folder / "runs"))
    assert "name" not in [row[0] for row in found.differing]
    assert "learn.optimizer.AdamW.\n" in str(found).replace(" ", "") or "learn.optimizer.AdamW. " in str(found)
    assert "&#39;units&#39;: 3" in found.page().html() and "'units': 3" not in str(found)
    assert "learn.optimizer.AdamW.learning_rate" in found.page().html()


def test_json_has_the_pairs(runs: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(protokit.compare(runs["good"], runs["blind"]).as_plain()))
    assert plain["pairs"][0]["outcome"] == "better" and len(plain["runs"]) == 2 and plain["sentences"]


def test_the_same_run_twice_is_refused(runs: dict[str, Any]) -> None:
    with pytest.raises(protokit.SpecError, match="the same run twice"):
        protokit.compare(runs["good"], runs["good"].path)


def test_runs_without_baselines_and_with_two_targets_are_compared(folder: Path) -> None:
    plain = recipe(folder, "two", represent_target=["late", "c"], evaluate_baselines=[], learn_epochs=3)
    more = {**plain, "name": "more", "learn": {**plain["learn"], "epochs": 20}}
    first, second = (protokit.run(one, out=folder / "runs") for one in (plain, more))
    found = protokit.compare(first, second)
    assert [(pair.target, pair.metric) for pair in found.pairs] == [
        ("late", "roc_auc"), ("c", "root_mean_squared_error"),
    ]  # fmt: skip
    assert "late: more is better than two" in str(found).replace("\n  ", " ") and "c: " in str(found)
    assert protokit.report(first.path).exists() and first._repr_mimebundle_()


def test_other_quantiles_are_not_ranked(folder: Path) -> None:
    learn = {"task": "quantile", "menu": [{"Dense": 4}], "epochs": 2}
    wide, near = (
        {**recipe(folder, name, represent_target="a"), "learn": {**learn, "quantiles": levels}}
        for name, levels in (("wide", [0.1, 0.5, 0.9]), ("near", [0.4, 0.5, 0.6]))
    )
    found = protokit.compare(*(protokit.run(one, out=folder / "runs") for one in (wide, near)))
    assert not found.pairs and "quantiles of a are not the same" in found.flags[0]


def test_runs_that_did_not_end_are_left_out_and_it_is_said(runs: dict[str, Any], tmp_path: Path) -> None:
    cut = begun(
        tmp_path / "cut" / "20260101T120000-aa11", failed={"state": "failed", "reason": "the loss was not finite"}
    )
    open_ = begun(tmp_path / "open" / "20260101T120000-aa22")
    found = protokit.compare(runs["good"], cut, runs["blind"], open_.parent)
    assert [run.name for run in found.runs] == ["good", "blind"] and len(found.pairs) == 1
    assert found.left_out == (
        f"{cut} is left out: it is failed: the loss was not finite",
        f"{open_.parent} is left out: it is unfinished: running still, or its process was killed",
    )
    assert "is left out" in str(found) and "is left out" in found.page().html()
    assert found.as_plain()["left_out"] == list(found.left_out)
    for too_few in ([runs["good"], cut], [cut, open_]):
        with pytest.raises(protokit.DataError, match="did not come to its end"):
            protokit.compare(*too_few)
    with pytest.raises(protokit.DataError, match="there is no such folder"):
        protokit.compare(runs["good"], runs["blind"], tmp_path / "none")
