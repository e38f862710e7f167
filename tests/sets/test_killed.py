"""An experiment on several sets that is killed goes on to the same bits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from protokit.sets.running import run_sets
from tests.sets.conftest import recipe_of, rows_of

WAYS: dict[str, object] = {"shared": "shared", "sequence": {"sequence": {"rehearse": 0.2}}}
_CHILD = """
import json, sys
import protokit
recipe, out = json.loads(sys.argv[1]), sys.argv[2]
protokit.run_sets(recipe, out=out, cache=False)
"""


@pytest.mark.parametrize("way", ["shared", pytest.param("sequence", marks=pytest.mark.proof)])
def test_it_goes_on_to_the_same_bits(way: str, tmp_path: Path) -> None:
    recipe = {**recipe_of(ways=WAYS[way], epochs=40), "sets": {}}
    for name, seed in (("a", 0), ("b", 1)):
        rows_of(seed, 60).to_csv(tmp_path / f"{name}.csv", index=False)
        recipe["sets"][name] = {"collect": {"tables": {"data": str(tmp_path / f"{name}.csv")}}}  # type: ignore[index]
    whole = run_sets(recipe, out=tmp_path / "whole", cache=False)
    out = tmp_path / "killed"
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, json.dumps(recipe), str(out)], env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    deadline = time.monotonic() + 300
    while not list(out.glob(f"small/sets-*/{way}/snapshot*")) and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    again = run_sets(recipe, out=out, resume=True, cache=False)
    assert [one["score"] for one in again.results["cells"]] == [one["score"] for one in whole.results["cells"]]
    assert again.results["steps"] == whole.results["steps"]
    for name in ("a", "b"):
        weights = [(one.run(name, way).path / "model" / "weights.safetensors").read_bytes() for one in (whole, again)]
        assert weights[0] == weights[1]


@pytest.mark.proof
def test_one_that_goes_on_from_another_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    sets = {}
    for seed, name in enumerate("abc"):
        rows_of(seed, 60).to_csv(tmp_path / f"{name}.csv", index=False)
        sets[name] = {"collect": {"tables": {"data": str(tmp_path / f"{name}.csv")}}}
    first = {**recipe_of(ways="shared", epochs=1), "sets": {name: sets[name] for name in "ab"}}
    earlier = run_sets(first, out=tmp_path / "first", cache=False)
    recipe = {"name": "small", "sets": {"c": sets["c"]}, "learn": {"from": str(earlier.path.parent), "epochs": 40}}
    whole = run_sets(recipe, out=tmp_path / "whole", cache=False)
    out = tmp_path / "killed"
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, json.dumps(recipe), str(out)], env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    deadline = time.monotonic() + 300
    while not list(out.glob("small/sets-*/shared/snapshot*")) and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    again = run_sets(recipe, out=out, resume=True, cache=False)
    assert len(list(out.glob("small/sets-*"))) == 1
    assert again.results["changes"] == whole.results["changes"]
    for name in "abc":
        weights = [
            (one.run(name, "shared").path / "model" / "weights.safetensors").read_bytes() for one in (whole, again)
        ]
        assert weights[0] == weights[1]
