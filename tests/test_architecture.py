"""The house: imports point down only, light modules stay light, files and folders stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "protokit"
FLOORS = {
    "testing": 12,
    "cli": 11,
    "sets": 10,
    "search": 9,
    "workers": 8,
    "estimators": 8,
    "workflow": 7,
    "doors": 6,
    "bundle": 5,
    "recipe": 4,
    "collect": 3,
    "represent": 3,
    "learn": 3,
    "evaluate": 3,
    "menu": 2,
    "grammar": 1,
    "cells": 1,
    "core": 0,
    "show": 0,
}
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"tensorflow", "keras", "numpy", "pandas", "sklearn", "scipy", "duckdb", "matplotlib", "sqlglot", "PIL", "lxml"}
# modules that a check of a recipe, the schema and `--help` need: they load no heavy library. Everything else may.
LIGHT = (
    "__init__.py",
    "plugins.py",
    "cli/*.py",
    "core/*.py",
    "grammar/*.py",
    "menu/*.py",
    "menu/reading/*.py",
    "menu/house/*.py",
    "recipe/*.py",
    "recipe/tasks/*.py",
    "*/words.py",
    "collect/*source.py",
    "collect/step.py",
    "collect/column_selection.py",
    "collect/options.py",
    "collect/headers.py",
    "collect/steps/*.py",
    "collect/readers/*.py",
    "collect/readers/*/*.py",
    "collect/files/*.py",
    "represent/kind.py",
    "represent/kinds/*.py",
    "represent/kinds/*/*.py",
    "represent/split_way.py",
    "represent/split/*.py",
    "evaluate/metrics/*.py",
    "evaluate/baselines/*.py",
    "learn/engine.py",
    "learn/engines/*.py",
    "learn/backends/backend.py",
    "learn/backends/process.py",
    "learn/backends/words.py",
    "learn/hooks/*.py",
    "learn/hooks/house/*.py",
    "learn/hooks/house/*/*.py",
    "learn/losses/*.py",
    "learn/parts/part.py",
    "learn/parts/shelf.py",
    "learn/parts/loss.py",
    "learn/parts/optimizer.py",
    "learn/parts/schedule.py",
    "learn/parts/stop.py",
    "learn/parts/training_metric.py",
    "learn/parts/weights.py",
    "learn/steps/step.py",
    "learn/steps/house/*.py",
    "core/values/signature.py",
    "core/values/forms/*.py",
    "core/values/tasks/*.py",
    "core/values/tasks/*/*.py",
    "search/hand.py",
    "workers/*.py",
    "workers/processes/*.py",
    "workers/folder/*.py",
    "search/tune.py",
    "sets/many/*.py",
    "workflow/check.py",
    "workflow/ignored.py",
    "workflow/look/runs.py",
    "workflow/record/listing.py",
    "workflow/record/failure.py",
    "workflow/result.py",
    "workflow/run/run.py",
)
# not light: what stands beside the things of a kind and does their work
WORKING = ("grammar/sql_dates.py", "grammar/sql_dialect.py", "grammar/sql_texts.py", "grammar/sql_tokens.py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if len(parts) == 1:
        return
    own = parts[0]
    for module in imports(path):
        if not module.startswith("protokit."):
            # the verbs of the command line call what the front door has, as a person in Python does
            assert module != "protokit" or own == "cli", f"{path} imports the front door"
            continue
        other = module.split(".")[1]
        if other != own:
            assert FLOORS[other] < FLOORS[own], f"{path}: {own} imports {other}"


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_circles_between_files() -> None:
    graph = {module(path): {name for name in imports(path) if name.startswith("protokit.")} for path in FILES}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for other in graph.get(name, ()):
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_files_hold_one_idea() -> None:
    long = {str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text().splitlines())) > 320}
    assert not long


def test_folders_hold_about_a_dozen_files() -> None:
    folders = {path.parent for path in FILES}
    full = {str(f.relative_to(ROOT)): n for f in folders if (n := len(list(f.glob("*.py")))) > 15}
    assert not full


def test_keras_and_tensorflow_come_through_one_door() -> None:
    doors = {PACKAGE / "core" / "libraries" / name for name in ("backend.py", "keras_inside.py")}
    for path in FILES:
        found = {name.split(".")[0] for name in imports(path)} & {"keras", "tensorflow"}
        assert path in doors or not found, path


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.splitlines())


def light() -> list[str]:
    found = {path for pattern in LIGHT for path in PACKAGE.glob(pattern)}
    return sorted(module(path) for path in found if path.relative_to(PACKAGE).as_posix() not in WORKING)


def test_light_modules_load_no_heavy_library() -> None:
    whole = "\n".join(f"import {name}" for name in light())
    if not modules_after(whole) & HEAVY:
        return
    for name in light():  # to name the one that does
        assert not modules_after(f"import {name}") & HEAVY, name


def test_front_door_is_lazy_and_sorted() -> None:
    assert not modules_after("import protokit") & {*HEAVY, "pydantic", "rich"}
    import protokit

    assert protokit.__all__ == sorted(protokit.__all__)
    packages = {p.name for p in PACKAGE.iterdir() if p.is_dir()}
    for name in protokit.__all__:
        assert getattr(protokit, name).__doc__
        assert name not in packages


@pytest.mark.parametrize("arguments", [["--help"], ["check", "recipes/wine.yaml"], ["list", "layers"], ["schema"]])
def test_light_verbs_load_no_heavy_library(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['protokit', *{arguments!r}]\nfrom protokit.cli.app import main\n"
        "try: main()\nexcept SystemExit as e: assert not e.code"
    )
    assert not modules_after(code) & HEAVY


def test_no_way_to_run_code_from_data() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "__import__"}, path
        assert not imports(path) & {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}, path
