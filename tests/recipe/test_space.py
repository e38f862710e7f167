"""A space walked: its size, its conditions, its corners; and hostile input."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from protokit import Recipe, SpecError
from protokit.cli.app import app
from protokit.recipe.space import Space


def _space(menu: object = None, **learn: object) -> Space:
    words = {**learn, **({} if menu is None else {"menu": menu})}
    columns = {"photo": {"image": {"size": [16, 16]}}}
    return Space(Recipe.parse({"represent": {"target": "y", "columns": columns}, "learn": words}))


@pytest.mark.parametrize(
    ("menu", "learn", "count", "exact"),
    [
        (None, {"batch_size": {"choice": [32, 64]}, "epochs": {"int": [1, 10], "step": 3}}, 8, True),
        ([{"Dropout": {"float": [0.0, 0.5]}}, {"Dense": {"choice": [2, 4]}}], {}, None, True),
        ([{"Dropout": {"float": [0.0, 0.5], "step": 0.1}}], {}, 6, True),
        (None, {"optimizer": {"choice": [{"SGD": {"momentum": {"choice": [0.1, 0.9]}}}, "Adam"]}}, 3, True),
        ([{"choose": {"a": [{"Dense": {"choice": [1, 2, 3]}}], "b": []}}], {}, 4, True),
        (
            {
                "hyperparameters": {"n": {"choice": [2, 4]}, "never": {"choice": [1, 2]}},
                "layers": [{"when": {"$n > 3": [{"Dense": {"choice": [1, 2, 3]}}]}}],
            },
            {"batch_size": {"choice": [1, 2]}},
            2 * (1 + 3),
            True,
        ),
        (  # a structure of very many values: no more than so many
            {
                "hyperparameters": {"n": {"int": [1, 1000]}},
                "layers": [{"when": {"$n > 3": [{"Dense": {"choice": [1, 2]}}]}}],
            },
            {},
            2000,
            False,
        ),
    ],
)
def test_a_space_has_a_size(menu: object, learn: dict[str, object], count: int | None, exact: bool) -> None:
    size = _space(menu, **learn).size
    assert (size.count, size.exact) == (count, exact)


UNMET: list[tuple[object, list[str]]] = [
    ([{"Dense": {"choice": [2, 4]}}], []),
    ({"hyperparameters": {"w": {"choice": [2, 4]}, "v": 3}, "layers": [{"Dense": 4}]}, ["'w' is used", "'v' is used"]),
    ({"hyperparameters": {"w": {"choice": [2, 4]}, "v": "$w * 2"}, "layers": [{"Dense": "$v"}]}, []),
    (  # a block that nothing uses
        {
            "hyperparameters": {"w": 2},
            "blocks": {"b": {"parameters": {"n": 1}, "layers": [{"when": {"$n > 3": [{"Dense": "$w"}]}}]}},
            "layers": [{"Dense": 2}],
        },
        ["'w' is used nowhere"],
    ),
    (
        {
            "hyperparameters": {
                "n": {"int": [1, 3]},
                "m": "$n * 2",
                "r": {"float": [0.0, 0.5]},
                "k": {"int": [1, 99999]},
            },
            "layers": [
                {"when": {"$n > 3": [{"Dense": 2}], "$n == 2": [{"Dense": 2}], "$m == 5": [{"Dense": 3}]}},
                {"residual": [{"when": {"$r > 0.5": [{"Dropout": "$r"}], "$r >= 0.5": [{"Dropout": "$r"}]}}]},
                {"when": {"$k == 77": [{"Dense": 2}], "$k < 1": [{"Dense": 2}], "$r * $r > 9": [{"Dense": 2}]}},
            ],
        },
        ["'$n > 3'", "'$m == 5'", "'$r > 0.5'", "'$k < 1'"],  # of two numbers multiplied it is not told
    ),
]


@pytest.mark.parametrize(("menu", "says"), UNMET)
def test_what_changes_nothing_with_any_values_is_said(menu: object, says: list[str]) -> None:
    found = [str(fault) for fault in _space(menu).unmet()]
    assert len(found) == len(says) and all(one in text for one, text in zip(says, found, strict=True)), found


def test_check_says_at_its_line_what_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        "represent: {target: y}\nlearn:\n  menu:\n    hyperparameters:\n      w: {choice: [2, 4]}\n"
        "      n: {int: [1, 2]}\n    layers:\n      - Dense: 4\n      - when:\n          $n > 2: [{Dense: 2}]\n"
    )
    done = CliRunner().invoke(app, ["check", str(tmp_path / "r.yaml")])
    assert done.exit_code == 0 and "r.yaml:5:7: the hyperparameter 'w' is used nowhere" in done.output
    assert "r.yaml:10:11: no value meets '$n > 2'" in done.output


@pytest.mark.parametrize(
    ("learn", "says"),
    [
        (
            {"loss": {"choice": ["CategoricalCrossentropy", "CategoricalFocalCrossentropy"]}},
            "one of: CategoricalCrossentropy, CategoricalFocalCrossentropy  default CategoricalCrossentropy",
        ),
        ({"stop": {"choice": [None, {"patience": 3}]}}, "one of: null, {patience: 3}  default null"),
        ({"stop": {"choice": [{"patience": 3}, {"patience": 9}]}}, "{patience: 9}  default {patience: 3}"),
        ({"optimizer": {"choice": ["Adam", {"SGD": {"momentum": 0.9}}]}}, "one of: Adam, SGD  default Adam"),
        (
            {"optimizer": {"choice": [{"SGD": {"momentum": 0.5}}, {"SGD": {"momentum": 0.9}}]}},
            "one of: {SGD: {momentum: 0.5}}, {SGD: {momentum: 0.9}}  default {SGD: {momentum: 0.5}}",
        ),
    ],
)
def test_the_values_of_a_choice_are_told_apart(learn: dict[str, object], says: str) -> None:
    assert says in " ".join(_space(**learn).lines())


CORNERS = [
    (  # more halvings than there are pixels
        [
            {"Identity": {}, "from": "photo"},
            {"repeat": {"times": {"int": [1, 5], "default": 2}, "layers": ["MaxPooling2D"]}},
        ],
        {"repeat.times": 5},
        "the pool_size of MaxPooling2D, 2 x 2, is larger than what comes to it, 1 x 1",
        "lower it",
    ),
    (
        [{"choose": {"some": [{"Dense": 4, "name": "mid"}], "none": []}}, {"Dense": 2, "from": "mid"}],
        {"choose": "none"},
        "the item 'mid' is not there",
        "one of: ",
    ),
    (
        {"hyperparameters": {"n": {"int": [4, 16]}}, "layers": [{"Dense": "$n - 4"}]},
        {"n": 4},
        "units of Dense is at least 1, not 0",
        "",
    ),
    (
        {"hyperparameters": {"n": {"choice": [2, 3, "many"]}}, "layers": [{"Dense": "$n * 2"}]},
        {"n": "many"},
        "takes numbers, not 'many'",
        "give the name a number",
    ),
    (
        {"inputs": {"x": [6]}, "layers": [{"Reshape": {"target_shape": {"choice": [[2, 3], [2, 4]]}}}]},
        {"Reshape.target_shape": (2, 4)},
        "2 x 4 does not hold what comes to Reshape, 6",
        "its product is 6",
    ),
]


@pytest.mark.parametrize(("menu", "values", "rule", "cure"), CORNERS)
def test_corners_are_found_with_their_values(menu: object, values: dict[str, object], rule: str, cure: str) -> None:
    [corner] = _space(menu, batch_size={"choice": [8, 16]}).corners()
    assert corner.values == values
    assert rule in corner.fault.rule and cure in (corner.fault.cure or "")


def test_values_that_do_not_go_together_are_a_corner() -> None:
    recipe = {"represent": {"target": "y"}, "learn": {"networks": 1, "deal": "validation"}}
    with pytest.raises(SpecError, match="one network is dealt nothing"):
        Recipe.parse(recipe)


def test_check_draws_the_space(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "represent: {target: y}\n"
        "learn:\n"
        "  optimizer: {choice: [{SGD: {momentum: {float: [0.0, 0.9]}}}, AdamW]}\n"
        "  menu:\n"
        "    hyperparameters: {width: {choice: [32, 64, 128]}}\n"
        "    layers:\n"
        "      - Dense: $width\n"
        '      - when: {"$width > 64": [{Dropout: {float: [0.0, 0.5], step: 0.1}}]}\n'
        "      - choose: {some: [{Dense: 4}], none: []}\n"
        "        name: mid\n"
        "      - {Dense: 2, from: mid}\n"
        "search: {trials: 3}\n"
    )
    shown = CliRunner().invoke(app, ["check", str(path)])
    assert shown.exit_code == 0
    text = shown.output
    assert "5 slots, with a range that has no steps" in text and "makes 3 trials" in text
    assert "fewer trials than finalists (5): each is one" in text
    assert "only where learn.optimizer is SGD" in text and "only where $width > 64" in text
    assert "from 0 to 0.5 in steps of 0.1" in text
    explained = CliRunner().invoke(app, ["check", str(path), "--explain"])
    assert "choice: [32, 64, 128]" in explained.output and Recipe.read(path).as_plain()["learn"]["optimizer"]


BASE: dict[str, Any] = {
    "represent": {"target": "y", "columns": {"x": {"choice": ["number", {"text": {"length": {"int": [2, 9]}}}]}}},
    "learn": {
        "optimizer": {"choice": [{"SGD": {"momentum": {"float": [0.0, 0.9]}}}, "AdamW"]},
        "batch_size": {"int": [8, 64], "log": True},
        "class_weights": {"choice": [None, "balanced"]},
        "stop": {"patience": {"choice": [3, 9]}},
        "menu": {
            "hyperparameters": {"n": {"choice": [2, 4]}},
            "layers": [{"Dense": "$n"}, {"choose": {"a": [{"Dropout": {"float": [0.0, 0.5]}}], "b": []}}],
        },
    },
    "search": {"trials": 5, "time": "30m"},
}
odd = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 10**400), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.sampled_from([
        {"choice": [1, 2]}, {"int": [1, 4]}, {"float": [0.1, 0.9], "log": True}, {"choice": [{"choice": [1, 2]}, 3]},
        {"choice": [{"SGD": {"momentum": {"choice": [0.1, {"int": [1, 2]}]}}}, "Adam"]}, {"int": [4, 1]},
        {"choice": [[1, 2], [3]], "default": [3]}, {"int": [1, 9], "step": 0}, {"choice": {"a": 1}}, {"float": "x"},
        {"choice": [1, 2], "int": [1, 2]}, {"default": 3}, {"choise": [1, 2]}, {"choice": [{}, None, [], "a"]},
        "$n", [{"int": [1, 2]}],
    ]),
)  # fmt: skip


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


PLACES = [path for path in places(BASE) if path]


@given(st.lists(st.tuples(st.sampled_from(PLACES), odd, st.booleans()), min_size=1, max_size=3))
@settings(deadline=None, max_examples=300)
def test_any_change_is_a_recipe_or_an_error(changes: list[tuple[tuple[Any, ...], object, bool]]) -> None:
    data = copy.deepcopy(BASE)
    for path, value, is_key in changes:
        try:
            inner = data
            for step in path[:-1]:
                inner = inner[step]
            if is_key and isinstance(inner, dict) and path[-1] in inner:
                inner[str(value)[:9]] = inner.pop(path[-1])
            else:
                inner[path[-1]] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        recipe = Recipe.parse(data)
    except SpecError as error:
        assert error.faults and str(error)
        return
    assert Recipe.parse(recipe.as_plain()) == recipe
    space = Space(recipe)
    assert space.lines() or not space.slots
    try:
        values = space.defaults
    except SpecError:
        return
    try:
        settled = space.settled(json.loads(json.dumps(values)))
    except SpecError:
        return
    assert not Space(settled).slots and Recipe.parse(settled.document.data) == settled
