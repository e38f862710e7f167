"""When training ends early: by itself, after so many epochs, or not at all."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from protokit.core.errors import SpecError
from protokit.grammar.document import Document
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema


def card(**learn: object) -> str:
    return str(recipe(**learn)._repr_mimebundle_()["text/plain"])


def recipe(**learn: object) -> Recipe:
    return Recipe.parse({"represent": {"target": "y"}, "learn": learn})


@pytest.mark.parametrize("stop", [{"patience": None}, {"patience": "auto"}, {"patience": 7}, {}, None])
def test_what_is_said_is_kept_where_it_is_written_out(stop: Any) -> None:
    made = recipe(stop=stop, stages=[{"stop": stop}])
    again = Recipe.parse(Document.parse(made.write()).data)
    assert again == made and again.learn.stop == made.learn.stop == made.learn.stages[0].stop
    validator = jsonschema.Draft202012Validator(schema())
    for data in (made.as_plain(), {"represent": {"target": "y"}, "learn": {"stop": stop, "stages": [{"stop": stop}]}}):
        validator.validate(data)


def test_null_is_no_early_stop_and_nothing_is_the_usual_one() -> None:
    assert recipe(stop={"patience": None}).learn.stop.patience is None  # type: ignore[union-attr]
    assert recipe(stop={"monitor": "loss"}).learn.stop.patience == "auto"  # type: ignore[union-attr]
    assert "stop" not in card(stop={"patience": None}) == card(stop=None)
    assert "stop without a better validation loss" in card()
    assert "stop after 7 without a better validation loss" in card(stop={"patience": 7})
    assert "patience: null" in recipe(stop={"patience": None}).explain()


@pytest.mark.parametrize("patience", [0, -3, 2.5, True, "never", [5]])
def test_what_is_no_number_of_epochs_is_told(patience: object) -> None:
    with pytest.raises(SpecError, match="a whole number of at least 1, auto, or null for no early stop") as caught:
        recipe(stop={"patience": patience})
    assert caught.value.faults[0].path == ("learn", "stop", "patience")


def test_a_search_may_choose_among_them() -> None:
    slots = {"patience": {"choice": [5, None, "auto"]}}
    assert recipe(stop=slots).learn.stop.patience == 5  # type: ignore[union-attr]
    assert recipe(stop={"patience": {"int": [5, 20]}}).learn.stop.patience == 12  # type: ignore[union-attr]
    with pytest.raises(SpecError, match="a whole number of at least 1"):
        recipe(stop={"patience": {"choice": [5, 0]}})
