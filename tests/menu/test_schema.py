"""Editors say the same as the checker, as far as a schema can."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from protokit import Menu, SpecError
from protokit.grammar.document import Document
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.schema import schema

ROOT = Path(__file__).parent.parent.parent
MENUS = sorted((ROOT / "tests" / "menus").glob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", MENUS, ids=lambda p: p.stem)
def test_menus_are_valid(path: Path) -> None:
    assert not list(VALIDATOR.iter_errors(Document.read(path).data))


@pytest.mark.parametrize(
    "wrong",
    [
        [{"Dens": 3}],
        [{"Dense": {"unitz": 3}}],
        [{"Dense": {"units": "many"}}],
        [{"repeat": {"times": 3}}],
        [{"branch": []}],
        [{"Dense": {"units": {"itn": [1, 3]}}}],
        {"layer": []},
        {"inputs": {"x": "wide"}, "layers": []},
        [{"Bidirectional": {"LSTMM": 3}}],
    ],
)
def test_wrong_menus_are_not(wrong: object) -> None:
    assert list(VALIDATOR.iter_errors(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        [{"Dense": {"units": 3, "activation": "rleu"}}],
        [{"Dense": {"units": 3, "activation": {"choice": ["relu", "rleu"]}}}],
        [{"Dense": {"units": 3, "kernel_initializer": "he_norml"}}],
        [{"Dense": {"units": 3, "kernel_regularizer": {"L2": {"l3": 0.1}}}}],
        [{"Dense": {"units": 3, "kernel_constraint": {"MaxNrom": 1.0}}}],
        [{"Dense": {"units": 0}}],
        [{"Dense": {"units": {"int": [0, 8]}}}],
        [{"Dense": "many"}],
        [{"Dense": {"activation": "relu"}}],
        ["Dense"],
        [{"Dropout": 1.5}],
        [{"Dropout": {"rate": "a lot"}}],
        [{"Conv2D": {"filters": 8, "kernel_size": 3, "padding": "sam"}}],
        [{"Conv2D": {"filters": 8, "kernel_size": 3, "data_format": "channel_last"}}],
        [{"UpSampling2D": {"interpolation": "nearst"}}],
        [{"StringLookup": {"vocabulary": "words.txt"}}],
        [{"TextVectorization": {"idf_weights": {"a": 1}}}],
        [{"Conv2D": 8}],
        [{"Dense": 8, "Dropout": 0.1}],
        [{"Dense": {"units": 8, "name": "x"}}],
        [{"Dense": 8, "from": None}],
        [{"MultiHeadAttention": {"num_heads": 2, "key_dim": 4}, "from": {"qery": "a", "value": "b"}}],
        [{"repeat": {"times": -1, "layers": []}}],
        [{"branch": {"a": []}, "default": "a"}],
        {"hyperparameters": {"width": {"chioce": [1, 2]}}, "layers": []},
        {"inputs": {"x": [0]}, "layers": []},
        {"inputs": {"x": {"dtype": "int32"}}, "layers": []},
    ],
)
def test_wrong_values_are_refused_by_schema_and_reader(wrong: object) -> None:
    assert list(VALIDATOR.iter_errors(wrong))
    with pytest.raises(SpecError):
        Menu.parse(wrong)


def written() -> list[Any]:
    """Menus as people write them."""
    recipes = (Document.read(path).data.get("learn", {}) for path in sorted((ROOT / "recipes").glob("*.yaml")))
    example = (ROOT / "docs" / "menu.md").read_text().split("```yaml\n")[1].split("```")[0]
    found = [
        *(Document.read(path).data for path in MENUS),
        *(list(menu.layers) for menu in HOUSE_MENUS.house().values()),
        *(learn["menu"] for learn in recipes if isinstance(learn.get("menu"), (list, dict))),
        Document.parse(example).data,
    ]
    return json.loads(json.dumps(found))


def places(plain: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all keys, which end in a key twice, and of all values that are no mappings or lists."""
    if isinstance(plain, dict):
        for key, part in plain.items():
            yield (*path, key, KEY)
            yield from places(part, (*path, key))
    elif isinstance(plain, list):
        for i, part in enumerate(plain):
            yield from places(part, (*path, i))
    else:
        yield path


KEY = object()


def mistyped(word: str, rng: random.Random) -> str:
    """A word with a letter left out, doubled, swapped with the next, or another in its place."""
    i = rng.randrange(len(word)) if word else 0
    other = rng.choice("abcdefghijklmnopqrstuvwxyz")
    forms = (word[i + 1 :], word[i : i + 1] + word[i:], word[i + 1 : i + 2] + word[i : i + 1] + word[i + 2 :])
    return word[:i] + rng.choice((*forms, other + word[i + 1 :]))


def one_edit(menu: Any, path: tuple[Any, ...], rng: random.Random) -> Any:
    """A copy of a menu with the key or value at a path mistyped."""
    edited = json.loads(json.dumps(menu))
    steps = path[:-2] if path[-1] is KEY else path[:-1]
    part = edited
    for step in steps:
        part = part[step]
    if path[-1] is KEY:
        new = mistyped(path[-2], rng)
        items = [(new if key == path[-2] else key, value) for key, value in part.items() if key != new]
        part.clear()
        part.update(items)
    else:
        old = part[path[-1]]
        number = isinstance(old, (int, float)) and not isinstance(old, bool)
        part[path[-1]] = rng.choice([f"{old}x", -old or -1]) if number else mistyped(str(old), rng)
    return edited


# names that only the menu itself defines: blocks and their parameters, items and inputs, hyperparameters
OWN_NAMES = ("no item or input", "no block", "no hyperparameter", "unknown parameter")


def test_of_500_typos_that_the_reader_refuses_the_schema_refuses_all_but_names_of_the_menu_itself() -> None:
    menus, rng = written(), random.Random(0)
    assert not [menu for menu in menus if not VALIDATOR.is_valid(menu)]
    every = [(menu, path) for menu in menus for path in places(menu)]
    refused, caught = 0, 0
    while refused < 500:
        edited = one_edit(*rng.choice(every), rng)
        valid = VALIDATOR.is_valid(edited)
        try:
            Menu.parse(edited)
        except SpecError as error:
            own = error.faults[0].rule.startswith(OWN_NAMES)
            refused += not own
            caught += not own and not valid
    assert caught >= 490
