"""Menus that people wrote, built and read back from the Keras model: as short as they were, within a fifth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protokit import Menu
from protokit.grammar.document import Document
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.writing import text
from tests.menu.writing.twin import WIDEST, written

ROOT = Path(__file__).parents[3]
MENUS = sorted((ROOT / "tests" / "menus").glob("*.yaml"))
SHAPES: dict[str, Any] = {  # of a small input of each kind that house menus take
    "columns": [10],
    "text": [20, 8],
    "image": [32, 32, 1],
    "images": [4, 16, 16, 3],
    "audio": [16000],
    "steps": [24, 3],
    "sequence": [200, 1],
    "series": [24, 1],
}


def is_short(menu: Menu, by_hand: int) -> None:
    assert written(menu.build()).count("\n") <= 1.2 * by_hand


@pytest.mark.parametrize("path", MENUS, ids=[path.stem for path in MENUS])
def test_menus_in_files(path: Path) -> None:
    menu = Menu.read(path)
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    if max(map(len, lines)) > WIDEST:  # a file of wider lines is compared in lines of the same width
        lines = text.written(menu.as_plain()).splitlines()
    is_short(menu, len(lines))


@pytest.mark.parametrize("name", [name for name in HOUSE_MENUS.all() if name != "tabm"])
def test_house_menus(name: str) -> None:
    house = HOUSE_MENUS[name]
    start = "history" if house.takes == "series" else "x"
    menu = Menu({"inputs": {start: SHAPES[house.takes]}, "layers": list(house.layers)})
    is_short(menu, text.written(menu.as_plain(in_full=True)).count("\n"))


def recipes() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "recipes").glob("*.yaml")):
        yield path.stem, path.read_text()
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for i, block in enumerate(re.findall(r"```yaml\n(.*?)```", path.read_text(), re.S)):
            if "learn:" in block or "menu:" in block or re.search("^layers:", block, re.M):
                yield f"{path.stem}_{i}", block


def menus() -> Iterator[tuple[str, dict[str, Any]]]:
    """The menus of recipes and docs with an input of their own, where they have none."""
    for name, block in recipes():
        data: Any = Document.parse(block).data
        learn = data.get("learn", data) if isinstance(data, dict) else {}
        menu = data if isinstance(data, dict) and "layers" in data else learn.get("menu")
        menu = {"layers": menu} if isinstance(menu, list) else menu
        if not isinstance(menu, dict) or "Backbone" in str(menu):  # of a pretrained network, which is no menu
            continue
        yield name, {"inputs": {"x": [10, 4] if "GRU" in str(menu) else [10]}, **menu}


FOUND = list(menus())


@pytest.mark.parametrize(("name", "data"), FOUND, ids=[name for name, _ in FOUND])
def test_menus_of_recipes_and_docs(name: str, data: dict[str, Any]) -> None:
    menu = Menu(data).resolve()
    is_short(menu, text.written(menu.as_plain(in_full=True)).count("\n"))


def test_recipes_and_docs_have_some() -> None:
    assert len(FOUND) > 12 and {"menu_0", "digits", "README_1"} <= {name for name, _ in FOUND}
