"""A whole search of a small network: its folder, its end, and how it goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import AuditError, DataError, SpecError
from protokit.core.files import sha256
from protokit.search.ending.runs import run_settled
from tests.command import call

MENU = [{"Dense": {"choice": [4, 8]}}, {"Dropout": {"float": [0.0, 0.5]}}]
SEARCH = {"trials": 3, "finalists": 1, "seeds": 2}
WINE = {
    "name": "wine",
    "collect": {"tables": {"wine": {"sklearn": "wine"}}},
    "represent": {"target": "target"},
    "learn": {"menu": MENU, "epochs": 4},
    "search": SEARCH,
    "evaluate": {"baselines": ["dummy"]},
}
TEXT = """# Which grower made it.
represent: {target: target}
collect: {tables: {wine: wine.csv}}
learn:
  epochs: 4
  menu:
    - Dense: {choice: [4, 8]}  # how wide
    - Dropout: {float: [0.0, 0.5]}
evaluate: {baselines: [dummy]}
search: {trials: 3, finalists: 1, seeds: 2}
"""


def bits(run: Path) -> dict[str, str]:
    names = ("model/weights.safetensors", "metrics.json", "predictions.parquet", "history.csv")
    return {name: sha256(run / name) for name in names}


def kept(folder: Path) -> object:
    """All of a search's log that does not hang on the clock."""
    found = []
    for line in (folder / "log.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event["event"] in {"round", "report", "end", "final"}:
            result = event.pop("result", {})
            event["result"] = {key: result.get(key) for key in ("value", "loss", "scores", "epochs", "architecture")}
            found.append({key: value for key, value in event.items() if key not in ("at", "seconds")})
    return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sklearn.datasets import load_wine

    folder = tmp_path_factory.mktemp("wine")
    load_wine(as_frame=True).frame.to_csv(folder / "wine.csv", index=False)
    (folder / "wine.yaml").write_text(TEXT)
    return folder


@pytest.fixture(scope="module")
def study(written: Path) -> protokit.Study:
    return protokit.tune(written / "wine.yaml", out=written / "runs")


@pytest.fixture(scope="module")
def unbroken(study: protokit.Study) -> tuple[object, dict[str, str]]:
    return kept(study.path), bits(study.best.path)


def test_a_search_ends_with_its_files_and_an_answer(study: protokit.Study) -> None:
    assert study.complete and study.path.parent.name == "wine" and study.path.name.startswith("search-")
    names = {path.name for path in study.path.iterdir()}
    assert {"recipe.yaml", "environment.json", "table", "log.jsonl", "trials.csv", "search.json", "best.yaml"} <= names
    assert "report.html" in names and not list(study.path.glob("snapshots/*"))
    assert (study.path / "recipe.yaml").read_text() == TEXT
    assert list(study.trials["trial"]) == [0, 1, 2] and study.trials["value"][0] > 0
    assert {"Dense.units", "Dropout.rate"} <= set(study.trials.columns)
    figures = study.figures
    assert len(figures["finalists"]) == 2 and all(len(one["trained"]) == 2 for one in figures["finalists"])
    assert figures["sentence"] in study.verdict and str(study).startswith("wine: search")
    assert "<" in study._repr_mimebundle_()["text/html"]
    assert protokit.Study.open(study.path.parent).figures == figures


def test_best_yaml_gives_the_winners_bits(study: protokit.Study, tmp_path: Path) -> None:
    assert not study.recipe.network.slots and study.recipe.learn.epochs == 4
    text = (study.path / "best.yaml").read_text()
    assert "# how wide" in text and "choice" not in text and "name: wine" in text and "search" not in text
    again = protokit.run(study.path / "best.yaml", out=tmp_path)  # the table is found from where the recipe stood
    assert bits(again.path) == bits(study.best.path)
    winner = study.figures["values"] if study.gained else study.figures["defaults"]
    assert study.best_values == winner


def test_the_folder_of_runs_stands_for_the_winner(tmp_path: Path) -> None:
    rates = {"choice": [1e-6, 0.05]}
    learn = {"menu": [{"Dense": 8}], "optimizer": {"Adam": {"learning_rate": rates}}, "epochs": 4, "networks": 1}
    study = protokit.tune({**WINE, "learn": learn}, out=tmp_path)
    assert study.gained and study.best.path != study.defaults.path
    assert protokit.Run.open(tmp_path / "wine").path == study.best.path
    with pytest.raises(DataError, match="it is the folder of a search"):
        protokit.Run.open(study.path)
    # a search that goes on may come back to a winner that ran before others did
    later = protokit.run(study.path / "defaults.yaml", out=tmp_path)
    assert protokit.Run.open(tmp_path / "wine").path == later.path
    runs = run_settled(study.path, tmp_path, None, study.view.best)
    assert protokit.Run.open(tmp_path / "wine").path == runs["best"].path != study.best.path
    assert bits(runs["best"].path) == bits(study.best.path)
    assert run_settled(study.path, tmp_path, None, study.view.best)["best"].path == runs["best"].path


def test_the_trial_of_the_defaults_is_what_a_plain_run_trains(study: protokit.Study, written: Path) -> None:
    plain = protokit.run(written / "wine.yaml", out=written / "plain")
    assert list(plain.history["validation_loss"]) == list(study.defaults.history["validation_loss"])
    assert study.trials["value"][0] == pytest.approx(plain.history["validation_loss"].min(), rel=1e-5)


def test_winner_and_defaults_are_one_look_at_the_test_rows(study: protokit.Study) -> None:
    assert study.figures["looks"] == 1
    assert {run.results["looks"]["count"] for run in (study.best, study.defaults)} == {1}


def test_a_finished_search_is_returned_or_extended(
    study: protokit.Study, written: Path, unbroken: tuple[object, dict[str, str]]
) -> None:
    same = protokit.tune(written / "wine.yaml", out=written / "runs", resume=True)
    assert same.path == study.path and same.figures == study.figures
    before, _ = unbroken
    longer = protokit.tune(written / "wine.yaml", out=written / "runs", resume=True, trials=5)
    assert longer.path == study.path and len(longer.trials) == 5
    after = kept(longer.path)
    assert isinstance(before, list) and isinstance(after, list) and all(one in after for one in before)
    assert longer.figures["trials"] == 5 and longer.complete


CODE = "import sys, protokit; protokit.tune(sys.argv[1], out=sys.argv[2], resume=True)"


def test_a_driver_that_is_killed_goes_on_to_the_same_end(
    unbroken: tuple[object, dict[str, str]], written: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", CODE, str(written / "wine.yaml"), str(tmp_path / "killed")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as driver:
        until = time.monotonic() + 60
        while time.monotonic() < until and driver.poll() is None:
            logs = list((tmp_path / "killed").glob("wine/search-*/log.jsonl"))
            if logs and logs[0].read_bytes().count(b"\n") >= 5:
                break
            time.sleep(0.01)
        os.kill(driver.pid, signal.SIGKILL)
    broken = protokit.tune(written / "wine.yaml", out=tmp_path / "killed", resume=True)
    assert (kept(broken.path), bits(broken.best.path)) == unbroken
    assert len(list((tmp_path / "killed" / "wine").glob("search-*"))) == 1


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(written: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "protokit", "tune", str(written / "wine.yaml"), "-o", str(tmp_path)]
    with subprocess.Popen([*command, "--trials", "500"], stderr=subprocess.PIPE, text=True) as driver:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            logs = list(tmp_path.glob("wine/search-*/log.jsonl"))
            if logs and '"end"' in logs[0].read_text():
                break
            time.sleep(0.05)
        driver.send_signal(signal.SIGINT)
        _, told = driver.communicate(timeout=60)
        assert driver.returncode == 130 and "--resume" in told and "Traceback" not in told
    study = protokit.Study.open(tmp_path / "wine")
    assert not study.complete and "has not come to its end" in study.verdict
    with pytest.raises(DataError, match="--resume"):
        _ = study.best


def test_a_frame_is_searched_and_has_to_come_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=80), "b": rng.normal(size=80)})
    frame["c"] = frame["a"] > frame["b"]
    recipe = {"name": "f", "represent": {"target": "c"}, "learn": {"menu": MENU, "epochs": 2}, "search": SEARCH}
    study = protokit.tune(recipe, frame, out=tmp_path, trials=2)
    assert len(study.trials) == 2 and study.best.metrics
    assert protokit.tune(recipe, frame, out=tmp_path, trials=2, resume=True).path == study.path
    other = protokit.tune(recipe, frame.iloc[:70], out=tmp_path, trials=2, resume=True)
    assert other.path != study.path
    assert any(f'protokit.tune("{study.path}/recipe.yaml", TABLE' in one for one in other.figures["notices"])


def test_a_search_that_cannot_go_on_says_what_differs_and_how_the_old_one_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=80), "c": rng.integers(0, 2, 80)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    text = (
        "collect: {tables: {t: t.csv}}\nrepresent: {target: c}\nlearn: {epochs: 1, menu: [{Dense: {choice: [2, 4]}}]}"
    )
    (tmp_path / "small.yaml").write_text(f"{text}\nsearch: {{trials: 1, seeds: 1}}\nevaluate: {{baselines: [dummy]}}\n")
    recipe, out = tmp_path / "small.yaml", tmp_path / "runs"
    old = protokit.tune(recipe, out=out, resume=True)
    assert "there is no search in" in capsys.readouterr().err and not old.figures["notices"][1:]
    frame[:70].to_csv(tmp_path / "t.csv", index=False)
    new = protokit.tune(recipe, out=out, resume=True, set=["learn.epochs=2"])
    frame.to_csv(tmp_path / "t.csv", index=False)
    [told] = [one for one in new.figures["notices"] if "a new one begins" in one]
    assert new.path != old.path and told in capsys.readouterr().err
    assert "differs in learn.epochs (1 there, 2 now), the data (t" in told
    _, command = told.split("protokit tune ")
    words = command.split()
    status, said, error = call("tune", *words, cwd=tmp_path)
    assert status == 0 and str(old.path) in said and len(list(out.glob("small/search-*"))) == 2, error


def test_a_strict_recipe_is_stopped_before_any_trial(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=200)})
    frame["c"] = frame["a"] > 0
    frame["leak"] = frame["c"]
    recipe = {"represent": {"target": "c"}, "learn": {"menu": MENU}, "evaluate": {"strict": True}}
    with pytest.raises(AuditError):
        protokit.tune(recipe, frame, out=tmp_path)
    assert not list(tmp_path.glob("*/search-*"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"learn": {"menu": [{"Dense": 8}]}}, "no slots(?s:.)*choice"),
        ({"learn": {"task": "clustering", "menu": MENU}, "represent": {}, "evaluate": {}}, "clusters"),
        ({"search": {"trials": 0}}, "trials"),
        ({"search": {"sampler": "bayes"}}, "bayes"),
        ({"search": {"sampler": "grid"}}, "no end(?s:.)*Dropout.rate|Dropout.rate has no end"),
        ({"learn": {"menu": MENU, "stages": [{"epochs": 1}]}}, "no trial would have it"),
        ({"search": {"mirror": "sqlite:////nowhere/at/all.db"}}, "mirror cannot be opened"),
    ],
)
def test_what_cannot_be_searched_is_said_before_anything_is_trained(
    change: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises((SpecError, DataError), match=says):
        protokit.tune({**WINE, **change}, out=tmp_path)
    assert not list(tmp_path.glob("*/search-*/log.jsonl"))


def test_the_command_line_says_no_trials(tmp_path: Path, written: Path) -> None:
    status, _, error = call("tune", str(written / "wine.yaml"), "--trials", "0", cwd=tmp_path)
    assert status == 2 and "trials" in error
