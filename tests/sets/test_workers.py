"""The sets' own networks trained by workers: the bits of one process, also where a worker is killed."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from protokit.core.errors import SpecError
from protokit.core.files import sha256
from protokit.sets.many import run_all as module
from protokit.sets.result import SetsRun
from protokit.sets.running import run_sets
from protokit.workers.in_process import InProcess
from protokit.workers.processes.crew import LocalCrew
from tests.command import call
from tests.sets.conftest import recipe_of, rows_of


def recipe_in(folder: Path, epochs: int = 2) -> dict[str, object]:
    sets = {}
    for name, seed in (("a", 0), ("b", 1)):
        rows_of(seed, 60).to_csv(folder / f"{name}.csv", index=False)
        sets[name] = {"collect": {"tables": {"data": str(folder / f"{name}.csv")}}}
    return {**recipe_of(ways="each", epochs=epochs), "sets": sets}


def bits(found: SetsRun) -> list[str]:
    files = ("model/weights.safetensors", "predictions.parquet", "history.csv")
    return [sha256(found.run(name).path / file) for name in found.sets for file in files]


def test_what_workers_train_is_found_in_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_crew", lambda many, count: InProcess(many.hand))  # a worker, and no process for it
    recipe = recipe_in(tmp_path)
    alone = run_sets(recipe, out="alone", cache=False)
    found = run_sets(recipe, out="workers", workers=2, cache=False)
    assert bits(found) == bits(alone)
    assert SetsRun.open("workers/small").results == found.results


@pytest.mark.proof
def test_workers_give_the_bits_of_one_process_also_where_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = recipe_in(tmp_path, epochs=40)
    alone = run_sets(recipe, out="alone", cache=False)
    crews: list[LocalCrew] = []

    class Watched(LocalCrew):
        def __init__(self, *given: object) -> None:
            super().__init__(*given)  # type: ignore[arg-type]
            crews.append(self)

    def kill() -> None:
        end = time.monotonic() + 100
        while time.monotonic() < end and not any(tmp_path.glob("workers/small/sets-*/each/a/*/environment.json")):
            time.sleep(0.01)
        next(iter(crews[0]._workers.values()))._process.kill()

    monkeypatch.setattr(module, "LocalCrew", Watched)
    killer = threading.Thread(target=kill)
    killer.start()
    found = run_sets(recipe, out="workers", workers=2, cache=False)
    killer.join()
    assert crews[0]._made > 2 and bits(found) == bits(alone)
    assert found.results["cells"] == [
        {**cell, "run": found.results["cells"][i]["run"]} for i, cell in enumerate(alone.results["cells"])
    ]


@pytest.mark.proof
def test_a_cluster_gives_the_bits_of_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    monkeypatch.chdir(tmp_path)
    recipe = recipe_in(tmp_path)
    alone = run_sets(recipe, out="alone", cache=False)
    assert bits(run_sets(recipe, out="workers", workers="ray", cache=False)) == bits(alone)


def test_the_command_hands_workers_on(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text("name: small\nsets: {a: {}, b: {}}\nrepresent: {target: y}\n")
    status, _, error = call("run", "small.yaml", "--workers", "none", cwd=tmp_path)
    assert status == 2 and "workers is a number of processes from 1, or ray, not 'none'" in error


def test_frames_stay_in_this_process(tmp_path: Path, frames: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(SpecError, match=r"tables that are passed stay in this process(.|\n)*workers=1"):
        run_sets(recipe_of("a", "b"), frames, out=tmp_path, workers=2)
