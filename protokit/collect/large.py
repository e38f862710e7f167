"""Tables larger than the memory: joined, cleaned and split in a database on the disk, and read in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.collect.cells import taken
from protokit.collect.collect import placed, read_source
from protokit.collect.gather import check_names, gather
from protokit.collect.sources import single_file
from protokit.collect.warehouse import Rows, Warehouse
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Notice, Step
from protokit.recipe.parts import By
from protokit.recipe.recipe import Recipe
from protokit.recipe.sql import quote

if TYPE_CHECKING:
    import pandas as pd

_PARTS = ("train", "validation", "test")
_SPELLED = {"train": "train", "training": "train", "validation": "validation", "valid": "validation",
            "val": "validation", "dev": "validation", "test": "test"}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """Rows that stay in the database. Which part a row is in depends on the recipe's seed and its number alone."""

    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    counts: Mapping[str, int]
    _warehouse: Warehouse
    _rows: Rows
    _part: str

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._rows.columns)

    def batches(self, part: str, columns: Sequence[str] | None = None, *, rows: int = 65_536) -> Iterator[pd.DataFrame]:
        """The rows of a part in the order of the first table, in frames of about `rows` rows.

        Raises:
            DataError: there is no such part or column.
        """
        import pandas as pd

        if part not in _PARTS:
            raise DataError(f"there is no part {part!r}", cure=did_you_mean(part, _PARTS))
        names = self.columns if columns is None else list(columns)
        for name in names:
            if name not in self._rows.columns:
                raise DataError(f"there is no column {name!r}", cure=did_you_mean(name, self.columns))
        inner = [self._rows.columns[name].inner for name in names]
        where = f"FROM {self._rows.table} WHERE {self._part} = {quote(part)}"
        for batch in self._warehouse.batches(f"SELECT {', '.join(inner)} {where}", rows):
            yield pd.DataFrame({name: taken(batch[c]) for name, c in zip(names, inner, strict=True)})


@contextmanager
def held(recipe: Recipe, *, memory: str = "512MB", threads: int | None = None) -> Iterator[Held]:
    """The recipe's tables, joined, cleaned and split on the disk; Parquet never passes through Python's memory.

    `memory` is what the database may use of it. Sources other than Parquet are read as always, and have to fit.

    Raises:
        SpecError: a step does not fit the columns, or the split is one that needs all rows in memory.
        DataError: a table cannot be read, or is not what a step says.
    """
    if not recipe.collect.tables:
        raise recipe.error(("collect",), "no table to collect", "name one under collect.tables")
    if any(spec.aggregate for spec in recipe.collect.join):
        threads = 1
    with Warehouse(memory=memory, threads=threads, on_disk=True) as warehouse:
        tables: dict[str, Rows] = {}
        steps: list[Step] = []
        for name, source in recipe.collect.tables.items():
            with placed(recipe, name):
                path = single_file(source, recipe.folder) if source.kind == "parquet" else None
                if path is not None:
                    tables[name] = warehouse.load_parquet(path)
            if path is None:
                tables[name] = warehouse.load_frame(read_source(recipe, name)[0])
            rows = tables[name]
            steps.append(Step(f"read {name}", rows.count, rows.count, f"{len(rows.columns)} columns"))
        check_names(recipe, {name: list(rows.columns) for name, rows in tables.items()})
        by = _part(recipe, tables[next(iter(tables))])
        warehouse.lock()
        rows, taken_steps, notices = gather(recipe, warehouse, tables[next(iter(tables))], tables)
        for name, column in rows.columns.items():
            if not column.inner:
                raise DataError(f"the cells of {name!r} are no numbers, texts, dates or booleans", cure="drop it")
        part = warehouse.fresh("p")
        sql = by.replace(_GROUP, _text_of(recipe, rows))
        order = ", ".join(f"{row} NULLS FIRST" for row in rows.order)
        select = f"SELECT *, {sql} AS {part} FROM {rows.table} ORDER BY {order}"
        rows = warehouse.create(select, rows.order, rows.columns, drop=rows)
        found = dict(warehouse.run(f"SELECT {part}, count(*) FROM {rows.table} GROUP BY {part}"))
        if None in found:
            raise DataError(f"{found[None]:,} rows are in no part", cure="write train, validation or test in each")
        counts = {name: found.get(name, 0) for name in _PARTS}
        yield Held((*steps, *taken_steps), tuple(notices), counts, warehouse, rows, part)


_GROUP = "<group>"


def _part(recipe: Recipe, first: Rows) -> str:
    """The part of a row as SQL.

    A row, or its group, is drawn by the first 64 bits of the MD5 of the seed and its number: the same ones on every
    machine and in every version, however the rows are read.
    """
    split = recipe.represent.split
    at = ("represent", "split")
    cure = "write shares, and by: random, {group: COLUMN} or {column: COLUMN}"
    if split.folds is not None or isinstance(split.test, str) or isinstance(split.validation, str):
        raise recipe.error(at, "folds and tables of their own are split in memory only", cure)
    if isinstance(split.by, By) and split.by.column:
        cases = " ".join(f"WHEN {quote(word)} THEN {quote(part)}" for word, part in _SPELLED.items())
        return f"CASE lower(trim({_GROUP})) {cases} END"
    if split.by == "stratified" or (isinstance(split.by, By) and split.by.time):
        raise recipe.error((*at, "by"), "this way to split needs all rows in memory", cure)
    key = f"'row ' || {first.order[0]}"
    if isinstance(split.by, By):
        key = f"coalesce('group ' || {_GROUP}, {key})"
    drawn = f"md5_number_lower({quote(f'{recipe.seed} ')} || {key}) / 18446744073709551616.0::DOUBLE"
    border = split.test + (1 - split.test) * split.validation
    return f"CASE WHEN {drawn} < {split.test} THEN 'test' WHEN {drawn} < {border} THEN 'validation' ELSE 'train' END"


def _text_of(recipe: Recipe, rows: Rows) -> str:
    """The column that the split goes by, as text."""
    by = recipe.represent.split.by
    if not isinstance(by, By):
        return ""
    key = "group" if by.group else "column"
    name = str(getattr(by, key))
    if name not in rows.columns:
        cure = did_you_mean(name, list(rows.columns))
        raise recipe.error(("represent", "split", "by", key), f"no column {name!r} in the data", cure)
    return f"CAST({rows.columns[name].inner} AS VARCHAR)"
