"""A model names what it needs beside protokit, and is refused where that is not there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pandas as pd
import pytest

import protokit
from protokit.core import plugins
from protokit.core.errors import BundleError
from protokit.core.files import sha256

FRAME = pd.DataFrame({"x": [i % 17 / 3 for i in range(120)], "y": [i % 17 * 2.0 for i in range(120)]})
RECIPE: dict[str, Any] = {
    "represent": {"target": "y"},
    "learn": {"epochs": 1, "menu": ["RequiredGate", {"Bidirectional": {"layer": {"LSTM": 2}}}]},
    "evaluate": {"baselines": []},
}


@pytest.fixture(scope="module")
def gate() -> Iterator[type]:
    @protokit.layer
    class RequiredGate(keras.layers.Layer):  # type: ignore[misc]
        """Gives the tanh of what it takes, as a sequence of one step."""

        def call(self, x: Any) -> Any:
            return keras.ops.expand_dims(keras.ops.tanh(x), 1)

    yield RequiredGate


@pytest.fixture(scope="module")
def model(gate: type, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a layer that a person's own code registered."""
    run = protokit.run(RECIPE, FRAME, out=tmp_path_factory.mktemp("runs"))
    return run.path / "model"


def elsewhere(model: Path) -> str:
    """What a fresh process says that loads the model."""
    code = f"import protokit\ntry: protokit.load({str(model)!r})\nexcept protokit.BundleError as e: print(e)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def changed(model: Path, folder: Path, needed: object) -> Path:
    """A copy of the model that says it needs something else."""
    shutil.copytree(model, folder)
    path = folder / "menu.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "plugins": needed}))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["menu.json"] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_layer_of_a_persons_own_is_named_and_has_to_be_registered_first(model: Path) -> None:
    needed = json.loads((model / "menu.json").read_text())["plugins"]
    assert needed == [{"kind": "layer", "name": "RequiredGate", "package": None, "version": None}]
    assert len(protokit.load(model).predict(FRAME)) == len(FRAME)
    said = elsewhere(model)
    assert "the layer 'RequiredGate'" in said and "@protokit.layer" in said and "pip install" not in said


def test_a_layer_of_a_package_is_named_with_the_package(
    gate: type, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "package_of", lambda thing: ("gates", "2.1") if thing is gate else None)
    run = protokit.run(RECIPE, FRAME, out=tmp_path)
    needed = json.loads((run.path / "model" / "menu.json").read_text())["plugins"]
    assert needed == [{"kind": "layer", "name": "RequiredGate", "package": "gates", "version": "2.1"}]
    said = elsewhere(run.path / "model")
    assert "the layer 'RequiredGate' of the package gates 2.1" in said and "pip install gates" in said


def test_a_model_of_the_house_needs_nothing(people: Path, tmp_path: Path) -> None:
    recipe = {"collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}, "learn": {"epochs": 1}}
    run = protokit.run({**recipe, "evaluate": {"baselines": []}}, out=tmp_path)
    assert "plugins" not in json.loads((run.path / "model" / "menu.json").read_text())


def test_all_that_is_missing_is_named_at_once(model: Path, tmp_path: Path) -> None:
    needed = [
        {"kind": "layer", "name": "Gone", "package": "gates", "version": "2.1"},
        {"kind": "sampler", "name": "later", "package": "samplers", "version": None},
        {"kind": "layer", "name": "Own", "package": None, "version": None},
    ]
    with pytest.raises(BundleError) as caught:
        protokit.load(changed(model, tmp_path / "model", needed))
    for said in ("the layer 'Gone' of the package gates 2.1", "the sampler 'later' of the package samplers"):
        assert said in str(caught.value.rule)
    assert "pip install gates samplers; register" in str(caught.value.cure)


@pytest.mark.parametrize("needed", [3, {"kind": "layer"}, [3], [{"kind": "layer", "name": "Gone"}], [{"kind": 1}]])
def test_a_list_that_cannot_be_read_is_refused(model: Path, tmp_path: Path, needed: object) -> None:
    with pytest.raises(BundleError, match="cannot be read"):
        protokit.load(changed(model, tmp_path / "model", needed))
