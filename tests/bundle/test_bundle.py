from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import protokit
from protokit.bundle.writing import save
from protokit.core.errors import BundleError, DataError
from protokit.core.files import sha256


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    frame = pd.DataFrame(
        {
            "x": [i % 17 / 3 for i in range(150)],
            "shop": [f"s{i % 12}" for i in range(150)],
            "colour": ["red", "blue", None] * 50,
            "price": [(i % 17) * 2.0 + i % 12 for i in range(150)],
            "sold": ["yes" if i % 17 > 8 else "no" for i in range(150)],
        }
    )
    recipe = {
        "represent": {"target": ["price", "sold"]},
        "learn": {"epochs": 3, "menu": [{"Dense": 8}, "BatchNormalization"]},
    }
    run = protokit.run(recipe, frame, out=tmp_path_factory.mktemp("runs"))
    object.__setattr__(run, "frame", frame)
    return run


def test_a_loaded_model_predicts_the_same_bits(run: protokit.Run) -> None:
    frame = run.frame  # type: ignore[attr-defined]
    inside, loaded = run.model.predict(frame), protokit.load(run.path)
    pd.testing.assert_frame_equal(loaded.predict(frame), inside, check_exact=True)
    assert list(inside.columns) == ["price", "sold", "sold = no", "sold = yes"]
    shuffled = frame[["shop", "colour", "x"]].assign(more=1)
    pd.testing.assert_frame_equal(loaded.predict(shuffled), inside, check_exact=True)
    assert loaded.columns == ("x", "shop", "colour")


def test_outcomes_for_other_tables(run: protokit.Run) -> None:
    frame = run.frame  # type: ignore[attr-defined]
    model = run.model
    with pytest.warns(protokit.PredictionNotice, match="150 of 150 cells were not in the training rows"):
        found = model.predict(frame.assign(shop="never seen"), unseen="allow")
    assert found.notna().all().all()
    assert model.predict(frame.head(1)).shape == (1, 4)
    for table, words in (
        (frame.drop(columns="x"), "the column 'x' is missing"),
        (frame.assign(x="a"), "is not a number"),
        (frame.assign(shop="never seen"), "none of its 150 cells"),
        (frame.head(0), "empty"),
        ([1], "data frame"),
    ):
        with pytest.raises(DataError, match=words):
            model.predict(table)


def test_a_bundle_holds_data_only_and_its_manifest(run: protokit.Run) -> None:
    folder = run.path / "model"
    assert {p.name for p in folder.iterdir()} == {
        "manifest.json", "menu.json", "encoders.json", "weights.safetensors", "rows.safetensors"
    }  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, about in manifest["files"].items():
        assert about == {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)}


@pytest.mark.parametrize(
    "name", ["menu.json", "encoders.json", "weights.safetensors", "rows.safetensors", "manifest.json"]
)
@pytest.mark.parametrize("harm", ["remove", "cut", "change"])
def test_a_damaged_bundle_is_refused(run: protokit.Run, tmp_path: Path, name: str, harm: str) -> None:
    shutil.copytree(run.path / "model", tmp_path / "model")
    path = tmp_path / "model" / name
    if harm == "remove":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content))
    with pytest.raises(BundleError) as caught:
        protokit.load(tmp_path / "model")
    assert "model" in str(caught.value)


@pytest.mark.parametrize(
    "menu",
    [
        {"layers": [{"Lambda": "os.system"}], "house": None},
        {"layers": [{"os.system": 1}], "house": None},
        [],
        {"layers": 3},
    ],
)
def test_a_bundle_cannot_name_code(run: protokit.Run, tmp_path: Path, menu: object) -> None:
    folder = tmp_path / "model"
    shutil.copytree(run.path / "model", folder)
    (folder / "menu.json").write_text(json.dumps(menu))
    manifest = json.loads((folder / "manifest.json").read_text())
    path = folder / "menu.json"
    manifest["files"]["menu.json"] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError):
        protokit.load(folder)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_a_model_of_mixed_precision_keeps_it(people: Path, tmp_path: Path, precision: str) -> None:
    data = {"collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}}
    learn = {"menu": [{"Dense": 8}, "BatchNormalization", {"Dropout": 0.2}], "epochs": 3, "precision": precision}
    run = protokit.run({**data, "learn": learn}, out=tmp_path)
    loaded = protokit.load(run.path)
    assert loaded.precision == precision
    assert loaded.network.get_layer("dense_1").compute_dtype == precision.removeprefix("mixed_")
    assert loaded.network.get_layer("output").compute_dtype == "float32"
    table = pd.read_csv(people)
    pd.testing.assert_frame_equal(loaded.predict(table), run.model.predict(table), check_exact=True)
    import keras

    assert keras.config.dtype_policy().name == "float32"


def test_layers_inside_layers_load_in_another_process(people: Path, tmp_path: Path) -> None:
    menu = [
        {"Reshape": {"target_shape": [-1, 1]}},
        {"Bidirectional": {"LSTM": {"units": 3, "return_sequences": True}}},
        {"RNN": {"cell": [{"GRUCell": 3}, {"LSTMCell": 2}]}},
    ]
    data = {"collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}}
    run = protokit.run({**data, "learn": {"menu": menu, "epochs": 1}}, out=tmp_path)
    expected = run.model.predict(pd.read_csv(people)).iloc[:, 1:].to_numpy()
    code = (
        f"import protokit, pandas as pd; m = protokit.load({str(run.path)!r}); "
        f"m.predict(pd.read_csv({str(people)!r})).iloc[:, 1:].to_numpy().tofile({str(tmp_path / 'found')!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert expected.tobytes() == (tmp_path / "found").read_bytes()


def test_a_disk_that_fails_mid_save_leaves_the_earlier_model(
    run: protokit.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    save(run.model, tmp_path / "model")
    before = {p.name: p.read_bytes() for p in (tmp_path / "model").iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("protokit.bundle.writing.save_file", full)
    with pytest.raises(DataError, match=r"weights\.safetensors.*No space left"):
        save(run.model, tmp_path / "model")
    assert {p.name: p.read_bytes() for p in (tmp_path / "model").iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["model"]
