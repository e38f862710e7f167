from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import protokit
from protokit.core.libraries.lazy import lazily

STUB = """from math import pi as pi
from os import path as _path
from os import path as path
join = _path.join
renamed = _path
"""


def test_names_come_from_the_stub_when_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "door.pyi").write_text(STUB)
    get, names, every = lazily("door", str(tmp_path / "door.py"))
    assert every == names() == ["join", "path", "pi", "renamed"]
    assert get("join")("a", "b") == "a/b" and get("renamed") is get("path")  # type: ignore[operator]
    with pytest.raises(AttributeError, match="module 'door' has no attribute 'e'"):
        get("e")
    with pytest.raises(AttributeError):
        get("_path")


def test_the_front_door_lists_each_name_once_and_gives_what_the_stub_says() -> None:
    stub = Path(str(protokit.__file__)).with_suffix(".pyi").read_text(encoding="utf-8")
    names = [line.split(" as ")[1] for line in stub.splitlines() if line.startswith("from")]
    assert names == [*dict.fromkeys(names)] and sorted(names) == protokit.__all__ == dir(protokit)
    assert "import *" not in stub and "Any" not in stub


def test_types_are_seen_through_the_front_door(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    script = tmp_path / "typed.py"
    script.write_text("import protokit\nreveal_type(protokit.Recipe.parse({}))\nprotokit.nothing\n")
    command = [sys.executable, "-m", "mypy", "--ignore-missing-imports", "--follow-imports=silent", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent.parent)
    assert "protokit.recipe.recipe.Recipe" in done.stdout, done.stdout + done.stderr
    assert 'Module has no attribute "nothing"' in done.stdout
