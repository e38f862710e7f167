"""A menu that ignores a kind of column is a warning of `check`, and first in the card of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import protokit
from protokit.cli.app import app
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.menu import Menu
from protokit.workflow.check import ignored_columns
from protokit.workflow.ignored import ignored

NUMBERS = InputSpec("numbers", (2,), "float32", ("a", "b"))
CODES = InputSpec("categories", (1,), "int32", ("town",), 40)
TEXT = InputSpec("said", (12,), "int32", ("said",), 500, "text")
TARGETS = (TargetSpec("y", "binary", ("no", "yes")),)
DENSE: list[Any] = [{"Dense": 4}]
BAG = {"use": "text_bag", "from": "said"}


@pytest.mark.parametrize(
    ("menu", "inputs", "left"),
    [
        (DENSE, (NUMBERS, CODES), set()),
        (DENSE, (NUMBERS, CODES, TEXT), {"said"}),
        ([BAG], (NUMBERS, CODES, TEXT), {"numbers", "categories"}),
        ([{"Dense": 4, "from": "numbers"}], (NUMBERS, CODES), {"categories"}),
        ([{"Dense": 4, "from": "category_numbers"}], (NUMBERS, CODES), {"numbers"}),
        ([{"branch": {"text": [BAG], "rest": DENSE}}], (NUMBERS, CODES, TEXT), set()),
        ([{"GlobalMaxPooling1D": {}}], (TEXT,), set()),
        # an item that leads nowhere takes nothing
        ([{**BAG, "name": "unused"}, {"Dense": 4, "from": "inputs"}], (NUMBERS, TEXT), {"said"}),
        ([], (NUMBERS,), set()),
    ],
)
def test_what_a_menu_ignores(menu: list[Any], inputs: tuple[InputSpec, ...], left: set[str]) -> None:
    columns = ("said", "said_codes")
    assert {spec.name for spec in ignored(Menu(menu, columns=columns), Signature(inputs, TARGETS))} == left


def written(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    n = 300
    words = np.array(["good", "bad", "nice", "awful", "fine", "poor", "great", "sad", "happy", "dull"])
    frame = pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "town": rng.choice(["x", "y"], n),
            "said": [" ".join(rng.choice(words, 8)) + f" {i}" for i in range(n)],
            "y": rng.choice(["no", "yes"], n),
        }
    )
    frame.to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


@pytest.mark.parametrize(
    ("menu", "columns", "words"),
    [
        ("[{Dense: 4}]", "{}", "no free text: 'said' is ignored"),
        ("tabular", "{said: text}", "no free text: 'said' is ignored"),
        ("[{use: text_bag, from: said}]", "{said: text}", "'a', 'town' are ignored"),
    ],
)
def test_check_and_the_card_say_it_first(menu: str, columns: str, words: str, tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "r.yaml"
    path.write_text(
        f"collect: {{tables: {{t: t.csv}}}}\nrepresent: {{target: y, columns: {columns}}}\n"
        f"learn: {{menu: {menu}, epochs: 1}}\nevaluate: {{baselines: [dummy]}}\n"
    )
    said = CliRunner().invoke(app, ["check", str(path)])
    assert said.exit_code == 0 and "warning: the menu takes no " in said.output and words in said.output
    run = protokit.run(path, out=tmp_path / "runs")
    assert run.findings[0].check == "ignored_by_menu" and words in run.findings[0].rule
    card = " ".join(str(run).split())
    first = min(at for at in (card.find("warning: "), card.find("fatal: ")) if at >= 0)
    assert card[first:].startswith("warning: the menu takes no ")
    assert card.count("'said'") <= 1


@pytest.mark.parametrize(
    ("menu", "columns"),
    [("auto", "{}"), ("[{Dense: 4}]", "{said: ignore}"), ("[{Dense: 4}]", "{said: {text: tfidf}}")],
)
def test_nothing_is_said_where_nothing_is_ignored(menu: str, columns: str, tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "r.yaml"
    columns = columns.replace("{text: tfidf}", "{text: {form: tfidf}}")
    path.write_text(
        f"collect: {{tables: {{t: t.csv}}}}\nrepresent: {{target: y, columns: {columns}}}\nlearn: {{menu: {menu}}}\n"
    )
    assert ignored_columns(protokit.check(path)) == ()


def test_the_recipes_of_the_house_ignore_nothing(root: Path) -> None:
    for path in sorted((root / "recipes").glob("*.yaml")):
        assert ignored_columns(protokit.Recipe.read(path)) == (), path


@pytest.mark.parametrize(
    ("menu", "place", "rule"),
    [
        ("  - ensemble: {members: 2, layers: [Dense: 4]}\n  - Dense: 4\n", "6:5", "an ensemble is the last item"),
        (
            "  - ensemble:\n      members: 2\n      layers:\n      - ensemble: {members: 2, layers: [Dense: 4]}\n",
            "9:9",
            "an ensemble inside an ensemble",
        ),
        (
            "  - ensemble:\n      members: 2\n      layers:\n      - Flatten\n",
            "9:9",
            "Flatten does not work on the last axis",
        ),
    ],
)
def test_a_menu_that_cannot_be_written_out_is_refused_at_its_line_before_data_is_read(
    tmp_path: Path, menu: str, place: str, rule: str
) -> None:
    text = "collect: {tables: {t: nowhere.csv}}\nrepresent: {target: y}\nlearn:\n  epochs: 1\n  menu:\n" + menu
    (tmp_path / "r.yaml").write_text(text)
    for door in (protokit.check, protokit.run):
        with pytest.raises(protokit.SpecError, match=rule) as caught:
            door(tmp_path / "r.yaml")
        assert f"r.yaml:{place}" in str(caught.value)
