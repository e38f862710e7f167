"""Slots anywhere in a recipe: taken out, put back, settled, and refused where nothing can vary."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

import protokit
from protokit import Recipe, SpecError, choice, integer, real
from protokit.learn.words import Learn
from protokit.menu.slots import Slot
from protokit.recipe.slots.taking import CLOSED, marker
from protokit.recipe.space import Space
from protokit.represent.words import Represent

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


REFUSED = [
    ("learn: {batch_size: {choice: []}}", "choice is a list of values", "write {choice: [32, 64]}"),
    ("learn: {batch_size: {choice: [3]}}", "a choice of one, 3: nothing is searched there", "write 3"),
    ("learn: {epochs: {choice: [1, 2, 1]}}", "1 is there twice", "remove one"),
    ("learn: {batch_size: {int: [9, 1]}}", "lowest and the highest", "write {int: [1, 9]}"),
    ("learn: {batch_size: {int: [4, 4]}}", "one value: nothing is searched there", "write 4"),
    ("learn: {batch_size: {int: [0, 4]}}", "batch_size is at least 1, not 0", ""),
    ("learn: {batch_size: {float: [1, 4]}}", "a whole number", "write {int: [1, 4]}"),
    ("learn: {epochs: {int: [1, 10], step: 4}}", "steps of 4 from 1 do not end at 10", "write int: [1, 9]"),
    ("learn: {epochs: {int: [1, 10], step: 40}}", "a step of 40 leads out of 1 to 10", "lower it"),
    ("learn: {epochs: {int: [1, 10], default: 20}}", "the default 20 is not a value", "from 1 to 10"),
    ("learn: {epochs: {int: [2, 10], step: 4, default: 4}}", "the default 4 is not a value", "in steps of 4"),
    ("learn: {optimizer: {AdamW: {learning_rate: {float: [0, 1], log: true}}}}", "log needs numbers above 0", "raise"),
    ("learn: {optimizer: {AdamW: {learning_rate: {float: [0, 0.5]}}}}", "AdamW is above 0, not 0.0", ""),
    ("learn: {optimizer: {AdamW: {weight_decay: {float: [-0.1, 0.5]}}}}", "is at least 0, not -0.1", ""),
    ("learn: {optimizer: {SGD: {momentum: {float: [0, 1.5]}}}}", "is a share from 0 to 1, not 1.5", ""),
    ("learn: {menu: [{Dropout: {float: [0, 1]}}]}", "a share from 0 to below 1, not 1", ""),
    ("learn: {optimizer: {choice: [Adam, Adum]}}", "unknown optimizer 'Adum'", "did you mean 'Adam'?"),
    ("learn: {optimizer: {choice: [Adam, {SGD: {momentun: 0.9}}]}}", "unknown argument 'momentun'", "'momentum'"),
    ("learn: {optimizer: {AdamW: {learning_rate: $rate}}}", "known in the menu alone", "write the value, or a slot"),
    ("learn: {batch_size: {choice: [1, {int: [3, 4]}]}}", "a slot is a value of another slot", "one list"),
    ("learn: {menu: [{Dense: {units: 3, bias_initializer: {choice: [zeros, {Constant: {value: {int: [1, 2]}}}]}}}]}",
     "a slot of the menu holds no other slots", "choose"),
    ("learn: {menu: {choice: [tabular, tabm]}}", "a whole menu is no value", "{choose: {tabular: [{use: tabular}]"),
    ("learn: {task: {choice: [regression, classification]}}", "losses of different tasks", "a recipe for each task"),
    ("learn: {engine: {choice: [auto, fused]}}", "each engine trains the same network", "write engine: auto"),
    ("learn: {event: {choice: [a, b]}}", "it says what the target means", "such as a"),
    ("learn: {task: classification, start: {choice: [zero, linear]}}", "a linear start is for numbers", "write zero"),
    ("seed: {choice: [1, 2]}", "trained again on other seeds", "search: {seeds: 3}"),
    ("name: {choice: [a, b]}", "it names the folder", "such as a"),
    ("collect: {tables: {a: {choice: [a.csv, b.csv]}}}", "other rows cannot be compared", "a recipe"),
    ("collect: {clean: [{filter: {choice: ['a > 1', 'a > 2']}}]}", "other rows cannot be compared", "a recipe"),
    ("evaluate: {metrics: {choice: [accuracy, f1]}}", "it judges what was learned", "such as accuracy"),
    ("search: {trials: {int: [1, 4]}}", "it says how slots are searched", "write one value"),
    ("learn: {networks: {choice: [1, 4]}}", "a trial is one network", "write one number"),
    ("learn: {seeds: {int: [1, 4]}}", "a trial is one network", "write one number"),
    ("learn: {freeze: {choice: [a, b]}}", "no trial has it", "then run best.yaml with it"),
    ("learn: {from: {choice: [a, b]}}", "no trial has it", "then run best.yaml with it"),
    ("learn: {stages: {choice: [[{epochs: 1}], [{epochs: 2}]]}}", "no trial has it", "then run best.yaml with it"),
    ("search: {mirror: 'postgresql://me:secret@host/x'}", "a password stands in a recipe", "${NAME}"),
    ("search: {mirror: 'postgresql://me:secret@${HOST}/x'}", "a password stands in a recipe", "${NAME}"),
    ("search: {trials: 0}", "search.trials is at least 1, not 0", ""),
    ("search: {seeds: 501}", "search.seeds is at most 100, not 501", ""),
    ("search: {trials: 1000001}", "search.trials is at most 1000000, not", ""),
    ("search: {sampler: tpee}", "unknown sampler 'tpee'", "did you mean 'tpe'?"),
    ("search: {pruner: halvin}", "unknown pruner 'halvin'", "did you mean 'halving'?"),
    ("search: {metric: acuracy}", "unknown metric 'acuracy'", "did you mean 'accuracy'?"),
    ("search: {time: 0}", "a time is a number of seconds, or such as 30m, not 0", "write 30m"),
    ("search: {sampler: grid}\nlearn: {menu: [{Dropout: {float: [0, 0.5]}}]}", "a grid has no end where Drop", "step"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rule", "cure"), REFUSED, ids=[text for text, _, _ in REFUSED])
def test_what_cannot_be_is_an_error_at_its_line(tmp_path: Path, text: str, rule: str, cure: str) -> None:
    with pytest.raises(SpecError) as caught:
        _read(f"represent: {{target: y}}\n{text}\n", tmp_path)
    [fault] = caught.value.faults
    assert rule in fault.rule and cure in (fault.cure or "")
    assert fault.place is not None and fault.place.line == 2


@pytest.mark.parametrize(
    ("represent", "rule"),
    [
        ("{target: {choice: [a, b]}}", "it is the question"),
        ("{target: y, positive: {choice: [a, b]}}", "which scores are told"),
        ("{target: y, split: {test: {float: [0.1, 0.2]}}}", "the same validation rows"),
        ("{target: y, split: {by: {choice: [random, stratified]}}}", "the same validation rows"),
        ("{target: y, series: {time: t, window: {int: [4, 8]}, horizon: 2}}", "other validation rows"),
        ("{target: y, sequence: {by: {choice: [a, b]}}}", "other examples"),
        ("{target: y, columns: {x: {text: {length: {int: [0, 9]}}}}}", "at least 1, not 0"),
        ("{target: y, columns: {x: {choice: [number, numbr]}}}", "unknown column kind 'numbr'"),
    ],
)
def test_what_cannot_vary_of_represent_says_why(tmp_path: Path, represent: str, rule: str) -> None:
    with pytest.raises(SpecError) as caught:
        _read(f"represent: {represent}\n", tmp_path)
    [fault] = caught.value.faults
    assert rule in fault.rule and fault.place is not None and fault.place.column > 12


def test_each_word_may_vary_or_says_why_not() -> None:
    for section, model in (("learn", Learn), ("represent", Represent)):
        for key in model.model_fields:
            varies = marker(key) is not None if section == "learn" else key == "columns"
            assert varies or key == "menu" or (section, key) in CLOSED, (section, key)


def test_an_empty_space_shows_how_a_slot_is_written() -> None:
    empty = Recipe.parse({"represent": {"target": "y"}, "learn": {"optimizer": {"SGD": {"learning_rate": 0.2}}}})
    with pytest.raises(SpecError, match=r"learning_rate: \{float: \[0.02, 2.0\], log: true\}"):
        Space(empty).check()
    Space(Recipe.parse({"represent": {"target": "y"}, "learn": {"epochs": {"int": [1, 2]}}})).check()


def test_the_grammars_slots_are_a_recipe(root: Path, tmp_path: Path) -> None:
    blocks = (root / "docs" / "grammar.md").read_text().split("```yaml\n")[1:]
    [text] = [block.split("```")[0] for block in blocks if "{int: [32, 256], step: 32}" in block]
    space = Space(_read(text, tmp_path))
    assert len(space.slots) == 12 and not space.corners()
