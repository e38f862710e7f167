"""Runs whose network begins at a pretrained one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import protokit
from protokit.core.libraries.backend import keras


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright and dark images, and the weights of a small network."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    lines = ["photo,bright"]
    for i in range(60):
        bright = i % 2
        pixels = rng.integers(0, 120, (32, 32, 3)) + 120 * bright
        Image.fromarray(pixels.astype("uint8")).save(folder / f"{i}.png")
        lines.append(f"{i}.png,{'yes' if bright else 'no'}")
    (folder / "photos.csv").write_text("\n".join(lines) + "\n")
    keras.utils.set_random_seed(1)
    given = keras.applications.MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=(32, 32, 3))
    given.save_weights(folder / "small.weights.h5")
    return folder


def recipe(**learn: Any) -> dict[str, Any]:
    backbone = {"MobileNet": {"alpha": 0.25, "weights": "small.weights.h5", "trainable": False}}
    return {
        "collect": {"tables": {"data": "photos.csv"}},
        "represent": {"target": "bright", "columns": {"photo": {"image": {"size": [32, 32]}}}},
        "learn": {"menu": [{"Backbone": backbone, "name": "backbone"}], "epochs": 2, **learn},
        "evaluate": {"baselines": ["dummy"]},
    }


def test_a_run_trains_on_a_backbone_and_predicts_the_same_bits_elsewhere(photos: Path, tmp_path: Path) -> None:
    path = photos / "run.yaml"
    path.write_text(json.dumps(recipe()))
    run = protokit.run(path, out=tmp_path / "runs")
    kinds = [kind for _, kind, _, _ in run.results["metrics"]["network"]]
    assert kinds.count("Backbone") == 1 and "Conv2D" not in kinds
    inputs = json.loads((run.path / "environment.json").read_text())["inputs"]
    assert len(inputs["small.weights.h5"]) == 64
    given = keras.applications.MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=(32, 32, 3))
    given.load_weights(photos / "small.weights.h5")
    kept = run.model.network.get_layer("backbone").get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(kept, given.get_weights(), strict=True))
    here = run.model.predict(pd.read_csv(photos / "photos.csv"), folder=photos)
    code = (
        "import sys, pandas as pd, protokit\n"
        "found = protokit.load(sys.argv[1]).predict(pd.read_csv(sys.argv[2] + '/photos.csv'), folder=sys.argv[2])\n"
        "found.to_json(sys.argv[3], double_precision=15)\n"
    )
    (photos / "small.weights.h5").rename(photos / "away")  # a model needs no file but its own
    there = tmp_path / "there.json"
    try:
        subprocess.run([sys.executable, "-c", code, str(run.path), str(photos), str(there)], check=True)
    finally:
        (photos / "away").rename(photos / "small.weights.h5")
    assert here.to_json(double_precision=15) == there.read_text()


def test_check_tells_a_file_of_weights_that_is_not_there(photos: Path) -> None:
    path = photos / "wrong.yaml"
    path.write_text(json.dumps(recipe(), indent=1).replace("small.weights.h5", "smal.weights.h5"))
    with pytest.raises(protokit.SpecError, match=r"wrong\.yaml:\d+:\d+: no such file of weights: smal") as caught:
        protokit.check(path)
    assert "small.weights.h5" in str(caught.value)


@pytest.mark.proof
def test_two_stages_of_transfer_learning_are_six_lines(photos: Path, tmp_path: Path) -> None:
    text = """
collect: {tables: {data: photos.csv}}
represent: {target: bright, columns: {photo: {image: {size: [32, 32]}}}}
learn:
  menu:
    - Backbone: {MobileNet: {alpha: 0.25, weights: small.weights.h5}}
      name: backbone
  stages:
    - {freeze: backbone, epochs: 2}
    - {freeze: "backbone/*_bn", epochs: 1, optimizer: {AdamW: {learning_rate: 1.0e-5}}}
evaluate: {baselines: [dummy]}
"""
    path = photos / "stages.yaml"
    path.write_text(text)
    run = protokit.run(path, out=tmp_path)
    assert run.history["stage"].tolist() == [1, 1, 2] and run.history["epoch"].tolist() == [1, 2, 3]
    assert not list(run.path.glob("snapshot*"))
    path.write_text(text.replace("freeze: backbone,", "freeze: bakcbone,"))
    with pytest.raises(protokit.SpecError, match=r"stages\.yaml:9:\d+: nothing is named 'bakcbone'") as caught:
        protokit.check(path)
    assert "did you mean 'backbone'" in str(caught.value)
