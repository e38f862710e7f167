"""Runs and models on torch and jax, each in a process of its own."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pytest import MonkeyPatch

import protokit
from protokit.core.errors import SpecError
from protokit.learn.backends import backend as backends
from protokit.workflow.lr_range import lr_range

RECIPE: dict[str, Any] = {
    "represent": {"target": "kind"},
    "learn": {
        "menu": [{"Dense": {"units": 8, "activation": "relu"}}, "BatchNormalization", {"Dropout": 0.2}],
        "epochs": 6,
        "stop": None,
    },
}
# each reads a sequence whose end is masked, as Keras does it in its own way on each backend
MASKED = {
    "represent": {"target": "kind", "columns": {"said": "text"}},
    "learn": {
        "menu": [
            {
                "branch": {
                    "mean": ["GlobalAveragePooling1D"],
                    "order": [{"LSTM": {"units": 3}}],
                    "back": [{"GRU": {"units": 3, "go_backwards": True}}],
                    "both": [{"Bidirectional": {"SimpleRNN": 3}}],
                    "seen": [
                        {"MultiHeadAttention": {"num_heads": 1, "key_dim": 3}, "from": ["inputs", "inputs"]},
                        "GlobalAveragePooling1D",
                    ],
                }
            }
        ],
        "epochs": 2,
        "stop": None,
    },
}
PDB = {"PYTHONBREAKPOINT": "pdb.set_trace"}
OTHERS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"{name} is not installed"))
    for name in ("torch", "jax")
]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: MonkeyPatch) -> None:
    """No backend is set; processes on torch take one core."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def table(rows: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    return pd.DataFrame({"x": x, "z": z, "town": rng.choice(["Rome", "Oslo"], rows), "kind": np.where(x > z, "a", "b")})


def texts() -> pd.DataFrame:
    """Of no word to eleven."""
    rng = np.random.default_rng(1)
    said = [" ".join(rng.choice(["red", "blue", "old", "new", "cold"], i % 12)) for i in range(120)]
    return pd.DataFrame({"said": said, "kind": ["a" if "red" in text else "b" for text in said]})


def on(backend: str, **learn: object) -> dict[str, Any]:
    return {**RECIPE, "learn": {**RECIPE["learn"], "backend": backend, **learn}}


# What is looked at in a process that has the backend from its start: a model of TensorFlow, and a training cut off.
THERE = """
import json, sys
from pathlib import Path
import numpy as np, pandas as pd
import protokit
from protokit.learn.train import Trainer
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent

folder, out = Path(sys.argv[1]), {}
frame = pd.read_csv(folder / "table.csv")
model = protokit.load(folder / "model")
out["predicted"] = model.predict(frame)["kind = a"].tolist()
texts = pd.read_csv(folder / "texts.csv", keep_default_na=False)
out["masked"] = protokit.load(folder / "masked").predict(texts)["kind = a"].tolist()
if sys.argv[2] == "torch":
    import torch
    out["module"] = isinstance(model.network, torch.nn.Module)
recipe = Recipe.parse(json.loads((folder / "recipe.json").read_text()))
[data] = represent(recipe, collected(recipe, frame))
def trained(snapshot, cut):
    trainer = Trainer(recipe.learn, network_for(recipe, data.encoder.signature), data.encoder.signature, seed=1)
    def each(progress, plan):
        if cut and progress.epoch == 3:
            raise KeyboardInterrupt
    return trainer.train(data.train, data.validation, snapshot=snapshot, key="k", on_epoch=each)
import protokit.learn.train
protokit.learn.train._BETWEEN_SAVES = 0.0
whole = trained(None, False)
try:
    trained(folder / "state", True)
except KeyboardInterrupt:
    again = trained(folder / "state", False)
out["same"] = all(np.array_equal(a, b) for a, b in zip(whole.weights, again.weights))
out["history"] = whole.progress.history == again.progress.history
out["engine"] = [whole.progress.engine, whole.progress.how]
print(json.dumps(out))
"""


@pytest.mark.parametrize("backend", OTHERS)
def test_a_model_of_tensorflow_predicts_and_a_training_goes_on_to_the_same_bits(backend: str, tmp_path: Path) -> None:
    frame = table()
    run = protokit.run(RECIPE, frame, out=tmp_path / "runs")
    frame.to_csv(tmp_path / "table.csv", index=False)
    (run.path / "model").rename(tmp_path / "model")
    said = texts()
    masked = protokit.run(MASKED, said, out=tmp_path / "runs")
    said.to_csv(tmp_path / "texts.csv", index=False)
    (masked.path / "model").rename(tmp_path / "masked")
    more = {"schedule": {"CosineDecay": {"warmup_steps": 4}}, "average": {"decay": 0.9}, "metrics": ["AUC"]}
    (tmp_path / "recipe.json").write_text(json.dumps(on(backend, **more)))
    done = subprocess.run(
        [sys.executable, "-c", THERE, str(tmp_path), backend],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert np.allclose(found["predicted"], run.model.predict(frame)["kind = a"], rtol=0, atol=1e-5)
    assert np.allclose(found["masked"], masked.model.predict(said)["kind = a"], rtol=0, atol=1e-5)
    assert np.ptp(found["masked"]) > 1e-3
    assert found["same"] and found["history"]
    assert found["engine"] == ["keras", f"on {backend}"]
    if backend == "torch":
        assert found["module"]


@pytest.mark.parametrize("backend", OTHERS[:1])
def test_the_example_of_the_page_is_stepped_through_in_a_debugger(backend: str, tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "backends.md"
    [code] = [block for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.S) if "breakpoint()" in block]
    (tmp_path / "step.py").write_text(code)
    run = protokit.run(RECIPE, table(), out=tmp_path)
    (tmp_path / "runs").mkdir()
    (run.path / "model").rename(tmp_path / "runs" / "flowers")
    done = subprocess.run(
        [sys.executable, "step.py"],
        # Ray, once imported, names a debugger of its own for all processes that begin here
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(Path(protokit.__file__).parents[1]), **PDB},
        cwd=tmp_path,
        input="import keras\ntbreak keras.layers.Dense.call\nc\n"
        "p 'here', type(inputs).__module__, self.units, len(inputs)\nn\nc\n",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "('here', 'torch', 8, 2)" in done.stdout, done.stdout
    assert "(2, 8)" in done.stdout.partition("Pdb")[0], "the hooks told what comes out of each layer"
    slopes = ast.literal_eval(done.stdout[done.stdout.rindex("{") :])
    assert len(slopes) >= 4 and all(np.isfinite(slope) for slope in slopes.values())


@pytest.mark.parametrize("backend", OTHERS)
def test_a_run_gives_the_same_kinds_of_files_and_predicts_here(backend: str, tmp_path: Path) -> None:
    frame = table()
    run = protokit.run(on(backend), frame, out=tmp_path / "there")
    own = protokit.run(RECIPE, frame, out=tmp_path / "here")
    names = {path.relative_to(run.path) for path in run.path.rglob("*")}
    assert names == {path.relative_to(own.path) for path in own.path.rglob("*")}
    assert run.results["metrics"]["engine"] == {"name": "keras", "how": f"on {backend}"}
    assert list(run.history.columns) == list(own.history.columns) and len(run.history) == 6
    assert run.metrics.keys() == own.metrics.keys() and run.verdict
    assert "failed" not in run.results["diagnosis"]
    assert run.results["diagnosis"]["layers"][0].keys() == own.results["diagnosis"]["layers"][0].keys()
    environment = json.loads((run.path / "environment.json").read_text())
    assert environment["libraries"][backend] == backends.BACKENDS[backend].version
    kept = pd.read_parquet(run.path / "predictions.parquet")
    said = run.model.predict(frame)
    assert len(kept) and set(said["kind"]) <= {"a", "b"}
    there, here = kept["kind = a"], said["kind = a"].to_numpy()[kept["row"]]
    assert np.allclose(there, here, rtol=0, atol=1e-5), "what was trained there predicts the same here"


@pytest.mark.parametrize("backend", OTHERS[:1])
def test_interrupted_it_ends_there_and_goes_on_with_resume(backend: str, tmp_path: Path) -> None:
    recipe, frame = on(backend, epochs=150), table()

    def press() -> None:
        while not list(tmp_path.rglob("snapshot-1-1.safetensors")):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        protokit.run(recipe, frame, out=tmp_path)
    [folder] = (tmp_path / "recipe").iterdir()
    assert not (folder / "metrics.json").exists()
    run = protokit.run(recipe, frame, out=tmp_path, resume=True)
    assert run.path.name == folder.name and list(run.history["epoch"]) == list(range(1, 151))


@pytest.mark.parametrize("backend", OTHERS[:1])
def test_an_error_there_is_the_same_error_here(backend: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("represent: {target: kind}\nlearn:\n  menu: [{Conv2D: {filters: 2, kernel_size: 3}}]\n")
    told = []
    for words in ((), (f"learn.backend={backend}",)):
        with pytest.raises(SpecError) as error:
            protokit.run(path, table(), out=tmp_path, set=words)
        told.append(error.value)
    assert str(told[0]) == str(told[1]) and told[1].faults[0].place is not None
    assert not (tmp_path / "recipe").exists()


def test_an_unknown_backend_is_told_at_its_line() -> None:
    with pytest.raises(SpecError, match=r"learn\.backend.*theano"):
        protokit.check(on("theano"))


def test_a_backend_that_is_not_installed_is_told_before_anything_is_read(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    with pytest.raises(SpecError, match="torch is not installed") as error:
        protokit.check(on("torch"))
    assert "protokit[torch]" in str(error.value) and "whl/cpu" in str(error.value)
    with pytest.raises(SpecError, match="jax is not installed"):
        protokit.run(on("jax"), table())


def test_a_variable_that_says_otherwise_is_refused(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: object())
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(SpecError, match=r"learn\.backend.*KERAS_BACKEND is 'jax'.*torch"):
        protokit.check(on("torch"))
    with pytest.raises(SpecError, match="the recipe trains on tensorflow"):
        protokit.check(RECIPE)


def test_what_is_of_tensorflow_alone_is_told_at_its_line(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: object())
    with pytest.raises(SpecError, match=r"learn\.engine.*fused needs TensorFlow"):
        protokit.check(on("torch", engine="fused"))
    with pytest.raises(SpecError, match=r"learn\.devices.*TensorFlow alone"):
        protokit.check(on("jax", devices=2))
    with pytest.raises(SpecError, match=r"learn\.backend.*a range test trains on tensorflow"):
        lr_range(on("torch"), table())
    searched = on("torch", optimizer={"AdamW": {"learning_rate": {"float": [1e-4, 1e-2]}}})
    with pytest.raises(SpecError, match=r"learn\.backend.*a search trains on tensorflow"):
        protokit.tune(searched, table())


def test_check_says_what_is_trained_on(monkeypatch: MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: object())
    path = tmp_path / "recipe.yaml"
    path.write_text("represent: {target: kind}\nlearn: {backend: torch}\n")
    done = subprocess.run(
        [sys.executable, "-m", "protokit", "check", str(path), "--set", "learn.backend=tensorflow"],
        capture_output=True,
        text=True,
    )
    assert "trains on tensorflow 2." in done.stdout
