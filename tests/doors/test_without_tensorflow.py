"""A model by the file that lies with it: what is predicted and told is the same, and TensorFlow is not loaded."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import protokit
from protokit.bundle.intake import intake_of
from protokit.bundle.predicting import later
from protokit.doors.onnx_model import NAME, OnnxModel, beside
from tests.command import call

HINT = "TensorFlow is loaded, which takes seconds: `protokit export birds` makes a file that does without\n"
COUNTED = """
import sys
from protokit.cli.app import main
sys.argv = ["protokit", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    assert not ended.code
assert not {"tensorflow", "keras"} & {*sys.modules}
"""


@pytest.fixture(scope="module")
def folder(model: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with its export, one without, and a later table with what training did not see."""
    from tests.doors.conftest import table

    folder = tmp_path_factory.mktemp("exported")
    model("classes").save(folder / "birds")
    assert call("export", "birds", cwd=folder)[1].endswith(
        "protokit predict birds and protokit serve birds take it from now on, without TensorFlow\n"
    )
    shutil.copytree(folder / "birds", folder / "plain", ignore=shutil.ignore_patterns(f"{NAME}*"))
    later = table(60)
    later.loc[3, "island"], later.loc[4, "wing size"], later.loc[5, "mass"] = "Mars", 1e9, None
    later.insert(0, "ring", [f"{i:03}" for i in range(60)])
    later.drop(columns="species").to_csv(folder / "new.csv", index=False)
    return folder


def both(folder: Path, *arguments: str) -> tuple[str, str]:
    """What is printed by the file, which is held against the model's; and what is told."""
    status, out, told = call("predict", "birds", "new.csv", *arguments, cwd=folder)
    other = call("predict", "plain", "new.csv", *arguments, cwd=folder)
    assert status == other[0] == 0 and other[2] == HINT.replace("birds", "plain") + told
    return out, told


def test_what_is_predicted_and_told_is_the_same(folder: Path) -> None:
    _, told = both(folder, "--keep", "ring", "-o", "said.parquet")
    assert "'Mars'" in told and "'wing size'" in told
    call("predict", "birds", "new.csv", "--keep", "ring", "-o", "by_file.parquet", cwd=folder)
    by_file, by_model = pd.read_parquet(folder / "by_file.parquet"), pd.read_parquet(folder / "said.parquet")
    pd.testing.assert_frame_equal(by_file, by_model, rtol=0, atol=1e-6)
    assert by_file["ring"].tolist()[:2] == ["000", "001"]
    assert call("predict", "birds", "new.csv", "--samples", "2", cwd=folder)[0] == 2  # it has no dropout
    status, _, error = call("predict", "birds", "less.csv", cwd=folder)
    assert (status, "no such file" in error) == (1, True)


@pytest.mark.parametrize("name", ["folds", "default"])
@pytest.mark.some("folds")
def test_each_target_is_predicted_as_by_the_model(
    model: Callable[[str], Any], name: str, birds: pd.DataFrame, tmp_path: Path
) -> None:
    whole = model(name)
    whole.save(tmp_path / "m")
    protokit.load(tmp_path / "m").export(tmp_path / "m" / NAME)
    intake = intake_of(tmp_path / "m")
    assert intake is not None
    found, why = beside(intake, "m")
    assert isinstance(found, OnnxModel) and why == ""
    ours, expected = found.predict(birds), whole.predict(birds)
    assert ours.attrs == expected.attrs
    scale = {"weight": float(birds["weight"].std())}
    for column in expected:
        if expected[column].dtype.kind == "f":
            apart = (ours[column] - expected[column]).abs().max() / scale.get(str(column).split(" ")[0], 1.0)
            assert ours[column].dtype == expected[column].dtype and apart < 1e-6, column
        else:
            pd.testing.assert_series_equal(ours[column], expected[column])
    with pytest.raises(protokit.SpecError, match="no dropout"):
        found.predict(birds, samples=3)


def test_parts_say_to_the_bit_what_the_whole_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pd.concat([pd.read_csv(folder / "new.csv", dtype=str)] * 80).to_csv(folder / "many.csv", index=False)
    whole = call("predict", "birds", "many.csv", cwd=folder)
    monkeypatch.setattr(later, "CELLS", 100)
    monkeypatch.setattr(later, "ROWS", 4096)
    assert call("predict", "birds", "many.csv", cwd=folder) == whole and whole[0] == 0


def test_tensorflow_is_not_loaded(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, "predict", "birds", "new.csv"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 61


def test_a_file_of_another_model_is_not_taken_and_why_is_said(folder: Path, tmp_path: Path) -> None:
    contract = json.loads((folder / "birds" / f"{NAME}.json").read_text())

    def told(text: str, content: bytes | None = None) -> str:
        shutil.copytree(folder / "birds", tmp_path / "birds", dirs_exist_ok=True)
        (tmp_path / "birds" / f"{NAME}.json").write_text(text)
        if content is not None:
            (tmp_path / "birds" / NAME).write_bytes(content)
        intake = intake_of(tmp_path / "birds")
        assert intake is not None
        found, why = beside(intake, "birds")
        assert found is None
        return why

    assert "made of another one: `protokit export birds`" in told(json.dumps({**contract, "model": "0"}))
    assert "is not the file that was exported" in told(json.dumps(contract), b"other")
    apart = {**contract, "proof": {**contract["proof"], "differs": 0.5}}
    assert "is 0.5 apart from it, more than 1e-05" in told(json.dumps(apart))
    del contract["model"]
    assert "its contract is of an earlier version" in told(json.dumps(contract))
    assert "not JSON" in told("{")
    (tmp_path / "birds" / f"{NAME}.json").unlink()
    intake = intake_of(tmp_path / "birds")
    assert intake is not None and "model.onnx.json: a file of the model is missing" in beside(intake, "birds")[1]


def test_a_file_that_the_runtime_cannot_read_is_not_taken_and_why_is_said(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "birds", tmp_path / "birds")
    contract = json.loads((folder / "birds" / f"{NAME}.json").read_text())
    for content in (b"", b"other", (folder / "birds" / NAME).read_bytes()[:5000]):
        contract["sha256"][NAME] = hashlib.sha256(content).hexdigest()
        (tmp_path / "birds" / NAME).write_bytes(content)
        (tmp_path / "birds" / f"{NAME}.json").write_text(json.dumps(contract))
        intake = intake_of(tmp_path / "birds")
        assert intake is not None
        found, why = beside(intake, "birds")
        assert found is None and "ONNX Runtime cannot read it" in why


def test_nothing_is_said_of_an_export_where_there_can_be_none(tmp_path: Path) -> None:
    frame = pd.DataFrame({"said": ["good day", "bad day", "so so", "well"] * 10, "mood": ["high", "low"] * 20})
    learn = {"epochs": 1, "networks": 1}
    recipe = {"represent": {"target": "mood", "columns": {"said": "set"}}, "learn": learn}
    protokit.run({**recipe, "evaluate": {"baselines": []}}, frame, out=tmp_path).model.save(tmp_path / "m")
    intake = intake_of(tmp_path / "m")
    assert intake is not None and beside(intake, "m") == (None, "")
