"""Symptoms become diagnoses: their edits made in the recipe's text, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from protokit.core.checkup import Diagnosis, Edit, Symptom
from protokit.recipe.edits import diff, snippet
from protokit.recipe.recipe import Recipe
from protokit.workflow.cures.fitting import Builds, fitting

_NONE = "the recipe has what is usually tried against it: other columns, more rows or another menu may help"


def diagnoses(symptoms: Sequence[Symptom], text: str, recipe: Recipe, builds: Builds | None = None) -> list[Diagnosis]:
    """Symptoms with their edits made in a recipe's text, one after the other, so that the diffs apply together.

    Causes come first. Where an earlier edit is of the same place, a later one is left for the next run. Each edit is
    held against the recipe first, and the next one tried where it does not fit.
    """
    told: list[Diagnosis] = []
    taken: dict[str, str] = {}
    for one in symptoms:
        edit, after, earlier = _first(one, text, recipe, taken, builds)
        if one.proposal and edit == Edit():
            continue
        changed = diff(text, edit, recipe.network) if edit != Edit() else ""
        advice = one.advice
        if earlier:
            advice = f"first mend {earlier.replace('_', ' ')}, which changes the same lines, and run again"
        elif changed:
            text = after
            taken |= dict.fromkeys(_places(edit), one.check)
        elif not advice and one.edit != Edit():
            advice = _NONE
        shown = snippet(edit, house=recipe.network.house is not None) if changed else ""
        change = {key: value for key, value in asdict(edit).items() if value} if changed else {}
        told.append(Diagnosis(one.check, one.severity, one.rule, one.evidence, shown, changed, advice, change))
    return told


def _first(
    one: Symptom, text: str, recipe: Recipe, taken: dict[str, str], builds: Builds | None
) -> tuple[Edit, str, str]:
    """The first edit of a symptom that fits, the text with it, and which check has changed its place before."""
    for edit in (one.edit, *one.instead):
        places = _places(edit)
        if earlier := next((check for place, check in taken.items() if any(_same(place, own) for own in places)), ""):
            return Edit(), text, earlier
        found, after = fitting(edit, text, recipe, builds)
        if found != Edit():
            return found, after, ""
    return Edit(), text, ""


def _places(edit: Edit) -> set[str]:
    """The parts of a recipe that an edit changes."""
    menu = {"learn.menu"} if edit.change else set()
    return {*edit.values, *menu, *({f"represent.columns.{edit.ignore}"} if edit.ignore else set())}


def _same(one: str, other: str) -> bool:
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")
