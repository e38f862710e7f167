"""What a run prepares before it trains, kept by what it was made of: the content of the files, and the recipe.

Two entries: the collected table, and what is represented and audited of it, so that a recipe whose columns are changed
still finds its table. The code of protokit and the versions of the libraries are part of the key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from protokit.collect.headers import reading
from protokit.collect.words import Times
from protokit.core.values.said import Finding, Step
from protokit.core.values.tables import Table
from protokit.evaluate.audit.check import CHECKS
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.kind import KINDS
from protokit.represent.represented import Represented
from protokit.represent.splitting import way_of
from protokit.workflow.cache import entries
from protokit.workflow.cache.entries import Shelf
from protokit.workflow.cache.values import as_plain, from_plain
from protokit.workflow.run.collecting import Wanted

_LIBRARIES = ("numpy", "pandas", "scikit-learn", "duckdb", "scipy")
FROM_CACHE = "from the cache"
_FIELDS = ("split", "train", "validation", "test", "notices", "steps", "positions", "source")


@dataclass(frozen=True)
class Cache:
    """The keys of a run's table and of what is made of it; the table is None where a table has to be read anew."""

    table_key: str
    represented_key: str
    recipe: Recipe

    @classmethod
    def of(cls, recipe: Recipe) -> Cache | None:
        """That of a recipe; None where a source cannot say what it holds without being read, and of things of other
        packages, whose code is not part of the key.

        Raises:
            DataError: a file is not there.
        """
        parts = [*recipe.collect.tables.values(), *recipe.collect.clean]
        if any(_is_foreign(part) for part in parts):
            return None
        found = {}
        for name, source in recipe.collect.tables.items():
            with recipe.document.placing(), reading(name, source):
                found[name] = source.content_version(recipe.folder)
        if not found or None in found.values():
            return None
        plain = recipe.as_plain()
        wanted = {name: _in_order(part) for name, part in vars(Wanted.of(recipe)).items()}
        code = entries.of_code(Path(__file__).parents[2])
        made_by, folder = (code, _libraries()), str(recipe.folder.resolve())
        table_key = entries.key_of("table", made_by, folder, list(found.items()), plain.get("collect"), wanted)
        rest = {name: part for name, part in plain.items() if name not in {"collect", "name"}}
        return cls(table_key, entries.key_of("represented", table_key, rest), recipe)

    def table(self) -> Table | None:
        """The table of an earlier run, if it is kept."""
        found = entries.read(self.table_key, from_plain)
        return replace(found, steps=_marked(found.steps)) if isinstance(found, Table) else None

    def keep_table(self, table: Table) -> None:
        """Keep a table for later runs."""
        entries.keep(self.table_key, lambda shelf: as_plain(table, shelf))

    def represented(self, table: Table) -> tuple[tuple[Represented, ...], tuple[Finding, ...]] | None:
        """What an earlier run made of the table, and what the audit found in it."""

        def restored(plain: object, shelf: Shelf) -> tuple[tuple[Represented, ...], tuple[Finding, ...]]:
            folds, findings = from_plain(plain, shelf)
            return tuple(_fold(parts, table, self.recipe) for parts in folds), findings

        found = entries.read(self.represented_key, restored)
        return found if isinstance(found, tuple) else None

    def keep_represented(self, folds: Sequence[Represented], findings: tuple[Finding, ...]) -> None:
        """Keep what was made of a table of rows; series, sequences and clusters are made anew each time."""
        way = way_of(self.recipe.represent.split)
        if self.recipe.learn.form == "clusters" or _is_foreign(way) or any(map(_is_foreign, CHECKS.all().values())):
            return
        if not all(_is_whole(fold) for fold in folds):
            return
        targets = list(self.recipe.represent.targets)
        parts = [
            {"encoder": fold.encoder, "targets": fold.frame[targets], **{name: getattr(fold, name) for name in _FIELDS}}
            for fold in folds
        ]
        entries.keep(self.represented_key, lambda shelf: as_plain((parts, findings), shelf))


def _in_order(part: Any) -> list[object]:
    """What is wanted of a table, in one order for equal parts."""
    if isinstance(part, Times):
        return [sorted(part.by), sorted(part.said)]
    return sorted(part.items() if isinstance(part, Mapping) else part)


@cache
def _libraries() -> list[tuple[str, str]]:
    return [(name, version(name)) for name in _LIBRARIES]


def _fold(parts: Mapping[str, Any], table: Table, recipe: Recipe) -> Represented:
    positions, encoder, targets = parts["positions"], parts["encoder"], parts["targets"]
    assert isinstance(encoder, Encoder)
    frame = table.frame if len(positions) == len(table.frame) else table.frame.iloc[positions]
    frame = frame.set_axis(parts["source"].index())
    for name in targets.columns:  # texts such as $1,000 are numbers by now
        frame[name] = targets[name].to_numpy()
    kept = {name: parts[name] for name in _FIELDS}
    return Represented(encoder.at(recipe.folder), frame=encoder.examples(frame), **kept)


def _is_foreign(thing: object) -> bool:
    """Whether a thing is of another package, or of a person's own code."""
    kind = thing if isinstance(thing, type) else type(thing)
    return thing is not None and not kind.__module__.startswith("protokit.")


def _is_whole(fold: Represented) -> bool:
    """Whether all that a fold was made of is in the table: no files that cells name, no code of other packages."""
    encoder = fold.encoder
    if not isinstance(encoder, Encoder) or encoder.grouping or fold.sample is not None:
        return False
    files = any(column.reads_files for column in encoder.own)
    return not files and all(kind in KINDS.house() for kind in encoder.kinds.values())


def _marked(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps, with a word in the first that nothing was read."""
    first, *rest = steps
    return (replace(first, detail=f"{first.detail}, {FROM_CACHE}"), *rest)
