"""Tables larger than the memory: joined, cleaned and split in a database on the disk, and read in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.cells.missing import UNSAID, Notations, met
from protokit.collect.collect import read_source
from protokit.collect.column_flow import (
    cast_by_notation,
    cast_to_texts,
    check_names,
    mentioned,
    readings_after,
    said_of_casts,
    traced,
)
from protokit.collect.database.as_written import doubtful_marks, notations_of
from protokit.collect.database.cells import placed, taken
from protokit.collect.database.dealing import PARTS, Deal, dealt
from protokit.collect.database.gaps import filled
from protokit.collect.database.warehouse import Rows, Stored, Warehouse, parquet_cells, parquet_shape
from protokit.collect.disk.loading import as_computers_write, load_delimited, load_parquet, on_disk
from protokit.collect.frames import told_of
from protokit.collect.gather import gather
from protokit.collect.headers import reading
from protokit.collect.readers.csv import Csv
from protokit.collect.stacking import Readings
from protokit.collect.words import TIMELESS, Collect, Times
from protokit.core.errors import DataError, SpecError
from protokit.core.names import counted
from protokit.core.rows import SourceRows, of_files
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice, Step
from protokit.grammar.expressions import quote

CELLS = 100_000_000  # rows times columns of the first table from which on it stays on the disk
_MOST_CLASSES = 1000


@dataclass(frozen=True)
class Held:
    """Rows that stay in the database. Which part a row is in depends on the deal's seed and its number alone.

    `origin` maps each source to the SHA-256 of its content; `clean` are the steps of cleaning as the rows decided them.
    """

    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    origin: Mapping[str, str]
    counts: Mapping[str, int]
    clean: tuple[object, ...]
    _warehouse: Warehouse
    _rows: Rows
    _part: str
    _gaps: frozenset[str] = frozenset()  # the columns of true and false with missing cells
    _files: tuple[tuple[str, int], ...] = ()  # of the first table, with their rows
    notations: Readings = field(default_factory=dict)  # see `Table`

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._rows.columns)

    def batches(self, part: str, columns: Sequence[str] | None = None, *, rows: int = 65_536) -> Iterator[pd.DataFrame]:
        """The rows of a part in the order of the first table, in frames of about `rows` rows.

        The index of a frame says which row of the first table's source each is: see `SourceRows.index`.

        Raises:
            DataError: there is no such part or column.
        """
        if part not in PARTS:
            raise DataError(f"there is no part {part!r}", cure=did_you_mean(part, PARTS))
        names = self.columns if columns is None else list(columns)
        for name in names:
            if name not in self._rows.columns:
                raise DataError(f"there is no column {name!r}", cure=did_you_mean(name, self.columns))
        for frame in self._frames(f"{self._part} = {quote(part)}", names, rows):
            yield frame.set_axis(self.source_rows(frame.index.to_numpy()).index())

    def source_rows(self, numbers: np.ndarray) -> SourceRows:
        """Where rows of the first table stand in its files, by their numbers through all of them, from 0."""
        return of_files(numbers, self._files)

    def sample(self, most: Mapping[str, int], classes: Sequence[str], seed: int) -> tuple[pd.DataFrame, np.ndarray]:
        """About as many rows of each part as `most` says, or all of them, and the part of each.

        The frame's index has the row's number in the first table, from 0.
        Of columns that may be `classes`, each value that training rows have is there at least once.
        """
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
        inner = [self._rows.columns[name].inner for name in names]
        number = self._rows.order[0]
        listed = ", ".join([number, *inner, *([self._part] if with_part else [])])
        for batch in self._warehouse.batches(f"SELECT {listed} FROM {self._rows.table} WHERE {where}", rows):
            zones = [self._rows.columns[name].zone for name in names]
            cells = {n: placed(taken(batch[c]), zone) for n, c, zone in zip(names, inner, zones, strict=True)}
            for name in self._gaps.intersection(names):
                cells[name] = cells[name].astype(object)
            if with_part:
                cells[self._part] = batch[self._part]
            yield pd.DataFrame(cells).set_axis(batch[number].to_numpy())


def is_large(spec: Collect, folder: Path) -> bool:
    """Whether the first table is Parquet or CSV of so many cells that it stays on the disk.

    Raises:
        DataError: there is no such file, or it is not what it should be.
    """
    for name, source in spec.tables.items():
        if not on_disk(source):
            return False
        with reading(name, source):
            if isinstance(source, Csv):
                return source.is_about(CELLS, folder)
            return parquet_cells(source.fetched(folder)) >= CELLS
    return False


@contextmanager
def held(
    spec: Collect,
    folder: Path,
    deal: Deal,
    *,
    memory: str = "512MB",
    threads: int | None = None,
    texts: Collection[str] = (),
    notations: Notations = UNSAID,
    apart: Collection[str] = (),
    times: Times = TIMELESS,
) -> Iterator[Held]:
    """The tables, joined, cleaned and dealt to parts on the disk; Parquet and CSV never are in Python's memory.

    `memory` is what the database may use of it. Other sources are read as always, and have to fit. The columns in
    `texts` keep their cells as they are written where no join and no step asks for them; see `collect` of the others.

    Raises:
        SpecError: a step or the deal does not fit the columns.
        DataError: a table cannot be read, or is not what a step says.
    """
    spec = spec.with_times(times)
    if not spec.tables:
        raise SpecError.one("no table to collect", "name one under collect.tables", ("collect",))
    spec = said_of_casts(spec, notations)
    if any(join.aggregate for join in spec.join):
        threads = 1
    with Warehouse(memory=memory, threads=threads, on_disk=True) as warehouse:
        tables: dict[str, Rows] = {}
        steps: list[Step] = []
        origins: dict[str, str] = {}
        told: list[Notice] = []
        written = _untouched(spec, texts)
        keys = traced(spec, (), keys=True)
        kept_apart = traced(spec, apart, keys=True)
        said_of = notations_of(spec, next(iter(spec.tables)), notations)
        texts_of_keys: dict[str, Mapping[str, Stored]] = {}
        of_first: tuple[tuple[str, int], ...] = ()
        read_as: dict[str, Readings] = {}
        for name, source in spec.tables.items():
            read_as[name] = {}
            if on_disk(source) and (not tables or as_computers_write(source)):
                with reading(name, source):
                    if isinstance(source, Csv):
                        kept = (written.get(name, ()), keys.get(name, ()), said_of.get(name, {}))
                        of_levels = kept_apart.get(name, ())
                        loaded, digest = load_delimited(warehouse, source, folder, *kept, of_levels)
                        counts, rows_of = loaded.files, loaded.rows
                        told += loaded.notices
                        texts_of_keys[name] = loaded.written
                    else:
                        here, digest = source.files(folder)
                        rows_of, _ = load_parquet(warehouse, here)
                        told += told_of(tuple(name for name, one in rows_of.columns.items() if one.zone))
                        counts = tuple((file.known_as, parquet_shape(file.path)[0]) for file in here)
                    if not tables:
                        of_first = counts
                    tables[name] = rows_of
                    origins |= source.origin(name, folder, digest)
            else:
                frame, record, beside = read_source(name, source, folder, written.get(name, ()))
                read_as[name] = frame.attrs.pop("notations", {})
                frame = met(frame, getattr(source, "missing", None), said_of.get(name, {}))
                tables[name] = warehouse.load_frame(frame)
                origins |= record
                told += beside
            told += doubtful_marks(spec, name, said_of)
            rows = tables[name]
            steps.append(Step(f"read {name}", rows.count, rows.count, counted(len(rows.columns), "column")))
        check_names(spec, {name: list(rows.columns) for name, rows in tables.items()})
        tables = _with_keys_alike(spec, tables, texts_of_keys)
        first = tables[next(iter(tables))]
        number = first.order[0]
        warehouse.row_name = lambda place: of_files(np.array([place]), of_first).shown(0)
        warehouse.lock()
        rows, taken_steps, notices, clean = gather(spec, warehouse, first, tables)
        for name, column in rows.columns.items():
            if not column.inner:
                raise DataError(f"the cells of {name!r} are no numbers, texts, dates or booleans", cure="drop it")
        part = warehouse.fresh("p")
        rows, sql = dealt(deal, warehouse, rows, number, notices)
        order = ", ".join(f"{row} NULLS FIRST" for row in rows.order)
        select = f"SELECT *, {sql} AS {part} FROM {rows.table} ORDER BY {order}"
        rows = warehouse.create(select, rows.order, rows.columns, drop=rows)
        gaps = filled(warehouse.run, rows)
        rows = warehouse.typed(rows)
        found = dict(warehouse.run(f"SELECT {part}, count(*) FROM {rows.table} GROUP BY {part}"))
        if None in found:
            raise DataError(
                f"{counted(found[None], 'row', 'are')} in no part", cure="write train, validation or test in each"
            )
        counts_of = {name: found.get(name, 0) for name in PARTS}
        said_of_all = tuple(dict.fromkeys((*told, *notices)))
        numbers = readings_after(spec, read_as)
        taken_all = (*steps, *taken_steps)
        yield Held(taken_all, said_of_all, origins, counts_of, clean, warehouse, rows, part, gaps, of_first, numbers)


def _with_keys_alike(
    spec: Collect, tables: Mapping[str, Rows], written: Mapping[str, Mapping[str, Stored]]
) -> dict[str, Rows]:
    """The tables, with a key of numbers as it is written where the one that it is held against is of texts."""
    found, first = dict(tables), next(iter(tables))
    for join in spec.join:
        for left, right in join.on:
            sides = ((first, left), (join.table, right))
            families = [found[name].columns[key].family if key in found[name].columns else "" for name, key in sides]
            if {*families} == {"text", "number"}:
                name, key = sides[families.index("number")]
                own = written.get(name, {}).get(key)
                found[name] = found[name].named({**found[name].columns, key: own}) if own else found[name]
    return found


def _untouched(spec: Collect, texts: Collection[str]) -> dict[str, frozenset[str]]:
    """The columns of each table that come out as some of `texts` without being asked for on the way."""
    used = mentioned(spec)
    keys = {name for join in spec.join for pair in join.on for name in pair}
    found = {} if used is None else {name: own - used - keys for name, own in traced(spec, texts).items()}
    cast, _ = cast_to_texts(spec)
    cast |= {name: cast.get(name, frozenset()) | {*own} for name, own in cast_by_notation(spec).items()}
    return {name: found.get(name, frozenset()) | cast.get(name, frozenset()) for name in (*found, *cast)}
