"""A package with one thing of each kind, installed as people do: it works everywhere, and its absence is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from protokit.grammar.document import Document

HERE = Path(__file__).parent
RAIN = """\
collect:
  tables:
    weather: {fixed_width: weather.txt, widths: [8, 8, 12, 8, 8]}
  clean:
    - round: {speed: 1}
represent:
  target: rain
  columns: {direction: angle, place: category}
  split: {by: {hash: day}}
learn:
  menu:
    - SignedPower: 0.5
    - use: self_normalizing
  engine: slow
  epochs: 3
evaluate:
  metrics: [roc_auc, gain_at_10]
"""
SPEED = """\
collect:
  tables:
    weather: weather.csv
represent:
  target: speed
learn:
  menu: self_normalizing
  loss: {lopsided: {over: 2}}
  optimizer: {SignDescent: {learning_rate: 0.01}}
  schedule: {triangle: {low: 0.2}}
  metrics: [near]
  after_epoch: [{mean_said: {every: 2}}]
  callbacks: [Tally]
  training_step: {Gentle: {most: 1}}
  epochs: 2
evaluate:
  baselines: [dummy, median_of_group]
"""
THINGS = {
    "sources": "fixed_width", "steps": "round", "kinds": "angle", "splits": "hash", "metrics": "gain_at_10",
    "baselines": "median_of_group", "menus": "self_normalizing", "layers": "SignedPower", "engines": "slow",
    "losses": "lopsided", "training_metrics": "near", "optimizers": "SignDescent", "schedules": "triangle",
    "after_epoch": "mean_said", "callbacks": "Tally",
    "training_steps": "Gentle",
    "checks": "similar_levels", "rules": "unfinished",
    "plots": "history_bars",
}  # fmt: skip
_OF_TRAINING = ("lopsided", "near", "SignDescent", "triangle", "Gentle")
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, installed by pip into a folder of its own."""
    source = tmp_path_factory.mktemp("source") / "plugin"
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("test_*", "__pycache__"))
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """A folder with the tables and the recipes."""
    rng = np.random.default_rng(0)
    names = ["day", "place", "direction", "speed", "rain"]
    rows = [
        [f"d{i:03}", ["Rome", "Oslo", "Lima"][i % 3], f"{direction:.0f}", f"{speed:.3f}", "yes" if west else "no"]
        for i in range(240)
        for direction, speed in [(rng.uniform(0, 360), rng.gamma(3, 2))]
        for west in [np.sin(np.deg2rad(direction)) + rng.normal(0, 0.3) < 0]
    ]
    widths = (8, 8, 12, 8, 8)
    lines = ["".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in [names, *rows]]
    text = "".join(line + "\n" for line in lines)
    (tmp_path / "weather.txt").write_text(text)
    mixed = [[row[0], row[1].upper() if i % 2 else row[1], *row[2:]] for i, row in enumerate(rows)]
    (tmp_path / "weather.csv").write_text("".join(",".join(row) + "\n" for row in [names, *mixed]))
    (tmp_path / "rain.yaml").write_text(RAIN)
    (tmp_path / "speed.yaml").write_text(SPEED)
    return tmp_path


def caller(folder: Path, *path: Path) -> Call:
    """protokit as a command in a fresh process, with folders on Python's path."""

    def call(*arguments: str, code: str | None = None) -> tuple[int, str, str]:
        here = os.pathsep.join([*map(str, path), str(HERE.parent.parent)])
        command = [sys.executable, *(["-c", code] if code else ["-m", "protokit"]), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": here}, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    return call


def test_one_of_each_kind_works_from_a_package(site: Path, weather: Path) -> None:
    call = caller(weather, site)
    for name in ("rain", "speed"):
        status, out, error = call("check", f"{name}.yaml")
        assert (status, out) == (0, f"{name}.yaml: no faults\n"), error
    schema = json.loads(call("schema")[1])
    for recipe in (RAIN, SPEED):
        jsonschema.Draft202012Validator(schema).validate(Document.parse(recipe).data)
    for kind, name in THINGS.items():
        listed = {one["name"]: one for one in json.loads(call("list", kind, "--json")[1])}
        assert listed[name]["package"] == "protokit-example", kind
    status, out, _ = call("list", "plugins")
    assert status == 0 and "protokit-example" in out and "1.0" in out

    status, out, error = call("run", "rain.yaml", "--json")
    assert status == 0, error
    rain = json.loads(out)
    assert {score["metric"] for score in rain["scores"]} == {"roc_auc", "gain_at_10"}
    assert any(one["check"] == "unfinished" for one in rain["diagnoses"]), rain["diagnoses"]
    assert rain["engine"]["name"] == "slow"
    status, out, error = call("run", "speed.yaml", "--json")
    assert status == 0, error
    speed = json.loads(out)
    assert "median_of_group" in speed["scores"][0]["baselines"]
    assert any(one["check"] == "similar_levels" for one in speed["findings"])
    own = weather / speed["run"]
    assert [path.name for path in own.glob("mean-*.json")] == ["mean-2.json"]
    assert len((own / "tally.txt").read_text().splitlines()) == 2
    parts = json.loads((own / "environment.json").read_text())["parts"]
    assert {"hook mean_said", "callback Tally"} <= {*parts}

    folder = Path(rain["run"])
    for words in ("gain_at_10", "SignedPower"):
        assert words in (weather / folder / "report.html").read_text()
    card = f"import protokit; run = protokit.Run.open({str(folder)!r}); print(run.card.text()); "
    status, out, error = call(code=card + "assert 'history_bars' in run.plot.names; run.plot.history_bars()")
    assert status == 0 and "gain_at_10" in out, error
    status, predicted, error = call("predict", str(folder), "weather.csv")
    assert status == 0 and len(predicted.splitlines()) == 241, error
    assert call("report", str(folder))[0] == 0


def test_without_the_package_each_thing_is_refused_by_name(site: Path, weather: Path) -> None:
    status, out, error = caller(weather, site)("run", "rain.yaml", "--json", "--set", "learn.epochs=1")
    assert status == 0, error
    folder = json.loads(out)["run"]
    call = caller(weather)
    status, _, error = call("check", "rain.yaml")
    assert status == 2
    named = {"fixed_width", "round", "angle", "hash", "SignedPower", "self_normalizing", "slow", "gain_at_10"}
    assert not {name for name in named if name not in error}, error
    status, _, error = call("check", "speed.yaml")
    assert (
        status == 2
        and "median_of_group" in error
        and "self_normalizing" in error
        and "lopsided" in error
        and "near" in error
        and "mean_said" in error
        and "Tally" in error
    )
    status, _, error = call("predict", folder, "weather.csv")
    assert status == 1
    assert "'angle'" in error and "'SignedPower'" in error and "'round'" in error
    assert "pip install protokit-example" in error
    assert json.loads(call("list", "plugins", "--json")[1]) == []


def test_a_package_that_cannot_be_imported_is_named_where_it_matters(weather: Path, tmp_path: Path) -> None:
    """A recipe that needs nothing of it works; one that does is told why the name is unknown."""
    info = tmp_path / "broken-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[protokit.plugins]\nall = broken_plugins\n")
    (tmp_path / "broken_plugins.py").write_text("import nothing_of_that_name\n")
    call = caller(weather, tmp_path)
    own = {
        "learn.menu": "tabular", "learn.loss": "null", "learn.optimizer": "AdamW", "learn.schedule": "plateau",
        "learn.metrics": "[]", "learn.after_epoch": "[]", "learn.callbacks": "[]", "learn.training_step": "null",
        "evaluate.baselines": "[dummy]",
    }  # fmt: skip
    assert call("check", "speed.yaml", *(part for item in own.items() for part in ("--set", "=".join(item))))[0] == 0
    status, _, error = call("check", "rain.yaml")
    assert status == 2 and "the plug-ins of broken could not be loaded: ModuleNotFoundError" in error
