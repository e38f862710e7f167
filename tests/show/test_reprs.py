"""In a notebook a thing within a list is a line, not its fields."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from protokit import Menu, Recipe
from protokit.core.values.arrays import Arrays
from protokit.workflow.cures.tried import Tried
from protokit.workflow.lr_range import LearningRates
from protokit.workflow.result import Run

RECIPE = {"name": "birds", "represent": {"target": "species"}}
LEARN = {"learn": {"menu": [{"Dense": 8}]}}
TWO = {"name": "two", "represent": {"target": ["a", "b"]}}
MENU = Menu([{"Dense": 8}, "ReLU"])
ARRAYS = Arrays({"numbers": np.zeros((5, 3))}, {"y": np.zeros(5)}, {}, None)  # type: ignore[arg-type]
RATES = LearningRates((1e-6, 1e-5), (1.0, 0.9), 1e-4, None, 1e-4, 1e-3, "diff")
SAID = "The loss falls fastest at a learning rate of 0.0001; it never grows. The recipe has 0.001: try 0.0001."


@pytest.mark.parametrize(
    ("thing", "wanted"),
    [
        (Recipe.parse(RECIPE), "<Recipe birds: species by auto>"),
        (Recipe.parse({**RECIPE, **LEARN}), "<Recipe birds: species by <Menu of 1 item: Dense>>"),
        (Recipe.parse(TWO), "<Recipe two: a, b by auto>"),
        (MENU, "<Menu of 2 items: Dense, ReLU>"),
        (MENU.draw(), "<Drawing: 2 layers>"),
        (ARRAYS, "<Arrays: numbers (5, 3), y (5,)>"),
        (Tried(Path("runs/a"), ()), "<Tried runs/a: 0 cures>"),
        (RATES, f"<LearningRates: {SAID}>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_is_a_line(thing: object, wanted: str) -> None:
    assert repr(thing) == wanted


def test_a_run_says_where_it_is_and_the_first_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = "The network is better than the best baseline, linear: 0.9 against 0.8. Few rows say little."
    monkeypatch.setattr(Run, "verdict", verdict)
    run = Run(Path("runs/a/1"), "a", {})  # type: ignore[typeddict-item]
    assert repr(run) == "<Run runs/a/1: The network is better than the best baseline, linear: 0.9 against 0.8>"


def test_a_recipe_is_printed_as_a_notebook_shows_it() -> None:
    recipe = Recipe.parse(RECIPE)
    assert str(recipe) == recipe._repr_mimebundle_()["text/plain"] and str(recipe).startswith("birds\n")
