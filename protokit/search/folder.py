"""The folder of a search: found, made, and the first files in it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protokit.core.errors import DataError
from protokit.core.files import write_json, write_text
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.cache.entries import key_of
from protokit.workflow.cache.table import write_table
from protokit.workflow.record.folder import environment, written

RECIPE, TABLE, BEST, DEFAULTS, LAST = "recipe.yaml", "table", "best.yaml", "defaults.yaml", "search.json"
# what may be other when a search goes on: it changes nothing of the trials that are over
_MAY_CHANGE = ("trials", "time", "finalists", "seeds", "workers", "mirror")


@dataclass(frozen=True)
class SearchFolder:
    """A search's place on the disk. `key` stands for the recipe and the data together."""

    path: Path
    key: str

    @classmethod
    def new(cls, out: Path, recipe: Recipe, table: Table) -> SearchFolder:
        """The place of a new search; nothing is written."""
        key = _key(recipe, table)
        while True:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            path = out / recipe.name / f"search-{stamp}-{key[:4]}{secrets.token_hex(2)}"
            if not path.exists():
                return cls(path, key)

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


def _key(recipe: Recipe, table: Table) -> str:
    plain = recipe.as_plain()
    search = recipe.search.as_plain()
    asked: Mapping[str, object] = {name: value for name, value in search.items() if name not in _MAY_CHANGE}
    return key_of("search", {**plain, "search": asked}, sorted(table.origin.items()))
