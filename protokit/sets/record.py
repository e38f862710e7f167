"""The folder of an experiment on several sets: found, or made with the first files in it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.core.files import write_json, write_text
from protokit.core.outside import access
from protokit.core.runs import new_folder
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.earlier import Earlier
from protokit.sets.growing.start import noted
from protokit.sets.member import Member
from protokit.workflow.cache.entries import key_of
from protokit.workflow.record.folder import written
from protokit.workflow.record.machine import environment


@dataclass(frozen=True)
class SetsFolder:
    """The experiment's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def of(
        cls, out: Path, recipe: Recipe, members: Sequence[Member], *, resume: bool, earlier: Earlier | None
    ) -> SetsFolder:
        """A new folder; with `resume` that of the last experiment of the same recipe and data, where there is one.

        `earlier` is the experiment that it goes on from.
        """
        origins = {m.name: sorted(m.prepared.table.origin.items()) for m in members}
        key = key_of("sets", recipe.as_plain(), origins, *([earlier.path.name] if earlier is not None else []))
        for path in sorted((out / recipe.name).glob("sets-*/environment.json"), reverse=True) if resume else ():
            try:
                if json.loads(path.read_text(encoding="utf-8")).get("key") == key:
                    return cls(path.parent, key)
            except (OSError, ValueError, AttributeError):
                continue
        path = new_folder(out, recipe.name, key, "sets")
        access.made(path, recipe.reach)
        write_text(path / "recipe.yaml", written(recipe))
        place = os.path.relpath(recipe.folder.resolve(), path.resolve())
        inputs = {name: digest for member in members for name, digest in member.prepared.table.origin.items()}
        made_of = {"key": key, "name": recipe.name, "inputs": inputs, "folder": Path(place).as_posix()}
        write_json(path / "environment.json", {**environment(), **made_of, **noted(recipe, earlier, path)})
        return cls(path, key)
