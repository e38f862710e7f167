"""An edit of a recipe, made in its text: nothing else changes, and the result is a recipe."""

from __future__ import annotations

from pathlib import Path

import pytest

from protokit.core.checkup import Edit
from protokit.grammar.document import Document
from protokit.recipe.edits import diff, edited, snippet
from protokit.recipe.recipe import Recipe

RATE = Edit({"learn.optimizer": {"AdamW": {"learning_rate": 1e-4, "weight_decay": 0.01}}})
TEXT = """\
# Why this is here.
represent:
  target: y    # the label
learn:
  menu:
    - Dense: 64
    - BatchNormalization
    - residual: [{Dense: {units: 64, activation: relu}}, {Dropout: 0.1}]
  stop: null
"""


def recipe(text: str) -> Recipe:
    return Recipe.parse(Document.parse(text).data)


def changed(text: str, edit: Edit) -> tuple[list[str], list[str]]:
    """The lines that an edit takes out and puts in."""
    lines = diff(text, edit, recipe(text).network).splitlines()[2:]
    return [line[1:] for line in lines if line[0] == "-"], [line[1:] for line in lines if line[0] == "+"]


def test_a_value_is_changed_where_it_stands_and_comments_stay() -> None:
    out, into = changed(TEXT, Edit({"represent.target": "z", "seed": 3}))
    assert out == ["  target: y    # the label"] and into == ["  target: z    # the label", "seed: 3"]
    whole = edited(TEXT, RATE, recipe(TEXT).network)
    assert whole.startswith("# Why this is here.") and "stop: null" in whole
    assert recipe(whole).learn.optimizer == {"AdamW": {"learning_rate": 1e-4, "weight_decay": 0.01}}


@pytest.mark.parametrize(
    ("edit", "out", "into"),
    [
        (Edit({}, "dense_1", "before", "LayerNormalization"), [], ["    - LayerNormalization"]),
        (Edit({}, "dense_1", "remove"), ["    - Dense: 64"], []),
        (
            Edit({}, "dense_1", "set", {"activation": "gelu"}),
            ["    - Dense: 64"],
            ["    - Dense: {units: 64, activation: gelu}"],
        ),
        (
            Edit({}, "batch_normalization_2", "set", {"momentum": 0.9}),
            ["    - BatchNormalization"],
            ["    - BatchNormalization: {momentum: 0.9}"],
        ),
        (
            Edit({}, "dense_3", "set", {"activation": "gelu"}),
            ["    - residual: [{Dense: {units: 64, activation: relu}}, {Dropout: 0.1}]"],
            ["    - residual: [{Dense: {units: 64, activation: gelu}}, {Dropout: 0.1}]"],
        ),
    ],
)  # fmt: skip
def test_a_layer_is_changed_in_its_place(edit: Edit, out: list[str], into: list[str]) -> None:
    assert changed(TEXT, edit) == (out, into)
    recipe(edited(TEXT, edit, recipe(TEXT).network))


def test_a_house_menu_is_written_out_where_one_of_its_layers_changes() -> None:
    text = "represent: {target: y}\n"
    whole = edited(text, Edit({}, "dense_3", "set", {"units": 32}), recipe(text).network)
    units = [node.arguments["units"] for node in recipe(whole).network.expand().nodes if node.kind == "Dense"]
    assert units == [256, 32]


def test_an_edit_without_a_place_changes_nothing() -> None:
    assert diff(TEXT, Edit({}, "no_such_layer", "remove"), recipe(TEXT).network) == ""
    assert diff(TEXT, Edit(), recipe(TEXT).network) == ""


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "recipes").glob("*.yaml")), ids=lambda p: p.stem)
def test_an_edit_of_a_shipped_recipe_is_its_own_lines_alone(path: Path) -> None:
    text = path.read_text()
    read = Recipe.read(path)
    lines = diff(text, Edit({"learn.batch_size": 7}), read.network).splitlines()[2:]
    assert [line for line in lines if line[0] == "+"] in (["+  batch_size: 7"], ["+learn:", "+  batch_size: 7"])
    assert all(line.startswith("-  batch_size:") for line in lines if line[0] == "-")  # as one that has a slot there
    assert recipe(edited(text, RATE, read.network)).seed == read.seed


def test_a_snippet_is_a_piece_of_a_recipe() -> None:
    assert snippet(RATE) == "learn:\n  optimizer: {AdamW: {learning_rate: 0.0001, weight_decay: 0.01}}"
    both = Edit({"learn.epochs": 5}, "dense_1", "before", {"Dropout": 0.1})
    assert snippet(both) == "learn:\n  menu:  # before dense_1:\n    - Dropout: 0.1\n  epochs: 5"
    two = Edit({}, "dense_1", "set", {"kernel_initializer": "he_normal", "bias_initializer": "zeros"})
    wanted = [{"kernel_initializer": "he_normal", "bias_initializer": "zeros"}]
    assert Document.parse(snippet(two)).data == {"learn": {"menu": wanted}}
