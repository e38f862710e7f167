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
Said = tuple[int, str, str]
Calls = Callable[..., list[Said]]
# Of each command in turn: exit status, output and errors, as `protokit COMMAND` has them. `python` is code to run.
IN_ONE_PROCESS = """
import contextlib, io, json, sys, traceback
from protokit.cli.app import main
said = []
for command in json.loads(sys.argv[1]):
    out, error, status = io.StringIO(), io.StringIO(), 0
    sys.argv = ["protokit", *command]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            exec(command[1], {}) if command[0] == "python" else main()
        except SystemExit as ended:
            status = ended.code or 0
        except BaseException:
            status = traceback.print_exc() or 1
    said.append((status, out.getvalue(), error.getvalue()))
print(json.dumps(said))
"""


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


@pytest.fixture(scope="module")
def weather(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables and the recipes."""
    folder = tmp_path_factory.mktemp("weather")
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
    (folder / "weather.txt").write_text(text)
    mixed = [[row[0], row[1].upper() if i % 2 else row[1], *row[2:]] for i, row in enumerate(rows)]
    (folder / "weather.csv").write_text("".join(",".join(row) + "\n" for row in [names, *mixed]))
    (folder / "rain.yaml").write_text(RAIN)
    (folder / "speed.yaml").write_text(SPEED)
    return folder


def caller(folder: Path, *path: Path) -> Calls:
    """protokit as commands, all in one fresh process, with folders on Python's path."""

    def call(*commands: list[str]) -> list[Said]:
        here = os.pathsep.join([*map(str, path), str(HERE.parent.parent)])
        environment = {**os.environ, "PYTHONPATH": here, "PROTOKIT_CACHE": str(folder / "cache")}
        done = subprocess.run(
            [sys.executable, "-c", IN_ONE_PROCESS, json.dumps(commands)],
            capture_output=True, text=True, cwd=folder, env=environment, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said = [(status, out, error) for status, out, error in json.loads(done.stdout.splitlines()[-1])]
        assert not [error for _, _, error in said if "Traceback" in error]
        return said

    return call


@pytest.fixture(scope="module")
def said(site: Path, weather: Path) -> list[Said]:
    """What commands say where the package is installed."""
    card = "import protokit; run = protokit.Run.open('runs/rain'); print(run.card.text()); "
    return caller(weather, site)(
        *(["list", kind, "--json"] for kind in THINGS),
        ["list", "plugins"],
        ["schema"],
        ["check", "rain.yaml"],
        ["check", "speed.yaml"],
        ["run", "rain.yaml", "--json"],
        ["run", "speed.yaml", "--json"],
        ["python", card + "assert 'history_bars' in run.plot.names; run.plot.history_bars()"],
        ["predict", "runs/rain", "weather.csv"],
        ["report", "runs/rain"],
    )


def test_one_of_each_kind_works_from_a_package(said: list[Said], weather: Path) -> None:
    *listed, plugins, schema, check_rain, check_speed, rain, speed, shown, predicted, reported = said
    for (kind, name), (_, out, _) in zip(THINGS.items(), listed, strict=True):
        assert {one["name"]: one for one in json.loads(out)}[name]["package"] == "protokit-example", kind
    assert plugins[0] == 0 and "protokit-example" in plugins[1] and "1.0" in plugins[1]
    for recipe in (RAIN, SPEED):
        jsonschema.Draft202012Validator(json.loads(schema[1])).validate(Document.parse(recipe).data)
    for name, (status, out, error) in (("rain", check_rain), ("speed", check_speed)):
        assert (status, out) == (0, f"{name}.yaml: no faults\n"), error

    assert rain[0] == 0, rain[2]
    found = json.loads(rain[1])
    assert {score["metric"] for score in found["scores"]} == {"roc_auc", "gain_at_10"}
    assert any(one["check"] == "unfinished" for one in found["diagnoses"]), found["diagnoses"]
    assert found["engine"]["name"] == "slow"
    assert speed[0] == 0, speed[2]
    other = json.loads(speed[1])
    assert "median_of_group" in other["scores"][0]["baselines"]
    assert any(one["check"] == "similar_levels" for one in other["findings"])
    own = weather / other["run"]
    first = own / "network-1-1"  # of the four that are averaged
    assert [path.name for path in first.glob("mean-*.json")] == ["mean-2.json"]
    assert len((first / "tally.txt").read_text().splitlines()) == 2
    parts = json.loads((own / "environment.json").read_text())["parts"]
    assert {"hook mean_said", "callback Tally"} <= {*parts}

    for words in ("gain_at_10", "SignedPower"):
        assert words in (weather / found["run"] / "report.html").read_text()
    assert shown[0] == 0 and "gain_at_10" in shown[1], shown[2]
    assert predicted[0] == 0 and len(predicted[1].splitlines()) == 241, predicted[2]
    assert reported[0] == 0


def test_without_the_package_each_thing_is_refused_by_name(said: list[Said], weather: Path) -> None:
    rain, speed, predicted, plugins = caller(weather)(
        ["check", "rain.yaml"],
        ["check", "speed.yaml"],
        ["predict", "runs/rain", "weather.csv"],
        ["list", "plugins", "--json"],
    )
    assert rain[0] == 2
    named = {"fixed_width", "round", "angle", "hash", "SignedPower", "self_normalizing", "slow", "gain_at_10"}
    assert not {name for name in named if name not in rain[2]}, rain[2]
    assert speed[0] == 2
    assert all(name in speed[2] for name in ("median_of_group", "self_normalizing", "lopsided", "near", "Gentle"))
    status, _, error = predicted
    assert status == 1
    assert "'angle'" in error and "'SignedPower'" in error and "'round'" in error
    assert "pip install protokit-example" in error
    assert json.loads(plugins[1]) == []


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
    words = [part for item in own.items() for part in ("--set", "=".join(item))]
    (status, _, _), (other, _, error) = call(["check", "speed.yaml", *words], ["check", "rain.yaml"])
    assert status == 0
    assert other == 2 and "the plug-ins of broken could not be loaded: ModuleNotFoundError" in error
