from __future__ import annotations

import re
from pathlib import Path

import pytest

from protokit.grammar.document import Document
from protokit.recipe.recipe import Recipe

LEAST = {"represent": {"target": "y"}}
SEVERAL = [
    LEAST,
    {**LEAST, "name": "a", "seed": 3, "learn": {"stop": None, "optimizer": "Adam", "class_weights": {1: 2.0, "b": 1}}},
    {**LEAST, "learn": {"stop": {"patience": 3}, "task": "quantile", "quantiles": [0.5]}},
    {"learn": {"task": "clustering"}},
    {
        "collect": {
            "tables": {"a": "a.csv", "b": {"csv": "b.csv", "missing": "x"}},
            "join": [{"with": "b", "on": ["k"], "as_of": "t", "tolerance": "2d"}],
            "clean": ["trim", {"clip": {"x": [0, None]}}, {"drop": "a"}, {"filter": "x > 0 and y = 'a: #b'"}],
        },
        "represent": {
            "target": ["y", "null"],
            "columns": {"x: #": {"text": {"length": 3}}, "i": "image", "o": {"ordered": [1, 2]}},
            "split": {"folds": 3, "by": {"group": "g"}},
        },
        "learn": {"menu": [{"Dense": 8, "name": "on"}, {"branch": {"a": [{"Dense": 2}], "b": []}}]},
    },
    {"represent": {"target": "y", "series": {"time": "t", "window": 4, "horizon": 2}}},
    {
        **LEAST,
        "collect": {"tables": {"a": "a.csv", "b": "b.csv"}, "join": {"with": "b", "on": "k"}},
        "learn": {"menu": {"hyperparameters": {"w": {"int": [1, 4]}}, "layers": [{"Dense": "$w"}]}},
    },
]


@pytest.mark.parametrize("data", SEVERAL)
def test_what_is_printed_reads_back_as_an_equal_recipe(data: dict) -> None:
    recipe = Recipe.parse(data)
    text = recipe.explain()
    assert Recipe.parse(Document.parse(text).data) == recipe
    again = Recipe.parse(Document.parse(text).data).explain()
    assert "#" not in re.sub(r'"[^"]*"', "", again)  # all of it is written now
    assert max(map(len, text.splitlines())) <= 110


def test_recipes_of_the_folder_are_explained(root: Path) -> None:
    for path in [*(root / "recipes").glob("*.yaml"), *(root / "tests" / "golden").rglob("recipe.yaml")]:
        recipe = Recipe.read(path)
        lines = recipe.explain().splitlines()
        assert Recipe.parse(Document.parse("\n".join(lines)).data) == recipe
        begins = {line.index("  # ") for line in lines if "  # " in line}
        assert len(begins) <= 1, "the comments stand below each other"


def test_defaults_have_a_comment_and_what_was_written_has_none() -> None:
    text = Recipe.parse({**LEAST, "learn": {"epochs": 5, "menu": "tabular"}}, set=["learn.stop.patience=9"]).explain()
    assert re.search(r"^seed: 0 +# of all that is drawn", text, re.M)
    assert re.search(r"^  schedule: plateau +# how", text, re.M)
    for written in ('  target: "y"', "  epochs: 5", "  menu: tabular", "    patience: 9"):
        assert f"\n{written}\n" in text
    # in a section that the person began, each key by itself
    assert re.search(r"^  stop:\n    patience: 9\n    monitor: validation_loss +# ", text, re.M)
    assert text.index("menu: tabular") < text.index("loss: null"), "in the order of the declaration"


def test_keys_of_other_tasks_are_not_printed() -> None:
    text = Recipe.parse(LEAST).explain()
    assert not re.search("quantiles:|clusters:|series:|sequence:", text)
    assert "  quantiles: [0.1, 0.5, 0.9]" in Recipe.parse({**LEAST, "learn": {"task": "quantile"}}).explain()
