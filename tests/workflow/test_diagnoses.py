"""The diffs of one run's diagnoses apply one after the other, and none changes what another one changes."""

from __future__ import annotations

import re

from protokit.core.checkup import Diagnosis, Edit, Symptom
from protokit.grammar.document import Document
from protokit.menu.menu import Menu
from protokit.recipe.recipe import Recipe
from protokit.workflow.cures.diagnoses import diagnoses

TEXT = """\
represent:
  target: y
  columns:
    x: number
learn:
  optimizer: {AdamW: {learning_rate: 10.0}}
  menu:
    - {Dense: {units: 64, activation: relu}, name: a}
    - {Dense: {units: 64, activation: relu}, name: b}
"""
RATE = Edit({"learn.optimizer": {"AdamW": {"learning_rate": 1e-3}}})
NORM = Edit({}, "a", "before", "BatchNormalization")


def found(*edits: Edit) -> list[Diagnosis]:
    symptoms = [Symptom(f"check_{i}", "warning", "a rule", edit=edit) for i, edit in enumerate(edits)]
    return diagnoses(symptoms, TEXT, Recipe.parse(Document.parse(TEXT).data))


def patched(text: str, diff: str) -> str:
    """A text with a unified diff applied; each line that the diff has must stand where the diff says."""
    lines, at, out = text.splitlines(), 0, []
    for line in diff.splitlines()[2:]:
        if hunk := re.match(r"@@ -(\d+)", line):
            out += lines[at : int(hunk[1]) - 1]
            at = int(hunk[1]) - 1
        elif line[0] == "+":
            out.append(line[1:])
        else:
            assert lines[at] == line[1:]
            out += [] if line[0] == "-" else [lines[at]]
            at += 1
    return "\n".join([*out, *lines[at:]]) + "\n"


def test_diffs_apply_one_after_the_other() -> None:
    text = TEXT
    for one in found(NORM, RATE, Edit({"learn.batch_size": 32}), Edit(ignore="z.1")):
        assert one.diff and not one.advice
        text = patched(text, one.diff)
    recipe = Recipe.parse(Document.parse(text).data)
    assert recipe.learn.optimizer == {"AdamW": {"learning_rate": 1e-3}} and recipe.learn.batch_size == 32
    assert "z.1: ignore" in text and "x: number" in text
    assert text.index("BatchNormalization") < text.index("name: a")


def test_of_two_edits_of_one_place_the_second_waits() -> None:
    first, same, menu, other, stop = found(RATE, RATE, NORM, Edit({"learn.menu": "auto"}), Edit({"learn.stop": None}))
    assert first.diff and menu.diff and stop.diff
    assert (same.diff, same.edit) == ("", "") and "first mend check 0" in same.advice
    assert other.diff == "" and "first mend check 2" in other.sentence


def test_a_place_inside_another_one_is_the_same() -> None:
    _, second = found(Edit({"learn.stop": None}), Edit({"learn.stop.patience": 5}))
    assert "first mend check 0" in second.advice


DROPPED = TEXT.replace(
    "    - {Dense: {units: 64, activation: relu}, name: b}",
    "    - Dropout: 0.3\n    - {Dense: {units: 64, activation: relu}, name: b}",
)
DROPOUT = Edit({}, "b", "before", {"Dropout": 0.3})


def fitted(text: str, *symptoms: Symptom) -> list[Diagnosis]:
    return diagnoses(symptoms, text, Recipe.parse(Document.parse(text).data))


def test_no_second_dropout_stands_behind_the_first() -> None:
    [plain] = fitted(TEXT, Symptom("overfitting", "warning", "", edit=DROPOUT))
    assert "+    - Dropout: 0.3" in plain.diff
    [raised] = fitted(DROPPED, Symptom("overfitting", "warning", "", edit=DROPOUT))
    menu = Recipe.parse(Document.parse(patched(DROPPED, raised.diff)).data).network
    rates = [node.arguments["rate"] for node in menu.expand().nodes if node.kind == "Dropout"]
    assert rates == [0.5]


def test_the_next_edit_is_tried_where_the_first_does_not_fit() -> None:
    full = DROPPED.replace("Dropout: 0.3", "Dropout: 0.7")
    [one] = fitted(full, Symptom("overfitting", "warning", "", edit=DROPOUT, instead=(RATE,)))
    assert "0.001" in one.diff and "Dropout" not in one.diff and one.change == {"values": RATE.values}
    [none] = fitted(full, Symptom("overfitting", "warning", "", edit=DROPOUT))
    assert not none.diff and not none.edit and none.advice


def test_what_the_recipe_says_already_or_refuses_is_not_shown() -> None:
    for values in (
        {"learn.optimizer": {"AdamW": {"learning_rate": 10.0}}},
        {"learn.epochs": "many"},
        {"learn.no_such_key": 1},
    ):
        [one] = fitted(TEXT, Symptom("a_check", "warning", "", edit=Edit(values)))
        assert not one.diff and one.advice
    auto = "represent: {target: y}\n"
    [one] = fitted(auto, Symptom("underfitting", "warning", "", edit=Edit({"learn.menu": "auto"})))
    assert not one.diff


def test_a_network_that_does_not_fit_the_data_is_not_shown() -> None:
    from protokit.core.errors import SpecError

    def refuses(recipe: Recipe) -> None:
        raise SpecError.one("it does not fit", "")

    symptom = Symptom("a_check", "warning", "", edit=NORM)
    [one] = diagnoses([symptom], TEXT, Recipe.parse(Document.parse(TEXT).data), refuses)
    assert not one.diff and one.advice


def test_an_edit_of_a_layer_of_the_house_keeps_what_the_house_proposes() -> None:
    """Layers that are written out have no proposals of their own: the edit would change more than it says."""
    text = "represent: {target: y}\nlearn: {menu: tabm}\n"
    recipe = Recipe.parse(Document.parse(text).data).with_learn(networks=4, deal="validation")
    layer = next(node.layer for node in recipe.network.expand().nodes if node.kind == "Dropout")
    symptom = Symptom("overfitting", "warning", "", edit=Edit({}, layer, "set", {"rate": 0.3}))
    [one] = diagnoses([symptom], text, recipe)
    learn = Recipe.parse(Document.parse(patched(text, one.diff)).data).learn
    assert (learn.networks, learn.deal, learn.optimizer) == (4, "validation", recipe.learn.optimizer)
    assert learn.optimizer["AdamW"]["learning_rate"] == 2e-3 and isinstance(learn.menu, Menu) and not learn.menu.house


def test_an_edit_of_a_layer_of_the_house_keeps_what_an_edit_before_it_changed() -> None:
    text = "represent: {target: y}\nlearn: {optimizer: {AdamW: {learning_rate: 10.0}}}\n"
    recipe = Recipe.parse(Document.parse(text.replace("learn: {", "learn: {menu: tabular, ")).data)
    layer = next(node.layer for node in recipe.network.expand().nodes if node.kind == "Dense")
    first = Symptom("learning_rate_high", "warning", "", edit=RATE)
    second = Symptom("dead_units", "warning", "", edit=Edit({}, layer, "set", {"kernel_initializer": "zeros"}))
    for one in diagnoses([first, second], text, recipe):
        text = patched(text, one.diff)
    learn = Recipe.parse(Document.parse(text).data).learn
    assert learn.optimizer == RATE.values["learn.optimizer"] and isinstance(learn.menu, Menu) and not learn.menu.house


def test_an_edit_of_the_audit_leaves_out_what_is_there() -> None:
    from protokit.workflow.cures.fitting import fitting_snippet

    balance = "learn:\n  class_weights: balanced\nevaluate:\n  metrics: [average_precision, roc_auc]"

    def fits(snippet: str, **parts: object) -> str:
        return fitting_snippet(snippet, Recipe.parse({"represent": {"target": "y"}, **parts}))

    assert fits(balance) == balance
    some = fits(balance, learn={"class_weights": "balanced"}, evaluate={"metrics": ["roc_auc"]})
    assert Document.parse(some).data == {"evaluate": {"metrics": ["roc_auc", "average_precision"]}}
    every = {"learn": {"class_weights": "balanced"}, "evaluate": {"metrics": ["roc_auc", "average_precision"]}}
    assert fits(balance, **every) == ""
    ignored = {"target": "y", "columns": {"x": "ignore"}}
    assert fits("represent:\n  columns: {x: ignore}", represent=ignored) == ""
    assert fits("represent:\n  split: {folds: 5}", represent={"target": "y", "split": {"test": 0.1}})
    assert fits("represent:\n  split: {no: 5}") == ""
    assert fits("collect:\n  clean:\n    - drop_duplicates", collect={"clean": ["drop_duplicates"]}) == ""
