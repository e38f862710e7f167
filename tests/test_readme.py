"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import protokit
from protokit.grammar.document import Document
from tests.command import call


def blocks(path: Path, kind: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", path.read_text(), re.S | re.M)
    return [text for name, text in found if name == kind]


def test_the_first_recipe_is_the_one_in_the_folder(root: Path) -> None:
    [shown, _] = blocks(root / "README.md", "yaml")
    recipe = protokit.Recipe.parse(Document.parse(shown).data)
    assert recipe.as_plain() | {"name": "wine"} == protokit.Recipe.read(root / "recipes" / "wine.yaml").as_plain()


def test_the_shown_result_has_the_shape_of_a_real_one(root: Path, tmp_path: Path) -> None:
    shown = blocks(root / "README.md", "")[0].split("\n\n", 1)[1]
    status, printed, error = call("run", "recipes/wine.yaml", "-o", str(tmp_path), cwd=root)
    assert status == 0, error
    score = protokit.Run.open(tmp_path / "wine").results["metrics"]["scores"][0]
    assert score["network"]["value"] > score["baselines"]["dummy"]["value"]

    def shape(text: str) -> list[str]:
        # numbers and the sentence about them may differ on another machine
        lines = text[text.index("scores on") :].splitlines()[:-1]
        return [" ".join(re.sub(r"[\d.,]+", "0", line).split()) for line in lines]

    assert shape(shown) == shape(printed)


def test_the_shown_fault_is_the_one_that_is_given(root: Path, tmp_path: Path) -> None:
    text = blocks(root / "README.md", "")[1].split("\n", 1)[1]
    (tmp_path / "wine.yaml").write_text(
        (root / "recipes" / "wine.yaml").read_text().rstrip().split("\n", 1)[1].replace("protokit: 1", "name: wine")
        + "\nlearn:\n  menu:\n    - Dense: {units: 64, activaton: relu}\n"
    )
    command = [sys.executable, "-m", "protokit", "check", "wine.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == text.splitlines()


def test_the_grammars_example_is_a_recipe(root: Path) -> None:
    shown = blocks(root / "docs" / "grammar.md", "yaml")[0]
    assert protokit.Recipe.parse(Document.parse(shown).data).represent.target == "churned"


def test_the_menu_page_is_a_menu_and_its_python_runs(root: Path) -> None:
    shown, members = blocks(root / "docs" / "menu.md", "yaml")
    assert protokit.Menu.from_text(members).layers
    menu = protokit.Menu.from_text(shown)
    assert protokit.Menu.from_text(menu.write()) == menu and menu.build().output.shape == (None, 1)
    for code in blocks(root / "docs" / "menu.md", "python"):
        exec(code, {})
