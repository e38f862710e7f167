"""Files of models that learn no column of truth: clusters, inputs that are given back, rows that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.core.seeds import derive
from protokit.doors.planning import plan_of
from protokit.doors.proof import arrays
from tests.command import call

Models = Callable[[str], Any]
ROWS = 80
MENU = [{"Dense": {"units": 8, "activation": "relu"}}, {"Dense": 3, "name": "code"}, {"Dense": 6}]
DECODER = {"training_step": {"VAE": {"encoder": [{"Dense": 4}]}}, "menu": [{"Noise": 3}, {"Dense": 5}]}
GENERATOR = {"training_step": "GAN", "menu": [{"Noise": {"units": 1, "alone": True}}, {"Dense": 5}]}
FLOWER = {"target": {"flower": ["length", "width"]}}
CASES: dict[str, dict[str, Any]] = {
    "kmeans": {"represent": {}, "learn": {"task": "clustering", "clusters": 3, "menu": MENU, "networks": 2}},
    "mixture": {
        "represent": {},
        "learn": {"task": "clustering", "clusters": 2, "cluster_by": "gaussian_mixture", "menu": MENU},
    },
    "inputs": {"represent": {"target": "inputs"}, "learn": {"menu": MENU}},
    "decoder": {"represent": FLOWER, "learn": {"task": "generation", **DECODER}},
    "generator": {"represent": FLOWER, "learn": {"task": "generation", **GENERATOR}},
    "by rows": {"represent": {}, "learn": {"task": "clustering", "cluster_by": "agglomerative", "menu": MENU}},
    "folds of inputs": {"represent": {"target": "inputs", "split": {"folds": 2}}, "learn": {"menu": MENU}},
    "noise": {"represent": {**FLOWER, "columns": {"noise": "number"}}, "learn": {"task": "generation", **DECODER}},
}
BASELINE = {"clustering": "kmeans", "generation": "gaussian"}
KNOWN = ("kmeans", "mixture", "inputs", "decoder", "generator")


def flowers() -> pd.DataFrame:
    """Two kinds with lengths and widths, and cells that are missing."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, ROWS)
    length = 100 + 40 * kind + 5 * rng.normal(size=ROWS)
    frame = pd.DataFrame({"length": length, "width": length / 50 + 0.02 * rng.normal(size=ROWS)})
    frame["kind"], frame["soil"] = np.where(kind == 1, "rose", "lily"), rng.normal(size=ROWS).round(2)
    frame["hue"] = np.resize(np.array(["red", "blue", None], object), ROWS)
    frame.loc[::9, "soil"] = np.nan
    return frame


def trained(name: str, folder: Path) -> Any:
    plain = CASES[name]
    baseline = BASELINE.get(plain["learn"].get("task", ""), "dummy")
    table = flowers().assign(noise=1.0 + np.arange(ROWS) % 7) if name == "noise" else flowers()
    recipe = {**plain, "learn": {"epochs": 2, **plain["learn"]}, "evaluate": {"baselines": [baseline]}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
        return protokit.run(recipe, table, out=folder).model


@pytest.fixture(scope="module")
def trained_model(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The model of one of CASES, trained once."""
    return cache(lambda name: trained(name, tmp_path_factory.mktemp("runs")))


@pytest.mark.some("kmeans", "inputs", "decoder")
@pytest.mark.parametrize("name", KNOWN)
def test_a_file_of_onnx_says_what_the_model_says(name: str, trained_model: Models, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    model, table = trained_model(name), flowers()
    export = model.export(tmp_path / "m.onnx", rows=table)
    assert export.differs <= 1e-5 and export.drawn == 512
    session = runtime.InferenceSession(export.path, providers=["CPUExecutionProvider"])
    plan, said = plan_of(model), model.predict(table)
    given = arrays(plan, plan.rows(table))
    found = dict(zip([one.name for one in session.get_outputs()], session.run(None, given), strict=True))
    if name in ("kmeans", "mixture"):
        best = "distance" if name == "kmeans" else "probability"
        assert (found["cluster"] == said["cluster"]).all() and said["cluster"].nunique() > 1
        assert np.allclose(found[best], said[best], rtol=1e-6, atol=1e-6)
    elif name == "inputs":
        assert np.allclose(found["reconstruction error"], said["reconstruction error"], rtol=1e-6)
        assert np.allclose(found["given back"][:, :3], said[["length", "width", "soil"]], rtol=1e-5)
    else:
        assert np.allclose(found["flower"], said, rtol=1e-6)
        units = given["noise"].shape[1]
        own = np.random.Generator(np.random.PCG64(derive(4, "samples"))).normal(size=(ROWS, units))
        [others] = session.run(None, {**given, "noise": own.astype(np.float32)})
        assert np.allclose(others, model.sample(table, seed=4), rtol=1e-5)


@pytest.mark.some("decoder-m.keras", "kmeans-m.tflite", "inputs-m.py")
@pytest.mark.parametrize("file", ["m.keras", "m", "m.tflite", "m.py"])
@pytest.mark.parametrize("name", [name for name in KNOWN if name != "mixture"])
def test_files_of_other_formats_say_it_too(name: str, file: str, trained_model: Models, tmp_path: Path) -> None:
    pytest.importorskip({"m.tflite": "ai_edge_litert", "m.py": "torch"}.get(file, "keras"))
    assert trained_model(name).export(tmp_path / file, rows=flowers()).differs <= 1e-5


REFUSED = {
    "by rows": "known by training rows, not by centers",
    "folds of inputs": "each fold gives inputs back in units of its own",
    "noise": "a column is called 'noise'",
}


@pytest.mark.some("by rows", "noise")
@pytest.mark.parametrize("name", [*REFUSED])
def test_what_has_no_file_is_named(name: str, trained_model: Models, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=REFUSED[name]):
        trained_model(name).export(tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_predict_goes_on_without_a_file_of_draws(trained_model: Models, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    trained_model("decoder").save(tmp_path / "flowers")
    _, said, told = call("export", "flowers", cwd=tmp_path)
    assert "take TensorFlow all the same: " in told
    assert "noise: float32, numbers of a standard normal distribution" in said
    assert "of keras.random.normal((rows, 3), seed=1337)" in said


def test_draws_are_not_kept_in_int8(trained_model: Models, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    with pytest.raises(SpecError, match="a network that draws rows is not kept in int8"):
        trained_model("decoder").export(tmp_path / "m.tflite", dtype="int8")
