"""Many recipes run: one table of what came of each, with the bits of runs alone, in one process and in several."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from pathlib import Path

import pandas as pd
import pytest

import protokit
from protokit.core.files import sha256
from protokit.sets.many import run_all as module
from protokit.sets.many.hand import Recipes
from protokit.workers.crew import Event, Plain
from protokit.workers.processes.crew import LocalCrew
from protokit.workflow.check import as_recipe
from protokit.workflow.run.run import Runner
from tests.command import call
from tests.sets.many.conftest import shop


def bits(run: Path) -> list[str]:
    return [sha256(run / name) for name in ("model/weights.safetensors", "predictions.parquet", "history.csv")]


def test_one_table_of_verdicts_with_failures_beside_successes(shops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, error = call("run", "shops/*.yaml", "shops/lima.yaml", cwd=shops.parent)
    assert status == 1
    assert "2 of 3 recipes ran, 1 failed; against their best baselines 2 are better" in out
    assert "shops/void.yaml failed: the target 'sold' is" in " ".join(out.split())
    assert "shops/lima.yaml is given twice: it is run once" in out
    assert [line.split(":")[0] for line in error.splitlines()] == ["1 of 3", "2 of 3", "3 of 3"]
    assert "Traceback" not in error

    # complete runs are not trained again, what failed is tried again
    monkeypatch.setattr("protokit.workflow.run.networks.train_all", None)
    status, out, _ = call("run", "shops/*.yaml", "--resume", "--json", cwd=shops.parent)
    said = json.loads(out)
    assert status == 1 and said["failed"] == 1
    assert [(one["recipe"], one["state"], one["verdict"]) for one in said["recipes"]] == [
        ("shops/lima.yaml", "finished", "better"), ("shops/oslo.yaml", "finished", "better"),
        ("shops/void.yaml", "failed", None),
    ]  # fmt: skip
    assert "every row" in said["recipes"][2]["reason"] and said["recipes"][0]["baseline"] == "dummy"
    assert any("2 runs were complete before" in notice for notice in said["notices"])


def test_the_table_in_python(shops: Path, tmp_path: Path) -> None:
    frames = [{**as_recipe(shops / f"{name}.yaml").as_plain(), "name": name} for name in ("lima", "oslo")]
    for one in frames:
        one["collect"]["tables"]["sales"]["csv"] = str(shops / f"{one['name']}.csv")  # type: ignore[index]
    table = protokit.run_all([*frames, str(shops / "void.yaml")], out=tmp_path / "out", set="learn.epochs=1")
    assert isinstance(table, protokit.RunTable) and len(table) == 3
    assert {*table.runs} == {"recipe 1", "recipe 2"} and [*table.failed] == [str(shops / "void.yaml")]
    assert table.runs["recipe 1"].name == "lima" and len(table.runs["recipe 1"].history) == 1
    frame = table.frame
    assert isinstance(frame, pd.DataFrame) and list(frame["state"]) == ["finished", "finished", "failed"]
    assert frame["value"].notna().sum() == 2 and frame.loc[2, "reason"]
    assert "text/html" in table._repr_mimebundle_() and "1 failed" in repr(table) and "recipe 2" in str(table)
    one = protokit.run_all(shops / "lima.yaml", out=tmp_path / "out")
    assert one.verdict.startswith("1 of 1 recipe ran; against their best baselines 1 ")


def test_what_is_compiled_is_kept_and_changes_no_bit(tmp_path: Path) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    # batches of 32 rows: two shops have one of them an epoch, the last two; in stages one more
    recipes = [shop(folder, f"s{i}", seed=i, rows=rows) for i, rows in enumerate((60, 75, 130))]
    recipes.append(shop(folder, "staged", seed=9))
    recipes[-1].write_text(recipes[-1].read_text().replace("epochs: 3", "stages: [{epochs: 1}, {epochs: 2}]"))
    runner = Runner()
    shared = [runner.run(as_recipe(path), out=tmp_path / "shared", cache=False).path for path in recipes]
    alone = [Runner().run(as_recipe(path), out=tmp_path / "alone", cache=False).path for path in reversed(recipes)]
    assert [bits(run) for run in shared] == [bits(run) for run in reversed(alone)]
    assert runner._trainers is not None
    kept = [trainer for _, trainer in runner._trainers._known]
    assert len(kept) == 2  # one for three shops, and that of the stages
    traces = kept[0].traces  # type: ignore[attr-defined]
    assert traces["step"] == traces["plain"] == traces["test"] == 1


class Scripted:
    """A crew without workers: what becomes of each task is written down."""

    size = 2

    def __init__(self, script: dict[int, list[Event]]) -> None:
        self.script, self.given, self.events = script, list[tuple[int, Plain]](), deque[Event]()
        self.closed = False

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        self.given.append((number, task))
        self.events += [Event("began", number), self.script[number].pop(0)]

    def wait(self, seconds: float | None = None) -> Event | None:
        return self.events.popleft() if self.events else None

    def answer(self, number: int, go_on: bool) -> None:
        raise AssertionError

    def close(self) -> None:
        self.closed = True


def test_a_recipe_whose_worker_died_goes_on_and_is_given_up_in_the_end() -> None:
    lost = [Event("lost", 1, reason="worker 1 was ended by SIGKILL")] * 9
    script = {
        0: [Event("lost", 0), Event("done", 0, result={"path": "runs/a"})],
        1: list(lost),
        2: [Event("failed", 2, reason="the loss was not finite")],
    }
    crew, came = Scripted(script), dict[int, tuple[Plain, str]]()
    module._by_crew(crew, 3, False, lambda number, result, reason, seconds: came.update({number: (result, reason)}))
    assert came[0] == ({"path": "runs/a"}, "") and came[2] == ({}, "the loss was not finite")
    assert came[1] == ({}, f"its worker died each of {module.LOSSES + 1} times: worker 1 was ended by SIGKILL")
    resumed = [task["resume"] for number, task in crew.given if number == 1]
    assert resumed == [False, True, True, True] and crew.closed


def test_a_cluster_that_does_not_see_the_folder_is_told(shops: Path, tmp_path: Path) -> None:
    many = Recipes.of([as_recipe(shops / "lima.yaml")], tmp_path / "runs")
    assert many.hand_in(tmp_path / "runs").recipe(0) == as_recipe(shops / "lima.yaml")
    with pytest.raises(protokit.WorkerError, match="does not see") as error:
        many.hand_in(tmp_path / "copied")
    assert "write -o with a folder" in str(error.value)


def test_workers_give_the_bits_of_one_process_also_where_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shops"
    folder.mkdir()
    recipes = [shop(folder, name, seed=i, epochs=40) for i, name in enumerate(("lima", "oslo"))]
    alone = protokit.run_all(recipes, out=tmp_path / "alone")
    crews: list[LocalCrew] = []

    class Watched(LocalCrew):
        def __init__(self, *given: object) -> None:
            super().__init__(*given)  # type: ignore[arg-type]
            crews.append(self)

    def kill() -> None:
        end = time.monotonic() + 100
        while time.monotonic() < end and not any((tmp_path / "runs").glob("lima/*/environment.json")):
            time.sleep(0.01)
        for worker in list(crews[0]._workers.values()):
            worker._process.kill()

    monkeypatch.setattr(module, "LocalCrew", Watched)
    killer = threading.Thread(target=kill)
    killer.start()
    table = protokit.run_all(recipes, workers=2, out=tmp_path / "runs")
    killer.join()
    assert not table.failed and crews[0]._made > 2
    assert [bits(one.path) for one in table] == [bits(one.path) for one in alone]  # type: ignore[arg-type]
    assert len([*(tmp_path / "runs" / "lima").iterdir()]) == 1  # the run that was begun went on
