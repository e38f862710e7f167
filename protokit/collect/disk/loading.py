"""Files of CSV and Parquet as tables of the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

from protokit.cells.missing import UNSAID, Marks, Notations
from protokit.collect.database.delimited import load_csv, types_of
from protokit.collect.database.gaps import filled
from protokit.collect.database.warehouse import Rows, Stored, Warehouse
from protokit.collect.files import files
from protokit.collect.files.dialect import dialect_of
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.readers.csv import Csv
from protokit.collect.readers.parquet import Parquet
from protokit.collect.source import Source
from protokit.collect.stacking import partitions
from protokit.collect.text_cells import Rules
from protokit.core.values.said import Notice


@dataclass(frozen=True)
class Loaded:
    """A table of delimited text, its files with their rows, what was decided, and its keys as they are written."""

    rows: Rows
    files: tuple[tuple[str, int], ...]
    notices: tuple[Notice, ...]
    written: Mapping[str, Stored]


def on_disk(source: Source) -> TypeGuard[Parquet | Csv]:
    """Whether the database reads the files by itself."""
    if isinstance(source, Csv):
        return not source.file_column
    return isinstance(source, Parquet) and not source.file_column and source.missing is None


def as_computers_write(source: Parquet | Csv) -> bool:
    """Whether a table says no marks of numbers, which the database does not know."""
    return not isinstance(source, Csv) or (source.decimal in (None, ".") and source.thousands is None)


def load_delimited(
    warehouse: Warehouse,
    source: Csv,
    folder: Path,
    texts: Collection[str],
    keys: Collection[str],
    notations: Notations = UNSAID,
    apart: Collection[str] = (),
) -> tuple[Loaded, str]:
    """The files of a table of delimited text in the database, and their digest; see `load_csv`.

    Raises:
        DataError: a file is not clean text, or lacks a column of the first.
    """
    location = expand(source.location)
    with location.masking():
        found, notices = files.find(location, folder)
        dialects = [dialect_of(file, source) for file in found]
        rules = Rules(Marks.of(source.missing), source.decimal, source.thousands)
        loaded = load_csv(warehouse, found, dialects, rules, texts, keys, notations, apart)
        counts = tuple((file.known_as, count) for file, count in zip(found, loaded.counts, strict=True))
        told = (*notices, *loaded.notices)
        return Loaded(loaded.rows, counts, told, loaded.written), files.digest(found)[0]


def load_parquet(warehouse: Warehouse, found: Sequence[File]) -> tuple[Rows, frozenset[str]]:
    """Files of Parquet in the database, with the types that they have in memory, and which truth values have gaps.

    Raises:
        DataError: one is no Parquet file, or has other columns than the first.
    """
    said = partitions(found) if any(file.partitions for file in found) else None
    rows = warehouse.load_parquet([file.path for file in found], said)
    gaps = filled(warehouse.before_lock, rows)
    return warehouse.typed(rows), gaps


def read_as_file(
    warehouse: Warehouse,
    rows: Rows,
    names: Collection[str],
    rules: Rules,
    codes: Collection[str],
    kept: Collection[str],
) -> tuple[Rows, list[Notice], dict[str, Stored]]:
    """Rows whose texts in some columns are read by the rules of a file of delimited text; see `frames.as_file`.

    The columns in `codes` stay texts. The notices say which cells are missing that had a text. Those in `kept` can be
    had as they were, too.
    """
    inner = {name: one.inner for name, one in rows.columns.items() if name in names and one.family == "text"}
    if not inner:
        return rows, [], {}
    raw, table, told = warehouse.fresh("t"), warehouse.fresh("t"), list[Notice]()
    listed = ", ".join(f"coalesce({column}, '') AS {column}" for column in inner.values())
    as_were = {name: Stored(warehouse.fresh(), "VARCHAR") for name in inner if name in kept}
    beside = "".join(f", {inner[name]} AS {one.inner}" for name, one in as_were.items())
    warehouse.before_lock(f"CREATE TABLE {raw} AS SELECT * REPLACE ({listed}){beside} FROM {rows.table}")
    found, _ = types_of(warehouse, raw, inner, rules, codes, (), UNSAID, (), told)
    listed = ", ".join(f"{sql} AS {inner[name]}" for name, sql in found.items())
    warehouse.before_lock(f"CREATE TABLE {table} AS SELECT * REPLACE ({listed}) FROM {raw}")
    for old in (raw, rows.table):
        warehouse.before_lock(f"DROP TABLE {old}")
    read = warehouse.typed(replace(rows, table=table))
    filled(warehouse.before_lock, read)
    said = [one for one in told if "missing" in one.rule or "decimal point" in one.rule]
    return warehouse.typed(read), said, as_were
