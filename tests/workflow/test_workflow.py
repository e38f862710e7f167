from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import protokit
from protokit.collect.collect import read_table
from protokit.core.errors import DataError, SpecError
from protokit.core.files import sha256

ROOT = Path(__file__).parents[2]
MENU = {"menu": [{"Dense": 16}, {"Dropout": 0.3}], "epochs": 4}


def protokit_run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "protokit", *arguments], capture_output=True, text=True, cwd=cwd)


def bits(run: Path) -> dict[str, str]:
    names = ("model/weights.safetensors", "metrics.json", "predictions.parquet", "history.csv")
    return {name: sha256(run / name) for name in names}


def only_run(folder: Path) -> Path:
    [found] = folder.glob("*/*/environment.json")
    return found.parent


@pytest.fixture
def recipe(tmp_path: Path, people: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(
        f"collect: {{tables: {{people: {people.name}}}}}\nrepresent: {{target: bought}}\nlearn:\n  epochs: 30\n"
        "  menu: [{Dense: 16}, {Dropout: 0.3}]\n  stop: null\n"
    )
    return path


def test_a_runs_folder_holds_what_the_grammar_says(people: Path, tmp_path: Path) -> None:
    data = {"name": "shop", "collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}, "learn": MENU}
    run = protokit.run(data, out=tmp_path / "runs")
    assert {p.name for p in run.path.iterdir()} == {
        "recipe.yaml", "resolved.yaml", "environment.json", "steps.json", "history.csv", "metrics.json",
        "predictions.parquet", "baselines.parquet", "audit.json", "diagnosis.json", "model", "report.html",
    }  # fmt: skip
    assert protokit.Recipe.read(run.path / "resolved.yaml").represent.target == "bought"
    environment = json.loads((run.path / "environment.json").read_text())
    assert environment["inputs"] == {f"p: {people}": sha256(people)}
    import duckdb

    predictions = duckdb.read_parquet(str(run.path / "predictions.parquet")).df()
    truth = pd.read_csv(people)["bought"]
    assert (truth.iloc[predictions["row"]].to_numpy() == predictions["bought"].to_numpy()).all()
    accuracy = (predictions["bought"] == predictions["bought predicted"]).mean()
    assert run.metrics["accuracy"] == pytest.approx(accuracy)
    card = run._repr_mimebundle_()
    assert "baseline" in card["text/plain"] and "<svg" in card["text/html"] and "<script" not in card["text/html"]
    opened = protokit.Run.open(run.path)
    assert str(opened) == str(run) and len(opened.history) == 4


def test_a_menu_with_slots_runs_on_its_defaults(people: Path, tmp_path: Path) -> None:
    learn = {"menu": [{"Dense": {"choice": [8, 16]}}, {"Dropout": {"float": [0.0, 0.5]}}], "epochs": 2}
    data = {"collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}, "learn": learn}
    run = protokit.run(data, out=tmp_path)
    assert "Dense.units = 8, Dropout.rate = 0.25" in str(run)
    assert not protokit.load(run.path).menu.slots
    assert len(protokit.Recipe.read(run.path / "resolved.yaml").network.slots) == 2


def test_folds_and_seeds_are_one_model_with_honest_scores(people: Path, tmp_path: Path) -> None:
    represent = {"target": "bought", "split": {"folds": 3}}
    learn = {**MENU, "networks": 2}
    data = {"name": "shop", "collect": {"tables": {"p": str(people)}}, "represent": represent, "learn": learn}
    run = protokit.run(data, out=tmp_path)
    metrics = run.results["metrics"]
    assert [(n["fold"], n["seed"]) for n in metrics["networks"]] == [(i, j) for i in (1, 2, 3) for j in (1, 2)]
    assert metrics["rows"]["test"] == 240 and len(metrics["folds"]) == 3
    assert "6 such networks averaged (3 folds x 2 seeds), 4 epochs" in str(run) and "fold 3" in str(run)
    assert "<svg" in run._repr_mimebundle_()["text/html"]
    assert set(run.history.columns) >= {"fold", "seed", "epoch", "loss"} and len(run.history) == 24
    import duckdb

    kept = duckdb.read_parquet(str(run.path / "predictions.parquet")).df()
    assert sorted(kept["row"]) == list(range(240)) and set(kept["fold"]) == {1, 2, 3}
    accuracy = (kept["bought"] == kept["bought predicted"]).mean()
    assert run.metrics["accuracy"] == pytest.approx(accuracy)
    # each row was scored by the networks of its own fold, which did not see it
    table = read_table(people)
    for i, part in enumerate(run.model.parts):
        own = kept[kept["fold"] == i + 1]
        scores = part.scores(*part.encoder.encode(table.iloc[own["row"]]))["bought"]
        assert scores[:, 1] == pytest.approx(own["bought = yes"].to_numpy())
    # the model averages all of them, and says the same after a load in another process
    found = run.model.predict(table)
    mean = sum(p.scores(*p.encoder.encode(table))["bought"][:, 1] for p in run.model.parts) / 3
    assert found["bought = yes"].to_numpy() == pytest.approx(mean)
    loaded = protokit.load(run.path)
    assert loaded.networks == 6
    pd.testing.assert_frame_equal(loaded.predict(table), found, check_exact=True)
    assert protokit.Recipe.read(run.path / "resolved.yaml").represent.split.folds == 3


def test_all_networks_of_one_shape_are_compiled_once(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protokit.learn.training.program import Program

    made: list[Program] = []
    original = Program.__init__

    def kept(self: Program, *given: object) -> None:
        made.append(self)
        original(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Program, "__init__", kept)
    data = {
        "collect": {"tables": {"w": {"sklearn": "wine"}}},
        "represent": {"target": "target", "split": {"folds": 5}},
        "learn": {**MENU, "networks": 3, "epochs": 200, "stop": None},
        "evaluate": {"baselines": ["dummy"]},
    }
    run = protokit.run(data, out=tmp_path)
    assert len(set(run.history["fold"])) == 5 and len(run.results["metrics"]["networks"]) == 15
    assert "with XLA" in run.results["metrics"]["engine"]["how"]
    [program] = made  # of folds that differ in their number of rows
    once = {"step": 1, "plain": 1, "scores": 1, "test": 1, "tests": 1, "xla": 1}
    assert program.traces == once | {"epoch": 1, "epoch with xla": 2}  # the first of these compiles, and trains nothing


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    frame = pd.DataFrame({"a; drop table x": [i % 7 for i in range(80)], name: ["u", "v"] * 40})
    run = protokit.run({"represent": {"target": name}, "learn": MENU}, frame, out=tmp_path)
    assert "<script>" not in (run.path / "report.html").read_text()


def test_the_same_recipe_gives_the_same_bits_in_two_fresh_processes(recipe: Path, tmp_path: Path) -> None:
    for out in ("a", "b"):
        done = protokit_run("run", str(recipe), "-o", out, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    assert bits(only_run(tmp_path / "a")) == bits(only_run(tmp_path / "b"))


def test_a_killed_run_resumes_to_the_same_bits(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(recipe.read_text().replace("epochs: 30", "epochs: 1000"))
    whole = protokit.run(recipe, out=tmp_path / "whole")
    rng = random.Random(0)
    killed = 0
    for attempt in range(2):
        out = f"killed{attempt}"
        process = subprocess.Popen(
            [sys.executable, "-m", "protokit", "run", str(recipe), "-o", out],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and not list((tmp_path / out).glob("*/*/snapshot-1-1.safetensors")):
            time.sleep(0.02)
        time.sleep(rng.random() * 2)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        if attempt == 0:
            done = protokit_run("run", str(recipe), "-o", out, "--resume", cwd=tmp_path)
            assert done.returncode == 0, done.stderr
        else:
            protokit.run(recipe, out=tmp_path / out, resume=True)
        assert bits(only_run(tmp_path / out)) == bits(whole.path)
    assert killed >= 1


@pytest.mark.proof
def test_folds_and_seeds_resume_to_the_same_bits(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(recipe.read_text().replace("epochs: 30", "epochs: 300\n  networks: 2"))
    folds = "represent.split.folds=2"
    whole = protokit.run(recipe, out=tmp_path / "whole", set=[folds])
    for waited in ("snapshot-1-2", "snapshot-2-1"):
        process = subprocess.Popen(
            [sys.executable, "-m", "protokit", "run", str(recipe), "-o", waited, "--set", folds],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and not list((tmp_path / waited).glob(f"*/*/{waited}.safetensors")):
            time.sleep(0.02)
        process.kill()
        process.wait()
        protokit.run(recipe, out=tmp_path / waited, resume=True, set=[folds])
        assert bits(only_run(tmp_path / waited)) == bits(whole.path)
        assert not list(only_run(tmp_path / waited).glob("snapshot*"))


def test_ctrl_c_leaves_a_resumable_run(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(recipe.read_text().replace("epochs: 30", "epochs: 300000"))
    process = subprocess.Popen(
        [sys.executable, "-m", "protokit", "run", str(recipe), "-o", "out"],
        cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )  # fmt: skip
    while process.poll() is None and not list((tmp_path / "out").glob("*/*/snapshot-1-1.safetensors")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130 and "--resume" in error and "Traceback" not in error
    from protokit.learn.snapshot import Snapshot

    run = only_run(tmp_path / "out")
    key = json.loads((run / "environment.json").read_text())["key"]
    snapshot = Snapshot.load(run / "snapshot-1-1.safetensors", key)
    assert snapshot and snapshot.progress["epoch"] >= 1


def test_resume_of_a_finished_run_gives_it_back(people: Path, tmp_path: Path) -> None:
    data = {"collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}, "learn": MENU}
    first = protokit.run(data, out=tmp_path)
    assert protokit.run(data, out=tmp_path, resume=True).path == first.path
    people.write_text(people.read_text().replace("Rome", "Roma"))
    assert protokit.run(data, out=tmp_path, resume=True).path != first.path


def test_a_wrong_recipe_writes_nothing(people: Path, tmp_path: Path) -> None:
    tables = {"tables": {"p": str(people)}}
    for data in (
        {"collect": tables, "represent": {"target": "bougth"}},
        {
            "collect": tables,
            "represent": {"target": "bought"},
            "learn": {"menu": [{"Conv1D": {"filters": 2, "kernel_size": 2}}]},
        },
        {"collect": tables, "represent": {"target": "height"}, "evaluate": {"metrics": ["accuracy"]}},
    ):
        with pytest.raises(SpecError):
            protokit.run(data, out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_compare_puts_runs_side_by_side(people: Path, tmp_path: Path) -> None:
    data = {"collect": {"tables": {"p": str(people)}}, "represent": {"target": "bought"}, "learn": MENU}
    first, second = (protokit.run({**data, "seed": s}, out=tmp_path) for s in (0, 1))
    text = str(protokit.compare(first, second.path))
    assert first.path.name in text and second.path.name in text and "roc_auc" in text
    with pytest.raises(SpecError):
        protokit.compare(first)
    with pytest.raises(DataError, match="not the folder of a finished run"):
        protokit.compare(first, tmp_path)


RECIPES = ("breast_cancer", "diabetes", "digits", "shop", "messages", "shapes", "search", "anomalies")
# in test_readme.py, test_clustering.py, test_forecasts.py, test_list_kinds.py, test_survival.py, test_generation.py and
# sets/test_cafes.py
ELSEWHERE = ("wine", "wine_clusters", "sales", "orders", "pumps", "vae", "gan", "cafes")


@pytest.mark.some("breast_cancer", "diabetes", "anomalies", "messages")
@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_runs_as_it_stands(name: str, root: Path, tmp_path: Path) -> None:
    run = protokit.run(root / "recipes" / f"{name}.yaml", out=tmp_path)
    dummy = run.results["metrics"]["scores"][0]["baselines"]["dummy"]["value"]
    better = run.results["metrics"]["scores"][0]["greater_is_better"]
    own = run.results["metrics"]["scores"][0]["network"]["value"]
    assert (own > dummy) if better else (own < dummy)


def test_every_recipe_is_tested(root: Path) -> None:
    assert {p.stem for p in (root / "recipes").glob("*.yaml")} == {*RECIPES, *ELSEWHERE}


def test_real_tables_run_without_an_edit(shared: Path, tmp_path: Path) -> None:
    for file, target in (("titanic.csv", "Survived"), ("penguins.csv", "species")):
        data = {
            "collect": {"tables": {"t": str(shared / file)}},
            "represent": {"target": target},
            "learn": {"epochs": 8},
        }
        score = protokit.run(data, out=tmp_path).results["metrics"]["scores"][0]
        assert score["network"]["value"] > score["baselines"]["dummy"]["value"]


@pytest.mark.some("01-first-run")
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_executes(path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), f"{path} holds outputs"
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    shown = [o for c in notebook.cells for o in c.get("outputs", []) if "text/html" in o.get("data", {})]
    assert any("<svg" in o["data"]["text/html"] for o in shown)


def test_a_run_over_joined_and_cleaned_tables(people: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(people)
    cities = pd.DataFrame({"city": ["Rome", "Oslo"], "people": [2.8, 0.7]})
    data = {
        "name": "joined",
        "collect": {
            "join": [{"with": "cities", "on": "city"}],
            "clean": [{"filter": "height is not null"}, {"derive": {"tall": "height > 170"}}],
        },
        "represent": {"target": "bought"},
        "learn": MENU,
    }
    run = protokit.run(data, {"people": rows, "cities": cities}, out=tmp_path)
    steps = {step["name"]: step for step in json.loads((run.path / "steps.json").read_text())["steps"]}
    assert steps["filter"]["dropped"] == {"false": int(rows["height"].isna().sum())}
    kept = int(rows["height"].notna().sum())
    assert steps["filter"]["rows_out"] == kept == len(rows) - steps["filter"]["dropped"]["false"]
    assert "without a match" in str(run) and "rows of each step" in str(run)
    assert str(protokit.Run.open(run.path)) == str(run)
    joined = rows.merge(cities, how="left").assign(tall=lambda t: t["height"] > 170)
    with pytest.warns(protokit.PredictionNotice, match="'height': 22 cells are missing, and no training row's was"):
        assert len(run.model.predict(joined)) == len(rows)
    with pytest.raises(DataError, match="the column 'people' is missing"):
        run.model.predict(rows)
