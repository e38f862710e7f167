"""Type checkers read what the docs show in Python, and refuse names and arguments that there are not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PREPARED = """
from typing import Any

import keras
import pandas as pd
import protokit
from protokit.menu.layers import Dense
from protokit.plugins import EpochEnd

run = protokit.Run.open("runs/birds")
model, study, frame = run.model, protokit.tune("search.yaml"), pd.DataFrame()


@protokit.layer
class Squash(keras.layers.Layer):
    def __init__(self, power: float = 2.0, **more: Any) -> None:
        super().__init__(**more)
        self.power = power


@protokit.metric(task="regression")
def share(truth: Any, predicted: Any, *, over: float = 0.0) -> float:
    return float(over)


@protokit.after_epoch
def seen(end: EpochEnd, *, loss: float = 0.1) -> bool:
    return end.logs["loss"] < loss


"""
# what is right beside what is wrong: the one is accepted, the other refused
PAIRS = (
    ("protokit.run", "protokit.rn"),
    ('protokit.run(recipe="a.yaml")', 'protokit.run(recipee="a.yaml")'),
    ('protokit.run("a.yaml", frame, set={"seed": 1})', 'protokit.run("a.yaml", frame, sets={"seed": 1})'),
    ('protokit.check("a.yaml", set="seed=1")', 'protokit.check("a.yaml", sat="seed=1")'),
    ('protokit.fit(frame, "y", epochs=3)', 'protokit.fit(frame, "y", epoch=3)'),
    ('protokit.fit(frame, "y", optimizer="Adam")', 'protokit.fit(frame, "y", optimiser="Adam")'),
    ('protokit.tune("a.yaml", trials=3)', 'protokit.tune("a.yaml", trails=3)'),
    ('protokit.lr_range("a.yaml", steps=30).suggested', 'protokit.lr_range("a.yaml", steps=30).sugested'),
    ('protokit.compare("a", "b").pairs', 'protokit.compare("a", "b").pares'),
    ('protokit.table("a.csv").frame', 'protokit.table("a.csv").fram'),
    ('protokit.Recipe.read("a.yaml").learn.epochs', 'protokit.Recipe.read("a.yaml").learn.epoch'),
    ("run.model", "run.modle"),
    ("run.plot.names", "run.plott"),
    ("study.best.verdict", "study.bets"),
    ("model.predict(frame)", "model.predit(frame)"),
    ("model.predict_proba(frame, target='y')", "model.predict_proba(frame, tarjet='y')"),
    ("model.explain(frame, background=frame)", "model.explain(frame, backgroud=frame)"),
    ("model.evaluate(frame).metrics", "model.evaluate(frame).metric"),
    ("model.arrays(frame).inputs", "model.arrays(frame).input"),
    ("model.to_keras(network=0)", "model.to_keras(net=0)"),
    ('protokit.load("birds").columns', 'protokit.load("birds").colums'),
    ('Dense(8, activation="relu", from_=["a", "b"])', 'Dense(8, activatoin="relu")'),
    ('protokit.Menu([Dense(8)], inputs={"x": [3]})', 'protokit.Menu([Dense(8)], inptus={"x": [3]})'),
    ("protokit.real(0.0, 1.0, log=True)", "protokit.real(0.0, 1.0, logs=True)"),
    ("Squash(power=3.0).power", 'Squash(power="three")'),
    ("[seen(end, loss=0.2) for end in list[EpochEnd]()]", "[end.lgos for end in list[EpochEnd]()]"),
    ("share(1, 2, over=0.5)", "share(1, 2, ovr=0.5)"),
)


def pages(root: Path) -> dict[str, str]:
    """The Python of each page, one script each; where a block imports the package again another process begins."""
    found: dict[str, str] = {}
    for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        code = re.findall(r"^```python\n(.*?)^```$", path.read_text(encoding="utf-8"), re.S | re.M)
        starts = [i for i, block in enumerate(code) if i and re.search("^import protokit$", block, re.M)]
        for number, (start, end) in enumerate(zip([0, *starts], [*starts, len(code)], strict=True)):
            if code:
                found[f"page_{path.stem.replace('-', '_').lower()}_{number}"] = "\n".join(code[start:end])
    assert len(found) > 8
    return found


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages, a script of what is right and one of what is wrong."""
    folder = tmp_path_factory.mktemp("scripts")
    root = Path(__file__).parent.parent
    for name, code in pages(root).items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    for name, place in (("right", 0), ("wrong", 1)):
        (folder / f"{name}.py").write_text(PREPARED + "\n".join(f"print({pair[place]})" for pair in PAIRS) + "\n")
    return folder


def judge(folder: Path, found: list[tuple[str, int, str]]) -> None:
    """Hold that the pages and what is right have no faults, and each wrong line has one."""
    unwanted = [fault for fault in found if Path(fault[0]).stem != "wrong"]
    assert not unwanted
    first = len((folder / "wrong.py").read_text().splitlines()) - len(PAIRS) + 1
    refused = {line - first for name, line, _ in found}
    assert [wrong for place, (_, wrong) in enumerate(PAIRS) if place not in refused] == []
    assert refused <= {*range(len(PAIRS))}, found


def test_mypy_in_strict_mode(scripts: Path, root: Path) -> None:
    pytest.importorskip("mypy")
    # the project's own settings, so that what it has found of the package before is known: seconds for half a minute
    settings = (root / "pyproject.toml").read_text(encoding="utf-8").replace('packages = ["protokit"]', "")
    untyped = "\n[[tool.mypy.overrides]]\nmodule = [{}]\ndisallow_subclassing_any = false  # Keras has no types\n"
    names = ", ".join(f'"{path.stem}"' for path in scripts.glob("*.py"))
    (scripts / "settings.toml").write_text(settings + untyped.format(names))
    command = [sys.executable, "-m", "mypy", "--config-file", str(scripts / "settings.toml"), "--no-color-output"]
    files = [str(path) for path in sorted(scripts.glob("*.py"))]
    done = subprocess.run([*command, *files], capture_output=True, text=True, cwd=root)
    told = re.findall(r"^(\S+?\.py):(\d+): error: (.*)$", done.stdout, re.M)
    assert told, done.stdout + done.stderr
    judge(scripts, [(name, int(line), rule) for name, line, rule in told])


def test_pyright_in_strict_mode(scripts: Path, root: Path) -> None:
    pytest.importorskip("pyright")
    config = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "stubPath": str(root / "tests" / "stubs"),
        "extraPaths": [protokit_home()],
        "reportMissingModuleSource": "none",  # torch need not be installed
    }
    (scripts / "pyrightconfig.json").write_text(json.dumps(config))
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", "."]
    done = subprocess.run(command, capture_output=True, text=True, cwd=scripts)
    told = json.loads(done.stdout)["generalDiagnostics"]
    judge(scripts, [(one["file"], one["range"]["start"]["line"] + 1, one["message"]) for one in told])


def protokit_home() -> str:
    """The folder that has the package that is tested."""
    import protokit

    return str(Path(protokit.__file__).parents[1])
