"""Every step of cleaning and every source of tables keeps its contract; so do those of another package."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protokit.collect.source import SOURCES, Source
from protokit.collect.step import STEPS, Bounds, ColumnList, Step
from protokit.testing.source import check_source
from protokit.testing.step import check_step

PLUGIN = Path(__file__).parent.parent / "plugin"


@pytest.mark.parametrize("name", STEPS.house())
def test_every_step_keeps_its_contract(name: str) -> None:
    check_step(STEPS[name])


@pytest.mark.parametrize("name", list(SOURCES.house()))
def test_every_source_keeps_its_contract(name: str, sample: Callable[[str], dict[str, Any]], tmp_path: Path) -> None:
    check_source(SOURCES[name], sample(name), tmp_path)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test adds is gone after it."""
    STEPS.house(), SOURCES.house()
    for registry in (STEPS, SOURCES):
        monkeypatch.setattr(registry, "_things", dict(registry._things))


def test_a_step_that_breaks_the_contract_is_said(registered: None) -> None:
    @STEPS.add
    class Lossy(ColumnList):
        name, about, example = "lossy", "loses rows", "[a]"

        def run(self, context: Any, rows: Any) -> Any:
            found = context.where(rows, f"{context.inner(rows, 'a')} IS NOT NULL")
            return STEPS["trim"].run.__globals__["Done"](found, "")

    with pytest.raises(AssertionError, match=r"lossy\.run does not say why each row went"):
        check_step(Lossy)

    @STEPS.add
    class Blind(Bounds):
        name, about, example = "blind", "sees no columns", "{a: [0, 1]}"

        def columns_after(self, names: list[str], report: Any) -> list[str]:
            return names

        def run(self, context: Any, rows: Any) -> Any:
            raise NotImplementedError

    with pytest.raises(AssertionError, match=r"blind\.columns_after does not report columns that are not there"):
        check_step(Blind)

    class Loose(ColumnList):
        name, about, example = "loose", "nowhere", "[a]"

        def run(self, context: Any, rows: Any) -> Any:
            raise NotImplementedError

    with pytest.raises(AssertionError, match="loose is not registered"):
        check_step(Loose)


def test_a_source_that_breaks_the_contract_is_said(registered: None) -> None:
    csv: Any = SOURCES["csv"]

    class Second(csv):  # type: ignore[misc]
        name, about, example, endings = "second", "as csv", "{second: a.txt}", (".csv",)

    SOURCES.add(Second)
    with pytest.raises(AssertionError, match=r"paths that end in \.csv are of csv already"):
        check_source(Second)


def test_a_step_is_frozen_and_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Step(None)  # type: ignore[abstract]
    with pytest.raises(TypeError, match="abstract"):
        Source(location="x")  # type: ignore[abstract]


def test_a_package_brings_a_step_and_a_source(tmp_path: Path) -> None:
    """In a process of its own; here it is imported, elsewhere found by its entry points."""
    (tmp_path / "t.txt").write_text("name  price\nAda    1.25\nGrace 12.75\nKay       ?\n")
    code = f"""
import json, jsonschema
from pathlib import Path
import protokit_example.source, protokit_example.step
from protokit.collect.source import SOURCES
from protokit.collect.step import STEPS
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.testing.source import check_source
from protokit.testing.step import check_step
from protokit.workflow.run.collecting import collected

assert list(STEPS.all())[-1] == "round" and list(SOURCES.all())[-1] == "fixed_width"
table = {{"fixed_width": "t.txt", "widths": [6, 5]}}
check_step(STEPS["round"])
check_source(SOURCES["fixed_width"], table, Path({str(tmp_path)!r}))
plain = {{"collect": {{"tables": {{"t": {{**table, "fixed_width": {str(tmp_path / "t.txt")!r}}}}}}}}}
plain["collect"]["clean"] = [{{"round": {{"price": 0}}}}, {{"filter": "price > 0"}}]
plain["represent"] = {{"target": "price"}}
recipe = Recipe.parse(plain)
assert Recipe.parse(recipe.as_plain()) == recipe
jsonschema.Draft202012Validator(schema()).validate(recipe.as_plain())
assert collected(recipe).frame["price"].tolist() == [1.0, 13.0]
for wrong in ({{"round": {{"price": "2"}}}}, {{"roun": {{"price": 2}}}}):
    try:
        Recipe.parse({{**plain, "collect": {{**plain["collect"], "clean": [wrong]}}}})
    except Exception as error:
        print(error)
"""
    path = os.pathsep.join([str(PLUGIN), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    assert "collect.clean[0].round.price: digits are a whole number" in done.stdout
    assert "collect.clean[0].roun: unknown step of cleaning 'roun'\n    did you mean 'round'?" in done.stdout


def test_the_step_that_the_docs_show_keeps_its_contract(tmp_path: Path) -> None:
    page = (PLUGIN.parent.parent / "docs" / "joins.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    (tmp_path / "shown.py").write_text(code)
    check = "import shown; from protokit.testing.step import check_step; check_step(shown.Round)"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    subprocess.run([sys.executable, "-c", check], check=True, env={**os.environ, "PYTHONPATH": path})
