"""Tables larger than the memory: joined, cleaned and split in a database on the disk, and read in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.collect.cells import taken
from protokit.collect.collect import placed, read_source
from protokit.collect.gather import check_names, gather
from protokit.collect.sources import files_of, origin, places_of
from protokit.collect.warehouse import Rows, Stored, Warehouse, parquet_cells
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values import Notice, Step
from protokit.grammar.expressions import quote
from protokit.recipe.parts import By
from protokit.recipe.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CELLS = 100_000_000  # rows times columns of the first table from which on it stays on the disk
_PARTS = ("train", "validation", "test")
_MOST_CLASSES = 1000
_SPELLED = {"train": "train", "training": "train", "validation": "validation", "valid": "validation",
            "val": "validation", "dev": "validation", "test": "test"}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """Rows that stay in the database. Which part a row is in depends on the recipe's seed and its number alone.

    `origin` maps each source to the SHA-256 of its content.
    """

    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    origin: Mapping[str, str]
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

        The index of a frame counts the rows of all parts, from 0.

        Raises:
            DataError: there is no such part or column.
        """
        if part not in _PARTS:
            raise DataError(f"there is no part {part!r}", cure=did_you_mean(part, _PARTS))
        names = self.columns if columns is None else list(columns)
        for name in names:
            if name not in self._rows.columns:
                raise DataError(f"there is no column {name!r}", cure=did_you_mean(name, self.columns))
        yield from self._frames(f"{self._part} = {quote(part)}", names, rows)

    def sample(self, most: Mapping[str, int], classes: Sequence[str], seed: int) -> tuple[pd.DataFrame, np.ndarray]:
        """About as many rows of each part as `most` says, or all of them, and the part of each.

        Of columns that may be `classes`, each value that training rows have is there at least once.
        """
        import numpy as np
        import pandas as pd

        drawn = f"md5_number_lower({quote(f'{seed} sample ')} || rowid) / 18446744073709551616.0::DOUBLE"
        shares = {part: most[part] / max(1, count) for part, count in self.counts.items()}
        wanted = [f"({self._part} = {quote(part)} AND {drawn} < {share!r})" for part, share in shares.items()]
        table, train = self._rows.table, f"{self._part} = {quote('train')}"
        for name in classes:
            inner = self._rows.columns[name].inner
            [different] = self._warehouse.one(f"SELECT approx_count_distinct({inner}) FROM {table} WHERE {train}")
            if different <= _MOST_CLASSES:
                of_each = f"SELECT min(rowid) FROM {table} WHERE {train} GROUP BY {inner}"
                wanted.append(f"rowid IN ({of_each})")
        names = self.columns
        frames = list(self._frames(" OR ".join(wanted), names, 65_536, with_part=True))
        frame = pd.concat(frames) if frames else pd.DataFrame(columns=[*names, self._part])
        return frame[names], np.asarray(frame[self._part].to_numpy(object))

    def _frames(self, where: str, names: list[str], rows: int, *, with_part: bool = False) -> Iterator[pd.DataFrame]:
        import pandas as pd

        inner = [self._rows.columns[name].inner for name in names]
        listed = ", ".join(["rowid", *inner, *([self._part] if with_part else [])])
        for batch in self._warehouse.batches(f"SELECT {listed} FROM {self._rows.table} WHERE {where}", rows):
            cells = {name: taken(batch[c]) for name, c in zip(names, inner, strict=True)}
            if with_part:
                cells[self._part] = batch[self._part]
            yield pd.DataFrame(cells).set_axis(batch["rowid"].to_numpy())


def is_large(recipe: Recipe) -> bool:
    """Whether the recipe's first table is Parquet of so many cells that it stays on the disk, and can be split there.

    Raises:
        DataError: there is no such file, or it is not Parquet.
    """
    name, source = next(iter(recipe.collect.tables.items()), ("", None))
    represent, split = recipe.represent, recipe.represent.split
    whole = split.folds is not None or split.by == "stratified" or recipe.learn.task in {"clustering", "multilabel"}
    named = isinstance(split.test, str) or isinstance(split.validation, str)
    if source is None or source.kind != "parquet" or source.file_column or represent.series or represent.sequence:
        return False
    if whole or named:
        return False
    with placed(recipe, name):
        return parquet_cells(places_of(source, recipe.folder)) >= CELLS


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
        origins: dict[str, str] = {}
        for name, source in recipe.collect.tables.items():
            with placed(recipe, name):
                on_disk = source.kind == "parquet" and not source.file_column
                if on_disk:
                    paths, digest = files_of(source, recipe.folder)
                    tables[name] = warehouse.load_parquet(paths)
                    origins |= origin(name, source, recipe.folder, digest)
            if not on_disk:
                frame, record, _ = read_source(recipe, name)
                tables[name] = warehouse.load_frame(frame)
                origins |= record
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
        sql = by.replace(_GROUP, _text_of(recipe, rows)) if by else _by_time(recipe, warehouse, rows)
        order = ", ".join(f"{row} NULLS FIRST" for row in rows.order)
        select = f"SELECT *, {sql} AS {part} FROM {rows.table} ORDER BY {order}"
        rows = warehouse.create(select, rows.order, rows.columns, drop=rows)
        found = dict(warehouse.run(f"SELECT {part}, count(*) FROM {rows.table} GROUP BY {part}"))
        if None in found:
            raise DataError(f"{found[None]:,} rows are in no part", cure="write train, validation or test in each")
        counts = {name: found.get(name, 0) for name in _PARTS}
        yield Held((*steps, *taken_steps), tuple(notices), origins, counts, warehouse, rows, part)


_GROUP = "<group>"


def _part(recipe: Recipe, first: Rows) -> str:
    """The part of a row as SQL; none yet where it goes by time.

    A row, or its group, is drawn by the first 64 bits of the MD5 of the seed and its number: the same ones on every
    machine and in every version, however the rows are read.
    """
    split = recipe.represent.split
    at = ("represent", "split")
    cure = "write shares, and by: random, {group: COLUMN}, {time: COLUMN} or {column: COLUMN}"
    if split.folds is not None or isinstance(split.test, str) or isinstance(split.validation, str):
        raise recipe.error(at, "folds and tables of their own are split in memory only", cure)
    if isinstance(split.by, By) and split.by.column:
        cases = " ".join(f"WHEN {quote(word)} THEN {quote(part)}" for word, part in _SPELLED.items())
        return f"CASE lower(trim({_GROUP})) {cases} END"
    if split.by == "stratified":
        raise recipe.error((*at, "by"), "this way to split needs all rows in memory", cure)
    if isinstance(split.by, By) and split.by.time:
        return ""
    key = f"'row ' || {first.order[0]}"
    if isinstance(split.by, By):
        key = f"coalesce('group ' || {_GROUP}, {key})"
    drawn = f"md5_number_lower({quote(f'{recipe.seed} ')} || {key}) / 18446744073709551616.0::DOUBLE"
    border = split.test + (1 - split.test) * split.validation
    return f"CASE WHEN {drawn} < {split.test} THEN 'test' WHEN {drawn} < {border} THEN 'validation' ELSE 'train' END"


def _by_time(recipe: Recipe, warehouse: Warehouse, rows: Rows) -> str:
    """The latest rows are for the test, the latest of the others for validation; rows of one time are not parted."""
    split = recipe.represent.split
    assert isinstance(split.by, By) and isinstance(split.test, float) and isinstance(split.validation, float)
    column = _column(recipe, rows, "time")
    at = ("represent", "split", "by", "time")
    if column.family not in {"date", "date with a time zone", "number"}:
        rule = f"{split.by.time!r} holds {column.family}s, and on the disk rows are split by dates or numbers"
        raise recipe.error(at, rule, f"collect: {{clean: [{{parse_dates: {{{split.by.time}: '%Y-%m-%d'}}}}]}}")
    time = column.inner
    [missing] = warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {time} IS NULL")
    if missing:
        cure = f"drop them: collect: {{clean: [{{filter: {split.by.time} is not null}}]}}"
        raise recipe.error(at, f"{missing:,} rows have no {split.by.time!r} to split by", cure)
    borders: list[str] = []
    for share in (split.test, split.validation):
        earlier = f"WHERE {time} < {borders[-1]}" if borders else ""
        [count] = warehouse.one(f"SELECT count(*) FROM {rows.table} {earlier}")
        sql = f"SELECT CAST({time} AS VARCHAR) FROM {rows.table} {earlier} ORDER BY {time} LIMIT 1 OFFSET"
        found = warehouse.run(f"{sql} {int(count * (1 - share))}")
        if not found:
            raise DataError(f"too few different times in {split.by.time!r} to split by", cure="split by another column")
        borders.append(f"CAST({quote(found[0][0])} AS {column.type})")
    late, later = borders[1], borders[0]
    return f"CASE WHEN {time} >= {later} THEN 'test' WHEN {time} >= {late} THEN 'validation' ELSE 'train' END"


def _text_of(recipe: Recipe, rows: Rows) -> str:
    """The column that the split goes by, as text."""
    by = recipe.represent.split.by
    if not isinstance(by, By):
        return ""
    return f"CAST({_column(recipe, rows, 'group' if by.group else 'column').inner} AS VARCHAR)"


def _column(recipe: Recipe, rows: Rows, key: str) -> Stored:
    """The column that the split names."""
    name = str(getattr(recipe.represent.split.by, key))
    if name not in rows.columns:
        cure = did_you_mean(name, list(rows.columns))
        raise recipe.error(("represent", "split", "by", key), f"no column {name!r} in the data", cure)
    return rows.columns[name]
