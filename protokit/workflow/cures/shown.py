"""The cures that a run has shown, as the recipes that they make; and why some of them cannot be tried."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from protokit.core.checkup import Diagnosis, Edit
from protokit.core.errors import ProtokitError
from protokit.core.values.said import Finding, Notice
from protokit.grammar.document import Document
from protokit.grammar.writing import write
from protokit.recipe.recipe import Recipe
from protokit.workflow.cures.fitting import Builds, fitting, merged, parsed, snippet_of
from protokit.workflow.record.contents import RunResults

# what takes away a column that knows the answer: the score falls, and is true then
_TOO_GOOD = {"leaks", "together", "origins", "leak"}
OTHER_ROWS = "it changes which rows are learned from and which are predicted: the scores would not be of the same ones"
_FALLS = "the score that it is held against is too good to be true: it is to fall"
_TRIED = {"represent": ("columns",), "learn": ()}  # parts of a recipe whose change leaves the rows what they are


@dataclass(frozen=True)
class Cure:
    """A cure that was shown: by which checks, as a piece of a recipe, and the recipe with it in.

    `why` says why it is not tried; there is no recipe then.
    """

    checks: tuple[str, ...]
    edit: str
    recipe: Recipe | None = None
    why: str = ""

    @property
    def key(self) -> str:
        """What stands for the recipe that it makes, or for its edit where there is none."""
        text = self.edit if self.recipe is None else json.dumps(self.recipe.as_plain(), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def cures_of(results: RunResults, recipe: Recipe, fitted: Recipe, builds: Builds | None = None) -> tuple[Cure, ...]:
    """The cures of a run's diagnoses, findings and notices, each alone in the recipe; equal ones are one.

    Edits of findings that are notes, and of notices that tell how to choose otherwise, are no cures.

    `recipe` is the one that was run, `fitted` the same with the menu that was trained.
    """
    diagnoses = (Diagnosis.from_plain(one) for one in results["diagnosis"]["diagnoses"])
    findings = (Finding.from_plain(one) for one in results["findings"])
    advised = [one for one in results["notices"] if one.get("advised")]
    notices = [Notice(one["rule"], tuple(one["columns"]), one["cure"]) for one in advised]
    found = [
        *(_of_diagnosis(one, recipe, fitted, builds) for one in diagnoses if one.edit),
        *(_of_finding(one, recipe) for one in findings if one.edit and one.severity != "note"),
        *(_of_piece("codes", data, recipe) for one in notices if (data := snippet_of(one)) is not None),
    ]
    return _different(found)


def _different(cures: Sequence[Cure]) -> tuple[Cure, ...]:
    """The cures, those that make the same recipe as one of all their checks."""
    kept: dict[str, Cure] = {}
    for one in cures:
        known = kept.get(one.key)
        kept[one.key] = one if known is None else replace(known, checks=(*known.checks, *one.checks))
    return tuple(kept.values())


def _of_diagnosis(one: Diagnosis, recipe: Recipe, fitted: Recipe, builds: Builds | None) -> Cure:
    checks = (one.check,)
    if one.check in _TOO_GOOD:
        return Cure(checks, one.edit, why=_FALLS)
    text = recipe.document.text
    edit, after = fitting(Edit(**one.change), text, fitted, builds)  # type: ignore[arg-type]
    if edit == Edit():
        return Cure(checks, one.edit, why="it does not fit the recipe without the cures before it")
    return Cure(checks, one.edit, Recipe.parse(Document.parse(after).data, folder=recipe.folder))


def _of_finding(one: Finding, recipe: Recipe) -> Cure:
    if one.check in _TOO_GOOD or one.severity == "fatal":
        return Cure((one.check,), one.edit, why=_FALLS)
    try:
        data = Document.parse(one.edit).data
    except ProtokitError:
        data = None
    if not isinstance(data, dict):
        return Cure((one.check,), one.edit, why="it is no piece of a recipe")
    return replace(_of_piece(one.check, data, recipe), edit=one.edit)


def _of_piece(check: str, data: Mapping[str, object], recipe: Recipe) -> Cure:
    """A piece of a recipe as a cure; what it says of the evaluation is nothing to train."""
    edit = write(dict(data)).strip()
    trained = {key: part for key, part in data.items() if key != "evaluate"}
    if not trained:
        return Cure((check,), edit, why="it changes what is measured, and nothing that is trained")
    for section, part in trained.items():
        of = _TRIED.get(section)
        if of is None or (of and not {*cast(Mapping[str, object], part)} <= {*of}):
            return Cure((check,), edit, why=OTHER_ROWS)
    own = recipe.document.data
    changed = parsed(merged(own if isinstance(own, dict) else {}, trained), recipe.folder)
    if changed is None:
        return Cure((check,), edit, why="it does not fit the recipe")
    return Cure((check,), edit, changed)
