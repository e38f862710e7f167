"""The diffs of one run's diagnoses apply one after the other, and none changes what another one changes."""

from __future__ import annotations

import re

from protokit.core.checkup import Diagnosis, Edit, Symptom
from protokit.grammar.document import Document
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.doctoring import diagnoses

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
