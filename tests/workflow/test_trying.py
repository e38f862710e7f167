"""Cures are tried on the run's own training rows and scored on its validation rows, and never on those of the test."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.values.tables import Table
from protokit.show.progress import Silent
from protokit.workflow.cures import trying
from protokit.workflow.cures.trial import OutOfTime, Rows, gains, outcome, trained
from protokit.workflow.cures.tried import FILE, sentence
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent
from tests.command import call

MENU = [{"Dense": {"units": 16, "activation": "relu"}}]
SHORT: dict[str, Any] = {"learn": {"menu": MENU, "epochs": 3}, "evaluate": {"baselines": ["dummy"]}}


def frame(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    y = np.where(x[:, 0] * x[:, 1] + x[:, 2] > 0, "yes", "no")
    part = rng.choice(["train", "validation", "test"], rows, p=[0.6, 0.2, 0.2])
    return pd.DataFrame({**{f"x{i}": x[:, i] for i in range(3)}, "part": part, "y": y})


def recipe(folder: Path, **parts: Any) -> dict[str, Any]:
    path = folder / "t.csv"
    if not path.exists():
        frame().to_csv(path, index=False)
    represent = {"target": "y", "split": {"by": {"column": "part"}}}
    return {"collect": {"tables": {"t": str(path)}}, "represent": represent, **SHORT, **parts}


def run(folder: Path, **parts: Any) -> protokit.Run:
    return protokit.run(recipe(folder, **parts), out=folder / "runs")


def shown(run: protokit.Run, *changes: dict[str, Any], findings: tuple[dict[str, Any], ...] = ()) -> protokit.Run:
    """The run as if the doctor had shown these cures, and the audit these findings."""
    said = [
        {"check": f"check_{i}", "severity": "warning", "rule": "a rule", "edit": f"edit {i}", "change": change}
        for i, change in enumerate(changes)
    ]
    file = run.path / "diagnosis.json"
    file.write_text(json.dumps({"diagnoses": said, "layers": [], "suspects": []}))
    audit = json.loads((run.path / "audit.json").read_text())
    (run.path / "audit.json").write_text(json.dumps({**audit, "findings": list(findings)}))
    return protokit.Run.open(run.path)


LONGER = {"values": {"learn.epochs": 40}}
STUCK = {"values": {"learn.optimizer": {"SGD": {"learning_rate": 1e-9}}}}


def test_the_recipe_itself_changes_nothing(tmp_path: Path) -> None:
    """A network that is trained anew as the run's was says the same to the bit: so a difference is the cure's."""
    found = run(tmp_path)
    own = protokit.Recipe.parse(recipe(tmp_path))
    rows = Rows(own, represent(own, collected(own))[0].without_test())
    before = rows.said_by(found.model.parts[0])
    after = rows.said_by(trained(rows, time.monotonic() + 600, Silent()))
    np.testing.assert_array_equal(before["y"].scores, after["y"].scores)
    [gain] = gains(before, after, {"y": ["roc_auc"]}, 0, rows.scored)
    assert gain["gain"]["value"] == 0 and outcome([gain]) == "the same"
    assert gain["rows"] == found.results["metrics"]["rows"]["validation"] == len(before["y"].truth)


def test_a_cure_is_better_or_worse_and_it_is_said(tmp_path: Path) -> None:
    found = shown(run(tmp_path), LONGER, STUCK)
    tried = protokit.try_cures(found)
    better, worse = tried.trials
    assert (better["outcome"], worse["outcome"]) == ("better", "worse")
    [score] = better["scores"]
    assert score["metric"] == "roc_auc" and score["after"] > score["before"] and better["seconds"] > 0  # type: ignore[operator]
    assert f"roc_auc {score['before']:.3f} before, {score['after']:.3f} after on {score['rows']} validation" in str(
        tried
    )
    assert "worse: keep the recipe as it is" in sentence(worse) and "a loss of" in sentence(worse)
    assert protokit.Tried.read(found.path) == tried
    page = protokit.report(found.path).read_text()
    assert "Cures that were tried" in page and "worse: keep the recipe as it is" in page


def test_test_rows_are_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in them, what comes of a cure is the same."""
    found = shown(run(tmp_path), LONGER, {"ignore": "x1"})
    first = protokit.try_cures(found)
    (found.path / FILE).unlink()

    def other_test_rows(recipe: protokit.Recipe, table: object) -> Table:
        whole = collected(recipe, table)
        test = (whole.frame["part"] == "test").to_numpy()
        changed = whole.frame.copy()
        changed.loc[test, ["x0", "x1", "x2"]] = 1e6
        changed.loc[test, "y"] = "no"
        return replace(whole, frame=changed)

    monkeypatch.setattr(trying, "collected", other_test_rows)
    again = protokit.try_cures(found)
    assert [one["scores"] for one in again.trials] == [one["scores"] for one in first.trials]
    assert len(first.trials) == 2 and all(one["scores"] for one in first.trials)


def test_ctrl_c_keeps_what_is_done_and_the_next_call_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shown(run(tmp_path), LONGER, STUCK)
    calls = []

    def interrupted(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return trained(*given)

    monkeypatch.setattr(trying, "trained", interrupted)
    with pytest.raises(KeyboardInterrupt):
        protokit.try_cures(found)
    kept = protokit.Tried.read(found.path)
    assert [one["checks"] for one in kept.trials] == [["check_0"]]
    whole = protokit.try_cures(found)
    assert len(calls) == 3 and whole.trials[0] == kept.trials[0] and whole.trials[1]["outcome"] == "worse"


def test_time_is_limited(tmp_path: Path) -> None:
    found = shown(run(tmp_path), {"values": {"learn.epochs": 1_000_000}}, STUCK)
    long, _ = protokit.try_cures(found, seconds=60).trials
    assert long["outcome"] == "no time" and "are left" in long["why"] and not long["scores"]
    own = protokit.Recipe.parse(recipe(tmp_path))
    rows = Rows(own, represent(own, collected(own))[0].without_test())
    with pytest.raises(OutOfTime):
        trained(rows, time.monotonic(), Silent())
    with pytest.raises(protokit.SpecError, match="more than 0 seconds"):
        protokit.try_cures(found, seconds=0)


def finding(check: str, edit: str, severity: str = "warning") -> dict[str, Any]:
    return {"check": check, "severity": severity, "columns": [], "rule": "a rule", "edit": edit}


def test_what_cannot_be_held_against_the_run_is_not_tried_and_why(tmp_path: Path) -> None:
    balance = "learn:\n  class_weights: balanced\nevaluate:\n  metrics: [average_precision]"
    found = shown(
        run(tmp_path),
        findings=(
            finding("leaks", "represent:\n  columns: {x2: ignore}", "fatal"),
            finding("groups", "represent:\n  split: {by: {group: x0}}"),
            finding("duplicates", "collect:\n  clean: [drop_duplicates]"),
            finding("metrics", "evaluate:\n  metrics: [f1]"),
            finding("balance", balance),
        ),
    )
    tried = protokit.try_cures(found)
    assert [one["outcome"] for one in tried.trials[:4]] == ["not tried"] * 4
    said = str(tried)
    for words in ("too good to be true", "which rows are learned from", "nothing that is trained"):
        assert words in said
    [score] = tried.trials[4]["scores"]
    assert score["metric"] == "roc_auc" and tried.trials[4]["edit"] == balance  # the run's metric, not the cure's


def test_a_cure_that_cannot_be_trained_is_said(tmp_path: Path) -> None:
    found = shown(run(tmp_path), {"values": {"learn.optimizer": {"SGD": {"learning_rate": 1e30}}}})
    [one] = protokit.try_cures(found).trials
    assert one["outcome"] == "failed" and one["why"] and "failed: " in sentence(one)


def test_one_recipe_of_two_checks_is_tried_once(tmp_path: Path) -> None:
    found = shown(run(tmp_path), {"ignore": "x1"}, findings=(finding("empty", "represent:\n  columns: {x1: ignore}"),))
    [one] = protokit.try_cures(found).trials
    assert one["checks"] == ["check_0", "empty"]


def test_nothing_shown_is_nothing_to_try(tmp_path: Path) -> None:
    tried = protokit.try_cures(shown(run(tmp_path)))
    assert tried.trials == () and "nothing to try" in str(tried)


def test_the_data_has_to_be_the_same(tmp_path: Path) -> None:
    found = shown(run(tmp_path), LONGER)
    frame(seed=1).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(protokit.DataError, match="not what the run was made of"):
        protokit.try_cures(found)


@pytest.mark.some("dealt networks")
@pytest.mark.parametrize(
    "represent", [{"target": "y", "split": {"folds": 3}}, {"target": "y"}], ids=["folds", "dealt networks"]
)
def test_folds_dealt_networks_and_tables_of_python(represent: dict[str, Any], tmp_path: Path) -> None:
    """A house menu on few rows has four networks, each with validation rows of its own."""
    table = frame(200).drop(columns="part")
    given = {"represent": represent, "learn": {"epochs": 2}, "evaluate": {"baselines": ["dummy"]}}
    result = shown(protokit.run(given, table, out=tmp_path), {"values": {"learn.epochs": 30}})
    with pytest.raises(protokit.DataError, match="a table of Python's own"):
        protokit.try_cures(result)
    tried = protokit.try_cures(result.path, table)
    [score] = tried.trials[0]["scores"]
    assert tried.trials[0]["outcome"] == "better" and tried.folds == (3 if "split" in represent else 1)
    rows = result.results["metrics"]["rows"]["validation"]
    assert score["rows"] == (4 * rows)
    assert ("first of 3 folds" in str(tried)) == (tried.folds == 3)


def test_several_targets_are_all_said(tmp_path: Path) -> None:
    table = frame(300).drop(columns="part").assign(z=lambda one: one["x0"] + one["x1"])
    given = {"represent": {"target": ["y", "z"]}, **SHORT}
    result = shown(protokit.run(given, table, out=tmp_path), LONGER)
    [one] = protokit.try_cures(result, table).trials
    assert [score["target"] for score in one["scores"]] == ["y", "z"] and "z: root_mean_squared_error" in sentence(one)
    assert one["scores"][1]["after"] < one["scores"][1]["before"] and one["scores"][1]["gain"]["value"] > 0  # type: ignore[operator]


def test_clusters_have_no_truth_to_score(tmp_path: Path) -> None:
    table = frame(100).drop(columns=["part", "y"])
    result = protokit.run(
        {"represent": {"target": None}, "learn": {"task": "clustering", "epochs": 2}}, table, out=tmp_path
    )
    with pytest.raises(protokit.SpecError, match="clusters"):
        protokit.try_cures(shown(result, LONGER), table)


def test_a_run_keeps_the_recipe_that_was_run(tmp_path: Path) -> None:
    """With what was set beside its text, and with nothing that was not written."""
    recipe(tmp_path)
    (tmp_path / "r.yaml").write_text(
        "collect: {tables: {t: t.csv}}\nrepresent: {target: y, columns: {part: ignore}}\nlearn: {menu: [{Dense: 8}]}\n"
    )
    found = protokit.run(
        tmp_path / "r.yaml", out=tmp_path / "runs", set=["learn.epochs=2", "evaluate.baselines=[dummy]"]
    )
    kept = protokit.Recipe.read(found.path / "recipe.yaml")
    assert kept.learn.epochs == 2 and kept.learn.model_fields_set == {"menu", "epochs"}
    environment = json.loads((found.path / "environment.json").read_text())
    assert (found.path / environment["folder"]).resolve() == tmp_path.resolve()
    [one] = protokit.try_cures(shown(found, LONGER)).trials
    assert one["outcome"] == "better"


def test_the_command(tmp_path: Path) -> None:
    found = shown(run(tmp_path), LONGER)

    def said(*words: str) -> str:
        status, out, error = call("doctor", str(found.path), *words, cwd=tmp_path)
        assert status == 0, error
        return out

    plain = json.loads(said("--try", "--seconds", "120", "--json"))
    assert plain["trials"][0]["outcome"] == "better" and len(plain["diagnoses"]) == 1
    assert "tried: perhaps better: roc_auc" in said() and "check 0: perhaps better: roc_auc" in said("--try")


def test_a_gain_within_chance_is_not_called_better() -> None:
    def said(came: str, low: float | None, high: float | None) -> str:
        gain = {"value": 0.1, "low": low, "high": high}
        score = {"target": "y", "metric": "roc_auc", "before": 0.8, "after": 0.9, "gain": gain, "rows": 40}
        trial = {"checks": ["a"], "edit": "", "outcome": came, "scores": [score], "seconds": 1.0, "why": "", "key": ""}
        return sentence(trial)  # type: ignore[arg-type]

    assert said("better", -0.1, 0.3).startswith("perhaps better: ")
    assert said("worse", -0.1, 0.3).startswith("perhaps worse: ")
    assert said("better", 0.01, 0.3).startswith("better: ")
