"""A kill at any moment of an export or an eject: what was there is whole, and the next one leaves nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.files import sha256

CHILD = """
import sys, protokit
run = protokit.Run.open(sys.argv[1])
def write(number):
    run.model.export("m.keras", tolerance=1e-4 * (1 + number % 2))
    protokit.eject(run, "birds.py", allow=run.path.parents[2])
write(0)
print("ready", flush=True)
number = 1
while True:
    write(number)
    number += 1
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    birds = pd.DataFrame({"wing": rng.normal(200, 15, 80), "island": rng.choice(["Dream", "Biscoe"], 80)})
    birds["species"] = np.where(birds["wing"] > 200, "Gentoo", "Adelie")
    birds.to_csv(folder / "birds.csv", index=False)
    recipe = {
        "name": "birds",
        "collect": {"tables": {"birds": str(folder / "birds.csv")}},
        "represent": {"target": "species"},
        "learn": {"epochs": 1, "networks": 1, "menu": [{"Dense": 4}]},
        "evaluate": {"baselines": ["dummy"]},
    }
    return protokit.run(recipe, out=folder / "runs")


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.some("0")
def test_what_was_there_is_whole(run: protokit.Run, seed: int, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(run.path)], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    script = (tmp_path / "birds.py").read_bytes()
    time.sleep(float(np.random.default_rng(seed).uniform(0, 3)))
    child.kill()
    child.wait(30)
    path, contract = tmp_path / "m.keras", tmp_path / "m.keras.json"
    assert (tmp_path / "birds.py").read_bytes() == script
    known = contract.is_file() and json.loads(contract.read_text())["sha256"]["m.keras"]
    assert path.is_file() and known in (False, sha256(path))  # no contract lies beside another file
    found = run.model.export(path)
    assert json.loads(found.contract.read_text())["sha256"]["m.keras"] == sha256(path)
    left = [one.name for one in tmp_path.iterdir() if not one.name.startswith(".birds.py.")]
    assert sorted(left) == ["birds.py", "m.keras", "m.keras.json"]
