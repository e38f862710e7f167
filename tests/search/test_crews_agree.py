"""A whole search by another crew than the one worker in this process comes to the same end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.files import sha256


@pytest.mark.proof
def test_a_search_by_a_worker_on_a_shared_folder_has_the_winner_of_one_in_this_process(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=90), "b": rng.normal(size=90)})
    frame["c"] = np.where(frame["a"] + 0.3 * rng.normal(size=90) > 0, "yes", "no")
    frame.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "small.yaml").write_text(
        "collect: {tables: {t: t.csv}}\n"
        "represent: {target: c}\n"
        "learn: {epochs: 3, optimizer: {Adam: {learning_rate: {float: [0.001, 0.3], log: true}}}, menu: [{Dense: 4}]}\n"
        "search: {trials: 3, sampler: random, pruner: null, finalists: 1, seeds: 1}\n"
        "evaluate: {baselines: [dummy]}\n"
    )
    one = protokit.tune(tmp_path / "small.yaml", out=tmp_path / "one")
    out = tmp_path / "shared"
    command = [sys.executable, "-m", "protokit", "work", str(out / "small"), "--once", "--idle", "2m"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as worker:
        try:
            other = protokit.tune(tmp_path / "small.yaml", out=out, workers="folder")
            _, told = worker.communicate(timeout=60)
        finally:
            worker.kill()
    assert worker.returncode == 0, told
    assert list(other.trials["value"]) == list(one.trials["value"]) and set(other.trials["state"]) == {"complete"}
    assert set(other.trials["worker"]) != set(one.trials["worker"])
    figures = [{key: study.figures[key] for key in ("winner", "values", "finalists", "gain")} for study in (one, other)]  # type: ignore[literal-required]
    assert figures[0] == figures[1]
    weights = [sha256(study.best.path / "model" / "weights.safetensors") for study in (one, other)]
    assert weights[0] == weights[1]
