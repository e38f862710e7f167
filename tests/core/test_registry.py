"""What is added to a registry from outside is looked at, and never harms what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from protokit.collect.step import STEPS, ColumnList, ColumnMapping, Done
from protokit.core.errors import ProtokitError, SpecError
from protokit.core.plugins import guarded
from protokit.evaluate.metrics.metric import METRICS, Metric
from protokit.represent.kind import KINDS, Kind, NumberColumn


class Whole(ColumnList):
    """A step that lacks nothing."""

    name = "whole"
    about = "does nothing"
    example = "[a]"

    def run(self, context: object, rows: object) -> Done:
        """See Step."""
        return Done(rows, "")  # type: ignore[arg-type]


def other(**more: object) -> type:
    return type("Other", (Whole,), {"__module__": "somebody", **more})


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (type("Plain", (), {"name": "plain", "about": "x"}), "does not derive from Step"),
        (lambda rows: rows, "does not derive from Step"),
        (type("Bare", (ColumnMapping,), {"name": "bare", "about": "x", "example": "{}"}), "lacks read_value, run"),
        (other(name=""), "has the name ''"),
        (other(name="two words"), "has the name 'two words'"),
        (other(about=None), "has no `about`"),
        (other(example=3), "it has no `example`"),
        (other(schema=classmethod(lambda cls: None)), "gives no JSON Schema"),
        (other(schema=classmethod(lambda cls: 1 / 0)), "ZeroDivisionError"),
        (other(name="drop"), "a step of cleaning named 'drop' is there already, of protokit.collect.steps.drop"),
    ],
)
def test_what_is_no_whole_step_is_refused_where_it_is_defined(thing: object, words: str) -> None:
    with pytest.raises(SpecError, match="step of cleaning") as caught:
        STEPS.add(thing)
    assert words in str(caught.value)
    assert {"drop", "trim", "clip"} <= {*STEPS.house()} and "whole" not in STEPS.all()


def test_kinds_and_metrics_are_looked_at_too() -> None:
    named = {"name": "odd", "about": "odd", "__module__": "somebody"}
    for bases, more, words in (
        ((Kind,), {}, "it has no `fit`"),
        ((NumberColumn, Kind), {}, "numbers"),
        ((Kind,), {"fit": classmethod(lambda *_: None), "options": {"turns": 3}}, "`options` is a Section"),
    ):
        with pytest.raises(SpecError) as caught:
            KINDS.add(type("Odd", bases, {**named, **more}))
        assert words in str(caught.value)
    with pytest.raises(SpecError, match="`tasks` is a tuple of tasks"):
        METRICS.add(type("Odd", (Metric,), named))


def test_a_name_of_protokit_is_taken_before_the_registry_was_ever_asked() -> None:
    code = (
        "from protokit.collect.step import ColumnList\nimport protokit\n"
        "try:\n    protokit.step(type('Drop', (ColumnList,), {'name': 'drop', 'about': 'x', 'example': '[a]',"
        " '__module__': 'me', 'run': lambda self, context, rows: None}))\n"
        "except protokit.SpecError as error: print(error)\n"
        "from protokit.collect.step import STEPS\nprint(len(STEPS.house()), 'trim' in STEPS)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'drop' is there already, of protokit.collect.steps.drop" in done.stdout
    assert done.stdout.splitlines()[-1] == "13 True"


def test_an_error_in_somebody_elses_thing_names_it() -> None:
    words = r"the step 'whole' of .* failed: ZeroDivisionError: division by zero"
    with pytest.raises(ProtokitError, match=words), guarded("the step", Whole(("a",))):
        1 / 0  # noqa: B018
    # of protokit's own it is a fault of protokit, and shows its place
    with pytest.raises(ZeroDivisionError), guarded("the step", STEPS["drop"](("a",))):
        1 / 0  # noqa: B018


def test_one_broken_package_stops_no_recipe_that_does_not_name_it(tmp_path: Path) -> None:
    info = tmp_path / "broken-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text(
        "[protokit.plugins]\nkind = broken_kind\ncheck = broken_check\nstep = broken_step\nmetric = broken_exit\n"
    )
    (tmp_path / "broken_kind.py").write_text(
        "from protokit.plugins import kind, Kind\nfrom protokit.represent.kind import NumberColumn\n"
        "from dataclasses import dataclass\n@kind\n@dataclass(frozen=True)\nclass Zed(NumberColumn, Kind):\n"
        "    name = 'zed'\n    about = 'x'\n    example = 'zed'\n"
        "    def numbers(self, cells): return cells\n    names = ()\n"
        "    @classmethod\n    def infer(cls, cells): return 'zed'\n"
    )
    (tmp_path / "broken_check.py").write_text(
        "from protokit.plugins import check, Check\n@check\nclass Zed(Check):\n    name = 'zed'\n    about = 'x'\n"
        "    def __call__(self, data): raise KeyError('zed')\n"
    )
    (tmp_path / "broken_step.py").write_text("print('hello')\nimport nothing_of_that_name\n")
    (tmp_path / "broken_exit.py").write_text("import sys\nsys.exit(3)\n")
    code = (
        "import json, pandas as pd, protokit\n"
        "from protokit.recipe.schema import SCHEMAS\njson.dumps(SCHEMAS['recipe']())\n"
        "frame = pd.DataFrame({'x': [float(i % 7) for i in range(60)], 'y': ['a', 'b'] * 30})\n"
        "recipe = {'represent': {'target': 'y'}, 'learn': {'epochs': 1}, 'evaluate': {'baselines': []}}\n"
        "run = protokit.run(recipe, frame)\n"
        "print([f.rule for f in run.findings if f.check == 'zed'])\n"
        "print([n['rule'] for n in run.results['notices'] if 'zed' in n['rule']])\n"
    )
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the check 'zed' of the package broken failed: KeyError: 'zed'" in done.stdout
    assert "the column kind 'zed' of the package broken failed: TypeError" in done.stdout and "hello" not in done.stdout
