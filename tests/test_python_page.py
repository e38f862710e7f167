"""The page on Python is a script that runs, and type checkers read it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WRONG = """
run.modle
model.predct(test)
protokit.fit(train, "species", epoch=3)
protokit.run(recipe, tables, sets={})
model.explain(test, backgroud=train)
"""


def code(root: Path) -> str:
    text = (root / "docs" / "python.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.S | re.M))


def test_the_page_runs(root: Path, shared: Path, tmp_path: Path) -> None:
    shutil.copy(shared / "penguins.csv", tmp_path)
    (tmp_path / "page.py").write_text(code(root))
    command = [sys.executable, "-W", "error::UserWarning", "page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said.count("True") == 1 and "False" not in said
    assert float(said[1]) > 0.9 and "evaluation on" in done.stdout


def test_type_checkers_accept_it_and_refuse_misspelt_names(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    page = code(root)
    (tmp_path / "page.py").write_text(page + WRONG)
    command = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--follow-imports=silent"]
    done = subprocess.run([*command, str(tmp_path / "page.py")], capture_output=True, text=True, cwd=root)
    found = [int(line) for line in re.findall(r"page.py:(\d+): error", done.stdout)]
    first = page.count("\n") + 2
    own = [line for line in found if line < first]
    assert not own, done.stdout
    assert {line - first for line in found} == {0, 1, 2, 3, 4}, done.stdout
