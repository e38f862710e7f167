"""The folder of a run: found, made, and the first files in it. Every file is written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.bundle.requirements import requirements
from protokit.core.errors import ProtokitError
from protokit.core.files import write_json, write_text
from protokit.core.outside import access
from protokit.core.runs import LAST, new_folder
from protokit.core.values.said import Finding, Notice
from protokit.core.values.tables import Table
from protokit.grammar.document import Document
from protokit.grammar.writing import write
from protokit.learn.parts.part import source_hash
from protokit.menu import catalogue
from protokit.menu.reading.weight_files import digests
from protokit.menu.slots import label
from protokit.recipe.recipe import Recipe
from protokit.recipe.space import Space
from protokit.recipe.starting import start_digest
from protokit.represent.represented import Represented
from protokit.workflow.record.contents import Audit
from protokit.workflow.record.machine import LIBRARIES, environment


@dataclass(frozen=True)
class RunFolder:
    """A run's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def create(
        cls,
        out: Path,
        recipe: Recipe,
        fitted: Recipe,
        table: Table,
        own: Mapping[str, object] | None = None,
        weights: Mapping[str, str] | None = None,
    ) -> RunFolder:
        """A new folder with the recipe, as it is and fitted to the data, and the environment in it.

        `own` are a person's baselines, `weights` the files of weights that were read, with their digests.
        """
        key = _key(recipe, table, own)
        path = new_folder(out, recipe.name, key)
        access.made(path, recipe.reach)
        write_text(path / "recipe.yaml", written(recipe))
        write_text(path / "resolved.yaml", fitted.write())
        place = os.path.relpath(recipe.folder.resolve(), path.resolve())
        given = {**table.origin, **(weights or {}), **start_digest(recipe.learn, recipe.folder)}
        parts = {"parts": found} if (found := _parts(recipe)) else {}
        made_of = {**parts, "key": key, "inputs": given, "folder": Path(place).as_posix()}
        more = () if recipe.learn.backend in LIBRARIES else (recipe.learn.backend,)
        write_json(path / "environment.json", {**environment(more), **made_of})
        return cls(path, key)

    @classmethod
    def find(cls, out: Path, recipe: Recipe, table: Table, own: Mapping[str, object] | None = None) -> RunFolder | None:
        """The last run of the same recipe on the same data, against the same baselines of a person's own, or None."""
        key = _key(recipe, table, own)
        for path in sorted((out / recipe.name).glob("*/environment.json"), reverse=True):
            try:
                if json.loads(path.read_text(encoding="utf-8")).get("key") == key:
                    return cls(path.parent, key)
            except (OSError, ValueError):
                continue
        return None

    @staticmethod
    def of_other_code(out: Path, recipe: Recipe) -> Notice | None:
        """That the last run of this recipe, which did not come to its end, was of other code; None where it was not."""
        now, text = _parts(recipe), written(recipe)
        for path in sorted((out / recipe.name).glob("*/environment.json"), reverse=True):
            try:
                before = json.loads(path.read_text(encoding="utf-8")).get("parts", {})
                if (path.parent / "recipe.yaml").read_text(encoding="utf-8") != text:
                    continue
            except (OSError, ValueError):
                continue
            changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
            if not changed or (path.parent / LAST).exists():
                return None
            rule = f"the code of the {', the '.join(changed)} has changed: the run begins anew"
            return Notice(rule, (), f"put the code back to go on with {path.parent.name}")
        return None

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return (self.path / LAST).exists()

    def snapshot(self, fold: int, seed: int) -> Path:
        """The file with the state of one network's training, while the run is not complete."""
        return self.path / f"snapshot-{fold + 1}-{seed + 1}.safetensors"

    def write_audit(
        self,
        recipe: Recipe,
        table: Table,
        folds: Sequence[Represented],
        findings: Sequence[Finding],
        further: Sequence[Notice] = (),
    ) -> Audit:
        """Write `audit.json`: what the audit found, and what was decided for the person."""
        found = dict.fromkeys(notice for fold in folds for notice in fold.notices if not notice.of_menu)
        notices = [notice.as_plain() for notice in (*table.notices, *found, *further, *_slots(recipe))]
        audit: Audit = {"findings": [finding.as_plain() for finding in findings], "notices": notices}
        write_json(self.path / "audit.json", audit)
        return audit


def written(recipe: Recipe) -> str:
    """The recipe as it was written, with what was set beside it; what says nothing else is left to its default."""
    document = recipe.document
    if document.text and not document.settings and not document.is_part:
        return document.text
    try:
        text = write(document.data)
        again = Recipe.parse(Document.parse(text).data, folder=recipe.folder)
        beside = {"name": recipe.name, "search": recipe.search.as_plain()}  # which change nothing of a run
        if {**again.as_plain(), **beside} == {**recipe.as_plain(), **beside}:
            return text
    except (ProtokitError, TypeError, AttributeError):  # layers as Python objects have no text of their own
        pass
    return recipe.write()


def _slots(recipe: Recipe) -> list[Notice]:
    """What was taken where the recipe leaves it open."""
    chosen = Space(recipe).defaults
    if not chosen:
        return []
    values = ", ".join(f"{name} = {label(value)}" for name, value in chosen.items())
    cure = "write the values to choose others, or let `protokit tune` search them"
    return [Notice(f"slots are at their defaults: {values}", (), cure)]


def _key(recipe: Recipe, table: Table, own: Mapping[str, object] | None) -> str:
    against = [sorted((str(name), repr(one)) for name, one in own.items())] if isinstance(own, Mapping) and own else []
    weights = sorted({**digests(recipe.network, recipe.folder), **start_digest(recipe.learn, recipe.folder)}.items())
    parts = [found] if (found := _parts(recipe)) else []  # other code is another training
    given = [sorted(table.origin.items()), *([weights] if weights else []), *against, *parts]
    text = json.dumps([recipe.as_plain(), *given], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _parts(recipe: Recipe) -> dict[str, str]:
    """What is not Keras's or protokit's own in the training and in the network, each with a hash of its code."""
    found = {f"{part.noun} {part.name}": part.source for part in recipe.learn.parts()}
    for one in requirements(recipe.network, (), ()):
        layer = catalogue.find("layers", one["name"])
        if layer is not None and layer.own is not None:
            by = (one["package"], one["version"]) if one["package"] else ()
            found[f"layer {one['name']}"] = " ".join(filter(None, (source_hash(layer.own), *by)))
    return dict(sorted(found.items()))
