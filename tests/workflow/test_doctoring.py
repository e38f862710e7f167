"""Faults planted in small trainings are named, sound ones are left alone, and the doctor never gets in a run's way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.files import sha256
from protokit.grammar.document import Document
from protokit.workflow.record.folder import RunFolder


def frame(rows: int = 500, seed: int = 0) -> pd.DataFrame:
    """Five numbers; a class and a number that follow from them, with noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 5))
    made = x[:, 0] * x[:, 1] + x[:, 2] + 0.3 * rng.normal(size=rows)
    columns = {f"x{i}": x[:, i] for i in range(5)}
    return pd.DataFrame({**columns, "label": np.where(made > 0, "yes", "no"), "number": 100 * made})


def run(
    tmp_path: Path, learn: dict[str, Any], target: str = "label", table: pd.DataFrame | None = None
) -> protokit.Run:
    table = frame() if table is None else table
    other = {"label": "number", "number": "label"}[target]
    recipe = {
        "represent": {"target": target, "columns": {other: "ignore"}},
        "learn": {"epochs": 30, **learn},
        "evaluate": {"baselines": ["dummy"]},
    }
    return protokit.run(recipe, table, out=tmp_path)


def relu(units: int, count: int = 1, **more: Any) -> list[Any]:
    return [{"Dense": {"units": units, "activation": "relu", **more}}] * count


def adam(rate: float) -> dict[str, Any]:
    return {"AdamW": {"learning_rate": rate}}


WIDE = {"units": 32, "activation": "sigmoid", "kernel_initializer": {"RandomNormal": {"stddev": 30.0}}}
TANH = [{"Dense": {"units": 32, "activation": "tanh"}}]
NORM = [{"Dense": 16}, "BatchNormalization", {"Activation": "relu"}]
FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "learning rate x1000": ("learning_rate_high", {"menu": relu(32, 2), "optimizer": adam(1.0)}, "number"),
    "learning rate /1000": ("learning_rate_low", {"menu": relu(32, 2), "optimizer": adam(1e-6)}, "label"),
    "dead ReLUs": ("dead_units", {"menu": relu(32, bias_initializer={"Constant": -20.0})}, "label"),
    "unscaled inputs": ("unscaled_inputs", {"menu": [{"Rescaling": 1000.0}, *relu(32)]}, "label"),
    "tiny batch": ("tiny_batch", {"menu": NORM, "batch_size": 4, "epochs": 5}, "label"),
    "overfit": ("overfitting", {"menu": relu(256, 3), "stop": None, "epochs": 80, "schedule": "constant"}, "label"),
    "underfit": ("underfitting", {"menu": [{"Dropout": 0.95}, *relu(2)]}, "number"),
    "wrong loss": ("wrong_loss", {"menu": relu(32), "loss": "MeanSquaredError"}, "label"),
    "saturated sigmoid": ("saturated_units", {"menu": [{"Dense": WIDE}]}, "label"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named_with_an_edit(fault: str, tmp_path: Path) -> None:
    check, learn, target = FAULTS[fault]
    found = run(tmp_path, learn, target)
    named = [one for one in found.diagnoses if one.check == check]
    assert named, [one.rule for one in found.diagnoses]
    assert named[0].evidence and named[0].edit and named[0].diff.startswith("--- recipe.yaml\n+++ ")
    assert f"{named[0].severity}: {named[0].rule[:30]}" in str(found)


@pytest.mark.parametrize("change", ["shuffle", "leak"])
def test_faults_of_the_table_are_named(change: str, tmp_path: Path) -> None:
    table = frame(1000)
    if change == "shuffle":
        table["label"] = np.random.default_rng(1).permutation(table["label"])
    else:
        table["extra"] = (table["label"] == "yes") * 2.0 + np.random.default_rng(1).normal(0, 0.01, len(table))
    found = run(tmp_path, {"menu": relu(32)}, table=table)
    said = [one.check for one in found.diagnoses] + [one.check for one in found.findings if one.severity == "fatal"]
    assert {"shuffle": "shuffled_labels", "leak": "leaks"}[change] in said


def test_a_constant_target_stops_with_words(tmp_path: Path) -> None:
    with pytest.raises(protokit.DataError, match="in every row"):
        run(tmp_path, {}, table=frame().assign(label="yes"))


def test_a_rate_far_too_high_is_not_taken_for_unscaled_columns(tmp_path: Path) -> None:
    """What an embedding became in training says nothing of the data."""
    rng = np.random.default_rng(3)
    table = frame(600).assign(town=[f"town {i}" for i in rng.integers(0, 40, 600)])
    found = run(tmp_path, {"optimizer": adam(10.0), "epochs": 15}, table=table)
    assert found.diagnoses[0].check == "learning_rate_high"
    assert "unscaled_inputs" not in {one.check for one in found.diagnoses}


def test_a_leak_of_which_the_audit_says_nothing_has_the_column_to_leave_out(tmp_path: Path) -> None:
    from protokit.core.checkup import Symptom
    from protokit.workflow.run import doctoring

    asked: list[Any] = []

    def leaking(symptom: Symptom, *others: Any) -> Symptom:
        asked.append(column(Symptom("leak", "warning", "", target="number"), *others))
        return symptom

    column = doctoring._with_column
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doctoring, "_with_column", leaking)
        table = frame(900).assign(**{"known.later": lambda one: one["number"] + 1.0})
        run(tmp_path, {"menu": relu(32), "optimizer": adam(1.0)}, "number", table)
    assert asked[0].edit.ignore == "known.later" and "'known.later' most" in asked[0].advice


def test_what_every_column_knows_is_no_leak(tmp_path: Path) -> None:
    """Blobs that are far apart: each column alone tells the class, and none of them is made from it."""
    rng = np.random.default_rng(4)
    label = rng.integers(0, 2, 900)
    columns = {f"x{i}": label * 8.0 + rng.normal(size=900) for i in range(4)}
    table = pd.DataFrame({**columns, "label": np.where(label, "yes", "no"), "number": 0.0})
    found = run(tmp_path, {"menu": relu(32), "epochs": 40}, table=table)
    assert [one.check for one in (*found.diagnoses, *found.findings) if one.severity != "note"] == []


def test_where_boosting_wins_the_other_network_of_the_house_is_proposed(tmp_path: Path) -> None:
    """Only where it is not used already."""
    rng = np.random.default_rng(5)
    x = rng.uniform(size=(1200, 3))
    made = (np.floor(x[:, 0] * 12) % 2 + np.floor(x[:, 1] * 3) % 2) * 10.0
    table = pd.DataFrame({**{f"x{i}": x[:, i] for i in range(3)}, "number": made + rng.normal(size=1200)})
    recipe = {
        "represent": {"target": "number"},
        "learn": {"menu": relu(24), "epochs": 40},
        "evaluate": {"baselines": ["boosting"]},
    }
    found = protokit.run(recipe, table, out=tmp_path)
    assert "worse than the best baseline, boosting" in found.verdict
    [one] = [one for one in found.diagnoses if "tabm" in one.edit]
    assert one.change == {"values": {"learn.menu": "tabm"}} and "menu: tabm" in one.diff
    used = {**recipe, "learn": {"menu": "tabm", "epochs": 1}}
    assert not any("tabm" in one.edit for one in protokit.run(used, table, out=tmp_path).diagnoses)


def test_rows_of_no_weight_do_not_count_for_the_doctor(tmp_path: Path) -> None:
    """Half of the rows have shuffled labels, and next to no weight: the others are learned."""
    table = frame(1200)
    noise = np.random.default_rng(6).random(1200) < 0.5
    table.loc[noise, "label"] = np.random.default_rng(7).permutation(table.loc[noise, "label"].to_numpy())
    table["weight"] = np.where(noise, 1e-3, 1.0)
    recipe = {
        "represent": {"target": "label", "columns": {"number": "ignore"}},
        "learn": {"epochs": 40, "networks": 1, "menu": relu(32), "sample_weights": "weight"},
        "evaluate": {"baselines": ["dummy"]},
    }
    found = protokit.run(recipe, table, out=tmp_path)
    assert [one.check for one in found.diagnoses if one.severity == "warning"] == []


def test_class_weights_are_no_fault_of_the_network(tmp_path: Path) -> None:
    """Of rare classes that count as much as the others a network says too much, by the rows alone."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=(1500, 4))
    table = pd.DataFrame({f"x{i}": x[:, i] for i in range(4)})
    table["label"] = np.where(x[:, 0] + x[:, 1] + rng.normal(size=1500) > 3.2, "yes", "no")
    table["number"] = 0.0
    found = run(tmp_path, {"menu": relu(16), "epochs": 40, "class_weights": "balanced"}, table=table)
    assert [one.check for one in found.diagnoses] == []


@pytest.mark.parametrize(
    ("learn", "words"),
    [
        ({"menu": [*relu(32), {"Dense": 1, "name": "output"}]}, "take probabilities"),
        ({"loss": "Poisson"}, "Poisson is for counts"),
    ],
)
def test_a_wrong_loss_that_stops_the_run_is_named(learn: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(protokit.TrainingError, match=words):
        run(tmp_path, learn, "number" if "loss" in learn else "label")


@pytest.mark.some("house-number", "norm-label", "relu-number")
@pytest.mark.parametrize("target", ["label", "number"])
@pytest.mark.parametrize(
    "learn",
    [
        {},
        {"menu": relu(32, 2)},
        {"menu": [*NORM, {"Dropout": 0.2}], "schedule": "cosine"},
        {"menu": TANH, "optimizer": {"SGD": {"learning_rate": 0.05, "momentum": 0.9}}},
    ],
    ids=["house", "relu", "norm", "sgd"],
)
def test_a_sound_training_has_no_diagnosis(learn: dict[str, Any], target: str, tmp_path: Path) -> None:
    found = run(tmp_path, {"epochs": 40, **learn}, target, frame(900, seed=2))
    assert [one.rule for one in found.diagnoses] == []


@pytest.mark.parametrize(
    "represent",
    [{"target": None}, {"target": ["label", "number"]}, {"target": "number", "split": {"folds": 2}}],
    ids=["clusters", "two targets", "folds"],
)
def test_every_kind_of_run_has_a_doctor(represent: dict[str, Any], tmp_path: Path) -> None:
    learn = {"epochs": 3, **({"task": "clustering"} if represent["target"] is None else {"menu": relu(8)})}
    found = protokit.run({"represent": represent, "learn": learn}, frame(200), out=tmp_path)
    plain = json.loads((found.path / "diagnosis.json").read_text())
    assert "failed" not in plain and plain["layers"]


def test_a_failing_probe_does_not_stop_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Any:
        raise RuntimeError("no such layer")

    monkeypatch.setattr("protokit.workflow.run.doctoring.checkup", failing)
    found = run(tmp_path, {"epochs": 2})
    assert found.diagnoses == () and found.metrics
    assert json.loads((found.path / "diagnosis.json").read_text())["failed"] == "RuntimeError: no such layer"


def test_results_are_the_same_bits_with_and_without_a_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn = {"menu": [*NORM, {"Dropout": 0.3}], "epochs": 4, "networks": 2}
    names = ("model/weights.safetensors", "predictions.parquet", "history.csv", "metrics.json")
    with_doctor = run(tmp_path / "a", learn)
    monkeypatch.setattr("protokit.workflow.run.training.doctor", lambda *_: None)
    without = run(tmp_path / "b", learn)
    assert [sha256(with_doctor.path / name) for name in names] == [sha256(without.path / name) for name in names]
    assert without.diagnoses == ()


def test_an_edit_mends_what_it_is_for(tmp_path: Path) -> None:
    """The recipe with the edit in it runs, and the same is not said again."""
    from protokit.core.checkup import Edit
    from protokit.recipe.edits import edited

    bad = run(tmp_path, {"menu": relu(32, 2), "optimizer": adam(1.0)}, "number")
    [high] = [one for one in bad.diagnoses if one.check == "learning_rate_high"]
    text = (bad.path / "recipe.yaml").read_text()
    mended = edited(text, Edit({"learn.optimizer": adam(1e-3)}), protokit.Recipe.read(bad.path / "recipe.yaml").network)
    assert "learning_rate: 0.001" in high.diff
    good = protokit.run(Document.parse(mended).data, frame(), out=tmp_path)
    assert good.diagnoses == ()


def test_old_runs_have_no_diagnoses(tmp_path: Path) -> None:
    found = run(tmp_path, {"epochs": 1})
    (found.path / "diagnosis.json").unlink()
    assert protokit.Run.open(found.path).diagnoses == () and RunFolder(found.path, "").complete


def test_a_range_test_finds_a_rate_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = {"represent": {"target": "number"}, "learn": {"menu": relu(32), "optimizer": adam(1e-6)}}
    table = frame().drop(columns="label")
    found = protokit.lr_range(recipe, table, steps=150)
    assert found.suggested is not None and 1e-4 < found.suggested < 1 and found.current == pytest.approx(1e-6)
    assert f"learning_rate: {found.suggested}" in found.diff and f"try {found.suggested:.2g}" in str(found)
    assert len(found.rates) == len(found.losses) and found.rates[0] == pytest.approx(1e-6)
    again = protokit.lr_range(recipe, table, steps=150)
    assert again.losses == found.losses and json.loads(json.dumps(found.as_plain()))["suggested"] == found.suggested
    near = {**recipe, "learn": {**recipe["learn"], "optimizer": adam(found.suggested)}}
    assert "keep it" in str(protokit.lr_range(near, table, steps=150))
    assert not list(tmp_path.iterdir())
    with pytest.raises(protokit.SpecError, match="20 steps"):
        protokit.lr_range(recipe, table, steps=3)


def test_a_doctor_who_failed_says_so(tmp_path: Path) -> None:
    found = run(tmp_path, {"epochs": 1}, "label")
    (found.path / "diagnosis.json").write_text("{no")
    again = protokit.Run.open(found.path)
    assert "could not look at this training: diagnosis.json cannot be read" in str(again).replace("\n  ", " ")
    (found.path / "metrics.json").write_text("{}")
    with pytest.raises(protokit.DataError, match="not the folder of a finished run"):
        protokit.Run.open(found.path)
