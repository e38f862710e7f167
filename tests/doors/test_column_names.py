"""Columns that are called as something of Keras or TensorFlow is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import protokit
from tests.doors.conftest import LEARN, table

CALLED = {"wing size": "maximum", "mass": "network_0_0", "island": "self", "sex": "class"}


@pytest.mark.some("m.keras")
@pytest.mark.parametrize("name", ["m.keras", "folder", "m.tflite"])
def test_columns_that_are_called_like_operations(tmp_path: Path, name: str) -> None:
    if name == "m.tflite":
        pytest.importorskip("ai_edge_litert")
    birds = table()[[*CALLED, "species"]].rename(columns=CALLED)
    recipe = {"represent": {"target": "species"}, "learn": LEARN, "evaluate": {"baselines": []}}
    model = protokit.run(recipe, birds, out=tmp_path).model
    assert model is not None
    found = model.export(tmp_path / name, rows=birds)
    assert found.differs <= 1e-5
    inputs = {one["column"]: one["name"] for one in json.loads(found.contract.read_text())["inputs"]}
    assert inputs == {"maximum": "maximum", "network_0_0": "network_0_0", "self": "self_2", "class": "class_2"}
