"""The recipe of three cafés, from three kinds of sources at once, as a person runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

from protokit.sets.result import SetsRun


def test_the_recipe_runs_as_it_stands(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "protokit"]
    ran = subprocess.run(
        [*command, "run", str(root / "recipes" / "cafes.yaml"), "-o", str(tmp_path)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "cafes: 3 sets" in ran.stdout and "stacked" in ran.stdout and "Traceback" not in ran.stderr
    found = SetsRun.open(tmp_path / "cafes")
    assert found.sets == ("harbour", "station", "park") and found.ways == ("each", "stacked", "shared")
    for cell in found.results["cells"]:
        own = found.run(cell["set"]).results["metrics"]["scores"][0]
        dummy = own["baselines"]["dummy"]["value"]
        assert own["metric"] == cell["metric"] and dummy is not None
        assert cell["score"]["value"] is not None and cell["score"]["value"] < dummy, cell
    new = pd.read_csv(root / "recipes" / "data" / "harbour.csv").head(3).drop(columns="cups")
    new.to_csv(tmp_path / "new.csv", index=False)
    of = [*command, "predict", str(tmp_path / "cafes"), str(tmp_path / "new.csv"), "--set", "park", "--way", "shared"]
    said = subprocess.run(of, capture_output=True, text=True)
    assert said.returncode == 0 and len(said.stdout.splitlines()) == 4, said.stderr
    wrong = subprocess.run([*of[:-3], "prak"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "did you mean 'park'" in wrong.stderr
    found.save(tmp_path / "models")
    of = [*command, "predict", "models", "new.csv", "--set", "park"]
    said = subprocess.run(of, capture_output=True, text=True, cwd=tmp_path)  # a process that knows no run
    assert said.returncode == 0 and len(said.stdout.splitlines()) == 4, said.stderr
