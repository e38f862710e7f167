"""The folder of a search: found, made, and the first files in it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protokit.core.errors import DataError, ProtokitError
from protokit.core.files import write_json, write_text
from protokit.core.runs import new_folder
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.search.log import LOG
from protokit.search.look.view import shown
from protokit.workflow.cache.entries import key_of
from protokit.workflow.cache.table import write_table
from protokit.workflow.check import as_recipe
from protokit.workflow.record.folder import written
from protokit.workflow.record.machine import environment

RECIPE, TABLE, BEST, DEFAULTS, LAST = "recipe.yaml", "table", "best.yaml", "defaults.yaml", "search.json"
# what may be other when a search goes on: it changes nothing of the trials that are over
_MAY_CHANGE = ("trials", "time", "finalists", "seeds", "workers", "mirror")
_MOST_CHANGES = 5


@dataclass(frozen=True)
class SearchFolder:
    """A search's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def new(cls, out: Path, recipe: Recipe, table: Table) -> SearchFolder:
        """The place of a new search; nothing is written."""
        key = _key(recipe, table)
        return cls(new_folder(out, recipe.name, key, "search"), key)

    def make(self, recipe: Recipe, table: Table) -> None:
        """Write the recipe as it is written, the table, and the environment.

        Raises:
            DataError: the disk refused, or the table holds what cannot be kept and there are several workers.
        """
        path = self.path
        write_text(path / RECIPE, written(recipe))
        try:
            write_table(path / TABLE, table)
        except DataError:
            if recipe.search.workers != 1:  # the one worker in this process has the table in memory
                raise
        place = os.path.relpath(recipe.folder.resolve(), path.resolve())
        made_of = {"key": self.key, "name": recipe.name, "inputs": dict(table.origin), "folder": Path(place).as_posix()}
        write_json(path / "environment.json", {**environment(), **made_of})

    @classmethod
    def find(cls, out: Path, recipe: Recipe, table: Table) -> SearchFolder | None:
        """The last search of the same recipe on the same data, or None."""
        key = _key(recipe, table)
        for path in sorted((out / recipe.name).glob("search-*/environment.json"), reverse=True):
            try:
                if json.loads(path.read_text(encoding="utf-8")).get("key") == key:
                    return cls(path.parent, key)
            except (OSError, ValueError, AttributeError):
                continue
        return None

    @classmethod
    def told_of_none(cls, out: Path, recipe: Recipe, table: Table, *, in_memory: bool = False) -> str:
        """Why no search goes on: what differs from the last one under the same name, and how that one goes on.

        `in_memory` says that its table is a frame, which no command can name.
        """
        place = out / recipe.name
        last = max((one.parent for one in place.glob(f"search-*/{LOG}")), default=None)
        if last is None:
            return f"there is no search in {place} to go on with: a new one begins"
        told = f"no search in {place} is of this recipe and data: a new one begins"
        differs = _differs(last, recipe, table)
        few = ", ".join(differs[:_MOST_CHANGES]) + f" and {len(differs) - _MOST_CHANGES} more" * (
            len(differs) > _MOST_CHANGES
        )
        told += f"; the last one differs in {few}" if few else ""
        where = "" if out == Path("runs") else f" -o {out}"
        again = f"protokit tune {last / RECIPE} --set name={recipe.name}{where} --resume"
        if in_memory:
            of = f'"{last / RECIPE}", TABLE, set=["name={recipe.name}"], out="{out}"'
            again = f"protokit.tune({of}, resume=True)"
        return f"{told}; that one goes on with: {again}"

    @property
    def figures(self) -> dict[str, Any]:
        """What the end of the search has written; empty where it has not come to it."""
        return figures_in(self.path)


def figures_in(folder: Path) -> dict[str, Any]:
    """What `search.json` of a folder holds; empty where there is none, or it cannot be read."""
    try:
        found = json.loads((folder / LAST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _differs(folder: Path, recipe: Recipe, table: Table) -> list[str]:
    """What a search has other than a recipe and its data; nothing where that cannot be told."""
    try:
        before, now = (_asked(one) for one in (as_recipe(folder / RECIPE), recipe))
        inputs = json.loads((folder / "environment.json").read_text(encoding="utf-8"))["inputs"]
    except (ProtokitError, OSError, ValueError, KeyError, TypeError):
        return []
    names = dict.fromkeys((*inputs, *table.origin))
    changed = [name for name in names if inputs.get(name) != table.origin.get(name)]
    data = [f"the data ({', '.join(changed)})"] if changed else []
    return [*_changes({**before, "name": None}, {**now, "name": None}), *data]


def _changes(before: object, now: object, path: tuple[str, ...] = ()) -> list[str]:
    """Where two pieces of plain data differ, each with what it was."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        names = dict.fromkeys((*before, *now))
        return [one for name in names for one in _changes(before.get(name), now.get(name), (*path, str(name)))]
    return [] if before == now else [f"{'.'.join(path)} ({shown(before, 40)} there, {shown(now, 40)} now)"]


def _key(recipe: Recipe, table: Table) -> str:
    return key_of("search", _asked(recipe), sorted(table.origin.items()))


def _asked(recipe: Recipe) -> dict[str, object]:
    """The recipe without what may be other when a search goes on."""
    search = {name: value for name, value in recipe.search.as_plain().items() if name not in _MAY_CHANGE}
    return {**recipe.as_plain(), "search": search}
