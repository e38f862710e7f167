"""Slots anywhere in a recipe: taken out, put back, settled, and refused where nothing can vary."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

import protokit
from protokit import Recipe, SpecError, choice, integer, real
from protokit.menu.slots import Slot
from protokit.recipe.space import Space

TEXT = """# flights
represent:
  target: "y"
  columns:
    zip: {choice: [category, {number: {knots: {int: [4, 16]}}}]}   # a code, or a size
    remark: {text: {vocabulary: {choice: [100, 200]}}}
learn:
  optimizer:
    choice: [{SGD: {momentum: {float: [0.0, 0.9]}, learning_rate: {float: [0.001, 0.1], log: true}}}, AdamW]
  batch_size: {choice: [32, 64]}
  stop: {patience: {int: [5, 20]}}
  class_weights: {choice: [null, balanced, {choice: 2.0, other: 1.0}]}
  menu:
    hyperparameters:
      width: {choice: [32, 64, 128], default: 64}
    layers:
      # the stem
      - Dense: {units: $width, activation: {choice: [relu, gelu]}}
      - choose: {small: [{Dense: {int: [8, 64], log: true}}, {Dropout: 0.1}], none: []}
      - when: {"$width > 64": [{Dropout: {float: [0.0, 0.5]}}]}
      - Dense: 8
"""


def _read(text: str, tmp_path: Path, **more: object) -> Recipe:
    path = tmp_path / "flights.yaml"
    path.write_text(text)
    return Recipe.read(path, **more)


def _drawn(space: Space, seed: int) -> dict[str, object]:
    r = random.Random(seed)

    def choose(slot: Slot) -> object:
        if slot.kind == "choice":
            return r.choice(slot.options)
        if slot.kind == "int":
            return r.randint(*slot.options)
        return r.uniform(*slot.options)

    return space.draw(choose)


def test_slots_have_names_and_the_recipe_runs_on_their_defaults(tmp_path: Path) -> None:
    recipe = _read(TEXT, tmp_path)
    assert list(Space(recipe).slots) == [
        "represent.columns.zip", "represent.columns.zip.number.knots", "represent.columns.remark.text.vocabulary",
        "learn.optimizer", "learn.optimizer.SGD.momentum", "learn.optimizer.SGD.learning_rate", "learn.batch_size",
        "learn.stop.patience", "learn.class_weights", "width", "Dense.activation", "Dense.units", "choose",
        "Dropout.rate",
    ]  # fmt: skip
    assert recipe.learn.optimizer == {"SGD": {"momentum": 0.45, "learning_rate": 0.01}}
    assert recipe.learn.batch_size == 32 and recipe.represent.columns["zip"] == "category"
    assert recipe.learn.stop is not None and recipe.learn.stop.patience == 12
    assert Space(recipe).defaults["width"] == 64 and "Dropout.rate" not in Space(recipe).defaults


def test_slots_are_kept_wherever_the_recipe_is_written(tmp_path: Path) -> None:
    recipe = _read(TEXT, tmp_path)
    for text in (recipe.write(), recipe.explain()):
        assert _read(text, tmp_path) == recipe
    assert Recipe.parse(recipe.as_plain()) == recipe
    assert recipe != _read(TEXT.replace("[32, 64]}", "[32, 64], default: 64}", 1), tmp_path)
    assert _read(TEXT.replace("[32, 64]}", "[32, 64], default: 32}", 1), tmp_path) == recipe


@pytest.mark.parametrize("seed", range(6))
def test_a_settled_recipe_is_written_as_a_person_would(tmp_path: Path, seed: int) -> None:
    space = Space(_read(TEXT, tmp_path))
    values = _drawn(space, seed)
    settled = space.settled(json.loads(json.dumps(values)))
    assert not Space(settled).slots and settled == space.settled(values)
    assert "# a code, or a size" in settled.document.text and "# the stem" in settled.document.text
    again = _read(settled.document.text, tmp_path)
    assert again == settled == Recipe.parse(settled.as_plain())
    assert settled.learn.batch_size == values["learn.batch_size"]
    graphs = again.network.expand(), space.recipe.network.expand(lambda slot: values[slot.name])
    one, other = ([replace(node, path=()) for node in graph.nodes] for graph in graphs)
    assert one == other


def test_only_what_is_met_is_asked(tmp_path: Path) -> None:
    space = Space(_read(TEXT, tmp_path))
    asked: list[str] = []

    def choose(slot: Slot) -> object:
        asked.append(slot.name)
        return {"learn.optimizer": "AdamW", "width": 128, "choose": "none"}.get(slot.name, slot.default)

    assert list(space.draw(choose)) == asked
    assert not {"learn.optimizer.SGD.momentum", "represent.columns.zip.number.knots", "Dense.units"} & {*asked}
    assert "Dropout.rate" in asked


def test_a_settled_recipe_without_text_is_data() -> None:
    learn = {"optimizer": {"AdamW": {"learning_rate": real(1e-4, 1e-2, log=True)}}, "batch_size": choice(16, 32)}
    menu = [{"Dense": integer(4, 8)}, {"Dropout": 0.1}]
    recipe = Recipe.parse({"represent": {"target": "y"}, "learn": {**learn, "menu": menu}})
    settled = Space(recipe).settled({"learn.batch_size": 32, "Dense.units": 5})
    assert settled.document.data == {
        "represent": {"target": "y"},
        "learn": {
            "optimizer": {"AdamW": {"learning_rate": 0.001}},
            "batch_size": 32,
            "menu": [{"Dense": 5}, {"Dropout": 0.1}],
        },
    }
    assert recipe == Recipe.parse(recipe.as_plain())


def test_a_house_menu_keeps_its_name() -> None:
    recipe = Recipe.parse({"represent": {"target": "y"}, "learn": {"menu": "tabular", "epochs": {"int": [1, 9]}}})
    settled = Space(recipe).settled({"learn.epochs": 3})
    assert settled.as_plain()["learn"]["menu"] == "tabular" and settled.learn.epochs == 3
    auto = Space(Recipe.parse({"represent": {"target": "y"}, "learn": {"epochs": {"int": [1, 9]}}})).settled({})
    assert auto.learn.menu == "auto" and auto.learn.epochs == 5


def test_values_of_no_slot_are_refused(tmp_path: Path) -> None:
    space = Space(_read(TEXT, tmp_path))
    with pytest.raises(SpecError, match=r"did you mean 'learn.batch_size'"):
        space.settled({"learn.batch_siz": 32})
    with pytest.raises(SpecError, match=r"learn.batch_size cannot be 48"):
        space.settled({"learn.batch_size": 48})
    assert space.settled({"learn.optimizer.SGD.momentum": 0}).learn.optimizer["SGD"]["momentum"] == 0.0


def test_settings_stand_over_slots_and_set_them(tmp_path: Path) -> None:
    recipe = _read(TEXT, tmp_path, set=["learn.batch_size=48", "learn.epochs={int: [2, 9]}", "learn.optimizer=Adam"])
    assert "learn.batch_size" not in Space(recipe).slots and recipe.learn.batch_size == 48
    settled = Space(recipe).settled({"learn.epochs": 7})
    again = _read(settled.document.text, tmp_path)
    assert again == settled and (again.learn.epochs, again.learn.optimizer) == (7, "Adam")
    with pytest.raises(SpecError, match="--set:1:14"):
        _read(TEXT, tmp_path, set=["learn.epochs={int: [9, 2]}"])


def test_words_that_replace_slots_leave_none_behind(tmp_path: Path) -> None:
    recipe = _read(TEXT, tmp_path).with_learn(batch_size=7)
    assert "learn.batch_size" not in Space(recipe).slots and recipe.as_plain()["learn"]["batch_size"] == 7


def test_names_of_a_persons_own_are_no_slots() -> None:
    data = {"target": "y", "columns": {"choice": "category", "int": {"text": {"length": 3}}}}
    recipe = Recipe.parse({"represent": data, "learn": {"class_weights": {"choice": 2, "float": 1}}})
    assert not Space(recipe).slots
    assert protokit.Recipe.parse({"represent": data, "collect": {"clean": [{"clip": {"int": [0, 5]}}]}})
