"""The step `collect` of a recipe: its errors get their places in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from protokit.bundle.input_schema import InputSchema
from protokit.cells.missing import Notations
from protokit.collect import large
from protokit.collect.collect import collect
from protokit.collect.database.dealing import Deal
from protokit.collect.large import Held
from protokit.collect.words import Times
from protokit.core.errors import SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.times import asked
from protokit.represent.words import By


@dataclass(frozen=True)
class Wanted:
    """What the rest of a recipe asks of its tables: see `protokit.collect.collect.collect`."""

    stacked: tuple[str, ...]
    texts: frozenset[str]
    apart: frozenset[str]
    notations: Notations
    times: Times

    @classmethod
    def of(cls, recipe: Recipe) -> Wanted:
        """That of a recipe."""
        split, represent = recipe.represent.split, recipe.represent
        stacked = tuple(name for name in (split.test, split.validation) if isinstance(name, str))
        apart = represent.told_apart
        if recipe.evaluate.labels is not None:
            apart |= {recipe.evaluate.labels}
        if recipe.learn.of_task is not None and recipe.learn.of_task.numeric:
            apart -= set(represent.targets)
        return cls(stacked, texts_of(recipe), apart, represent.written_numbers, times_of(recipe))


def collected(recipe: Recipe, table: object = None) -> Table:
    """The rows of the recipe's tables, joined and cleaned; a data frame may stand for its tables.

    Raises:
        SpecError: a step of joining or cleaning does not fit the columns.
        DataError: a table cannot be read, or is not what a step says.
    """
    wanted = Wanted.of(recipe)
    with recipe.document.placing():
        return collect(recipe.collect, recipe.folder, table, **vars(wanted))


_OF_TEXTS = ("csv", "html")  # kinds of tables of which every cell is a text


def texts_of(recipe: Recipe) -> frozenset[str]:
    """The collected columns that stay as they are written: codes, and numbers of texts whose marks are said."""
    of_texts = all(source.kind in _OF_TEXTS for source in recipe.collect.tables.values())
    return recipe.represent.as_written.union(recipe.represent.written_numbers if of_texts else ())


def intake_of(recipe: Recipe, table: Table, columns: Sequence[str]) -> InputSchema:
    """How later tables come to some of the collected columns."""
    written = (texts_of(recipe), table.clean, recipe.represent.written_numbers, table.notations)
    return InputSchema.of(recipe.collect, columns, *written)


def times_of(recipe: Recipe) -> Times:
    """The collected columns by which time goes, and those of which the recipe says how they are read."""
    represent = recipe.represent
    said = {name for name in represent.columns if represent.kind(name) != "date" or asked(represent, name).order}
    return Times(represent.by_time, frozenset(said))


def stays_on_disk(recipe: Recipe) -> bool:
    """Whether the recipe's first table is so large that it stays on the disk, and can be split there.

    Raises:
        DataError: there is no such file, or it is not Parquet.
    """
    represent, split = recipe.represent, recipe.represent.split
    task = recipe.learn.of_task
    whole = (
        split.folds is not None
        or represent.gives_back
        or split.way not in _ON_DISK
        or not (task is None or task.on_disk)
    )
    named = isinstance(split.test, str) or isinstance(split.validation, str) or represent.gives_back
    if whole or named or isinstance(represent.target, dict) or represent.series or represent.sequence:
        return False
    with recipe.document.placing():
        return large.is_large(recipe.collect, recipe.folder)


# ways to split that a database deals; None: at random
_ON_DISK = (None, "random", "group", "time", "column")


@contextmanager
def held(recipe: Recipe, *, memory: str = "512MB", threads: int | None = None) -> Iterator[Held]:
    """The recipe's tables, joined, cleaned and split on the disk; `memory` is what the database may use of it.

    Raises:
        SpecError: a step does not fit the columns, or the split is one that needs all rows in memory.
        DataError: a table cannot be read, or is not what a step says.
    """
    with ExitStack() as database:
        with recipe.document.placing():
            rows = large.held(
                recipe.collect,
                recipe.folder,
                _deal(recipe),
                memory=memory,
                threads=threads,
                texts=texts_of(recipe),
                notations=recipe.represent.written_numbers,
                apart=Wanted.of(recipe).apart,
                times=times_of(recipe),
            )
            kept = database.enter_context(rows)
        yield kept


def _deal(recipe: Recipe) -> Deal:
    """How the recipe's split deals rows on the disk.

    Raises:
        SpecError: it needs all rows in memory.
    """
    split, path = recipe.represent.split, ("represent", "split")
    cure = "write shares, and by: random, {group: COLUMN}, {time: COLUMN} or {column: COLUMN}"
    if split.folds is not None or not isinstance(split.test, float) or not isinstance(split.validation, float):
        raise SpecError.one("folds and tables of their own are split in memory only", cure, path)
    if split.way not in _ON_DISK:
        raise SpecError.one("this way to split needs all rows in memory", cure, (*path, "by"))
    by = split.by if isinstance(split.by, By) else By()
    if by.column:
        return Deal(split.test, split.validation, "column", by.column, recipe.seed)
    if by.time:
        return Deal(split.test, split.validation, "time", by.time, recipe.seed, asked(recipe.represent, by.time))
    if by.group:
        return Deal(split.test, split.validation, "group", by.group, recipe.seed)
    return Deal(split.test, split.validation, "random", "", recipe.seed)
