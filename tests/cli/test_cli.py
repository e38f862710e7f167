from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import call


def test_new_check_run_predict(people: Path, tmp_path: Path) -> None:
    status, out, _ = call("new", "people.csv", "bought", cwd=tmp_path)
    assert status == 0 and "protokit run people.yaml" in out
    assert call("new", "people.csv", "bought", cwd=tmp_path)[0] == 2  # it is there already
    assert call("check", "people.yaml", cwd=tmp_path)[:2] == (0, "people.yaml: no faults\n")
    status, out, error = call("run", "people.yaml", "--set", "learn.epochs=2", "--json", cwd=tmp_path)
    assert status == 0, error
    run = json.loads(out)
    status, out, _ = call("predict", run["run"], "people.csv", cwd=tmp_path)
    assert status == 0 and out.splitlines()[0] == "bought,bought = no,bought = yes" and len(out.splitlines()) == 241
    status, out, _ = call("predict", run["run"], "people.csv", "--json", cwd=tmp_path)
    assert len(json.loads(out)) == 240
    (tmp_path / "later.csv").write_text("a file of people\n\n" + (tmp_path / "people.csv").read_text())
    status, out, error = call("predict", run["run"], "later.csv", cwd=tmp_path)
    assert status == 0 and len(out.splitlines()) == 241  # what was guessed of this file, once
    assert error.count("'?' read as missing") == error.count("a line above the table, not read") == 1, error
    assert call("predict", run["run"], "people.csv", "-o", "p.csv", cwd=tmp_path)[0] == 0
    assert (tmp_path / "p.csv").exists()
    status, out, error = call("run", "people.yaml", "--set", "learn.epochs=3", "--json", cwd=tmp_path)
    both = [run["run"], json.loads(out)["run"]]
    assert call("compare", *both, "--json", cwd=tmp_path)[0] == 0
    assert call("compare", run["run"], run["run"], cwd=tmp_path)[0] == 2
    assert call("compare", *both, "-o", "compared.html", cwd=tmp_path)[:2] == (0, "")
    status, out, _ = call("compare", *both, "--json", "-o", "compared.html", cwd=tmp_path)
    assert (status, len(json.loads(out)["pairs"])) == (0, 1)
    status, out, _ = call("report", run["run"], "-o", "report.html", cwd=tmp_path)
    assert (status, out) == (0, "wrote report.html\n")
    for verb in (["doctor"], ["report"], ["predict", "people.csv"]):  # runs/NAME: its newest run
        status, out, error = call(verb[0], "runs/people", *verb[1:], cwd=tmp_path)
        assert status == 0, error
    assert json.loads(call("doctor", "runs/people", "--json", cwd=tmp_path)[1])["run"] == both[1]
    assert call("compare", run["run"], "runs/people", "--json", cwd=tmp_path)[0] == 0
    assert f"such as runs{os.sep}people" in call("doctor", "runs", cwd=tmp_path)[2]
    for name in ("report", "compared"):
        assert (tmp_path / f"{name}.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["run", "nowhere.yaml"], 1, "no such file"),
        (["check", "people.csv"], 2, "protokit new people.csv TARGET"),
        (["check", "people.yaml", "--set", "learn.epochs=two"], 2, "--set:1:14: learn.epochs is a whole number"),
        (["new", "people.csv", "-o", "new.yaml"], 2, "one of: id, height, city"),
        (["run"], 2, "RECIPE"),
        (["rnu", "x"], 2, "rnu"),
        (["rnu", "x"], 2, "Did you mean 'run'?"),
        (["nonsense"], 2, "one of: run, check"),
        (["layers", "Dense"], 2, "`protokit list layers` lists them"),
        (["check", "people.yaml", "--set", "learn.epoch=1"], 2, "did you mean 'epochs'"),
        (["new", "people.csv", "boughtt", "-o", "new.yaml"], 2, "did you mean 'bought'"),
        (["new", "people.doc", "x", "-o", "new.yaml"], 2, "says nothing"),
        (["predict", "nowhere", "people.csv"], 1, "neither a model nor the folder of a finished run"),
        (["report", "nowhere"], 1, "not the folder of a finished run"),
        (["compare", "nowhere"], 2, "two runs or more"),
        (["compare", "a", "b", "--json", "-o", "x.json"], 2, "x.json does not end in .html"),
        (["list", "layers", "Dens"], 2, "did you mean 'Dense'"),
        (["list", "layer"], 2, "did you mean 'layers'"),
        (["schema", "menus"], 2, "one of: recipe, menu"),
    ],
)
def test_wrong_calls_are_answered_in_words(
    people: Path, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    (tmp_path / "people.yaml").write_text("collect: {tables: {p: people.csv}}\nrepresent: {target: bought}\n")
    found, _, error = call(*arguments, cwd=tmp_path)
    assert (found, words in error) == (status, True), error


def test_list_schema_and_explain(root: Path) -> None:
    assert "units                (required)" in call("list", "layers", "Dense", cwd=root)[1]
    assert len(call("list", "layers", cwd=root)[1].splitlines()) > 100
    status, out, _ = call("list", "metrics", "f1", "--json", cwd=root)
    assert (status, json.loads(out)["tasks"]) == (0, ["binary"])
    assert [kind["kind"] for kind in json.loads(call("list", "--json", cwd=root)[1])][:2] == ["sources", "steps"]
    assert json.loads(call("schema", cwd=root)[1])["title"] == "protokit recipe"
    assert json.loads(call("schema", "menu", cwd=root)[1])["title"] == "protokit menu"
    assert "did you mean 'tabular'" in call("menus", "tabluar", cwd=root)[2]
    assert "tabular" in call("list", "menus", cwd=root)[1] and "wide: []" in call("menus", "tabular", cwd=root)[1]
    assert "parameters" in call("menus", "tests/menus/unet.yaml", cwd=root)[1]
    assert call("check", "tests/menus/unet.yaml", cwd=root)[:2] == (0, "tests/menus/unet.yaml: no faults\n")
    assert "Dense" in call("menus", "recipes/digits.yaml", cwd=root)[1]
    explained = call("check", "recipes/wine.yaml", "--explain", cwd=root)[1]
    assert "  schedule: plateau           # how the learning rate goes on: constant, cosine" in explained


def test_check_finds_what_only_the_defaults_show(tmp_path: Path) -> None:
    menu = "hyperparameters: {w: 5}\nlayers:\n  - Dense: {units: $w / 2}\n"
    (tmp_path / "m.yaml").write_text(menu)
    assert "m.yaml:3:20: units of Dense is a whole number, not 2.5" in call("check", "m.yaml", cwd=tmp_path)[2]
    recipe = "collect: {tables: {wine: {sklearn: wine}}}\nrepresent: {target: target}\nlearn:\n  menu:\n"
    (tmp_path / "r.yaml").write_text(recipe + "".join(f"    {line}\n" for line in menu.splitlines()))
    assert "r.yaml:7:24: units of Dense is a whole number, not 2.5" in call("check", "r.yaml", cwd=tmp_path)[2]


def test_a_strict_run_ends_with_3(tmp_path: Path) -> None:
    rows = [f"{i * 37 % 1009 / 10},{'ab'[i * 7 % 3 % 2]},{'yn'[i * 7 % 3 % 2]}" for i in range(200)]
    (tmp_path / "t.csv").write_text("x,again,y\n" + "\n".join(rows) + "\n")
    recipe = "collect: {tables: {t: t.csv}}\nrepresent: {target: y}\nevaluate: {strict: true}\n"
    (tmp_path / "r.yaml").write_text(recipe)
    status, out, error = call("run", "r.yaml", cwd=tmp_path)
    assert (status, out) == (3, "") and "fatal: 'again' alone predicts 'y' almost perfectly" in error
    assert "audit.json" in error and "columns: {again: ignore}" in error
    status, out, error = call("run", "r.yaml", "--json", cwd=tmp_path)
    assert status == 3 and json.loads(out)["findings"][0]["columns"] == ["again"]
    assert not list(tmp_path.glob("runs/*/*/metrics.json")) and len(list(tmp_path.glob("runs/*/*/audit.json"))) == 2
    more = ["--set", "represent.columns.again=ignore", "--set", "learn.epochs=1"]
    status, out, error = call("run", "r.yaml", "--json", *more, cwd=tmp_path)
    assert status == 0 and not [f for f in json.loads(out)["findings"] if f["severity"] == "fatal"], error


def test_the_doctor_shows_evidence_and_a_diff(people: Path, tmp_path: Path) -> None:
    learn = "learn:\n  epochs: 3\n  menu:\n    - Rescaling: 1000.0\n    - Dense: 8\n"
    (tmp_path / "r.yaml").write_text(
        f"collect: {{tables: {{p: {people.name}}}}}\nrepresent: {{target: bought}}\n{learn}"
    )
    run = json.loads(call("run", "r.yaml", "--json", cwd=tmp_path)[1])["run"]
    status, out, _ = call("doctor", run, cwd=tmp_path)
    assert status == 0 and "unscaled inputs: " in out and "root mean square" in out
    assert "    +    - BatchNormalization\n" in out and "     - Dense: 8" in out
    found = json.loads(call("doctor", run, "--json", cwd=tmp_path)[1])["diagnoses"]
    assert "unscaled_inputs" in [one["check"] for one in found]
    assert call("doctor", "nowhere", cwd=tmp_path)[0] == 1


def test_a_learning_rate_is_found_and_nothing_written(people: Path, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(f"collect: {{tables: {{p: {people.name}}}}}\nrepresent: {{target: bought}}\n")
    before = {path.name for path in tmp_path.iterdir()}
    rate = ["--set", "learn.optimizer={AdamW: {learning_rate: 1.0e-6}}", "--steps", "60"]
    status, out, error = call("lr", "r.yaml", *rate, cwd=tmp_path)
    assert status == 0 and "smoothed training loss" in out and "learning rate from 1e-06" in out, error
    plain = json.loads(call("lr", "r.yaml", "--json", *rate, cwd=tmp_path)[1])
    assert plain["sentence"] in out and len(plain["rates"]) == len(plain["losses"])
    assert call("lr", "r.yaml", "--steps", "2", cwd=tmp_path)[0] == 2
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_version(tmp_path: Path) -> None:
    status, out, _ = call("--version", cwd=tmp_path)
    assert status == 0 and out.startswith("protokit 0.")


def test_a_process_of_its_own_prints_and_ends_as_a_call_in_this_one_does(people: Path, tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("collect: {tables: {p: people.csv}}\nrepresent: {target: bought}\n")
    for arguments in (["check", "people.yaml"], ["check", "people.yaml", "--set", "learn.epoch=1"], ["report", "none"]):
        command = [sys.executable, "-m", "protokit", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == call(*arguments, cwd=tmp_path)


def test_a_trial_that_trains_still_does_not_abort_the_process(tmp_path: Path) -> None:
    """Python aborts where it ends under a thread that is inside of TensorFlow; so it is left at once."""
    code = """
import threading, time, atexit
from protokit.cli.app import _stop
from protokit.workers.crew import THREAD
atexit.register(print, "Python ended")
threading.Thread(target=time.sleep, args=(60,), name=THREAD, daemon=True).start()
_stop("interrupted", 130)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 130 and done.stderr == "interrupted\n" and "Python ended" not in done.stdout
