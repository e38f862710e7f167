"""Tables in DuckDB, locked down: what runs there can reach no file, no network, no setting, no variable of Python.

A table's columns go by inner names (`c7`), so that no name of the data is ever part of SQL. Values that no step
changed are not taken back from the database: a row number is carried for each source, and the frame's own cells are
taken by it, with their types, whatever they are.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from types import TracebackType
from typing import Any

import duckdb
import pandas as pd

from protokit.collect.database.cells import placed, plain_frame, taken
from protokit.collect.database.place import TEXT_OF, Place, Rows, Stored
from protokit.collect.database.settled import settled
from protokit.collect.files.arrow_durations import UNITS, duration_units
from protokit.core.errors import DataError
from protokit.core.memory import process_memory
from protokit.core.outside import access
from protokit.core.rows import shown
from protokit.grammar.expressions import quote

__all__ = ["Rows", "Stored", "Warehouse", "parquet_cells"]
_THREADS = 4
_TEXTS = f"""
    CREATE MACRO {TEXT_OF}(a) AS CASE WHEN typeof(a) NOT IN ('DOUBLE', 'FLOAT') THEN CAST(a AS VARCHAR)
    WHEN CAST(a AS VARCHAR) = '-0.0' THEN '0' ELSE regexp_replace(CAST(a AS VARCHAR), '\\.0$', '') END
"""
LITERAL = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})  # of a path: in a name, * and ? would be patterns


class Warehouse(Place):
    """A database for one collection of tables. A context: all it wrote is gone afterwards.

    `memory` is a size such as `512MB`; what does not fit is put on the disk, in `folder`.
    """

    def __init__(self, *, memory: str | None = None, threads: int | None = None, on_disk: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="protokit-")
        self._locked = not on_disk
        folder = FilePath(self._folder.name)
        config = {
            "enable_external_access": str(on_disk).lower(),  # on disk, files are loaded first; then `lock`
            "lock_configuration": str(not on_disk).lower(),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": memory or _half_of_memory(),
            "threads": str(threads or min(_THREADS, os.cpu_count() or 1)),
            "temp_directory": str(folder / "spilled"),
        }
        database = str(folder / "tables.duckdb") if on_disk else ":memory:"
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(database, config=config)
        self._connection.execute(_TEXTS)
        self._count = 0
        self.row_name: Callable[[int], str] = shown  # of the first table's row of a number, as a sentence has it

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()
        self._folder.cleanup()

    def lock(self) -> None:
        """Close the way to files; from now on expressions of a recipe may run. It cannot be opened again."""
        if not self._locked:
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
            self._locked = True

    def fresh(self, letter: str = "c") -> str:
        """A name that nothing here has yet."""
        self._count += 1
        return f"{letter}{self._count}"

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives. The query is written here, never by a recipe."""
        if not self._locked:
            self.lock()
        found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found

    def before_lock(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives which may read files; it is written here. Only before `lock`."""
        assert not self._locked
        found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found

    def load_frame(self, frame: pd.DataFrame, only: Container[str] | None = None, texts: Container[str] = ()) -> Rows:
        """A frame as a table. Cells that are no numbers, texts, dates or booleans stay beside it.

        So do the columns that are not in `only`, where it is given. Those in `texts` are held as numbers where that
        loses nothing; their texts stay beside it.
        """
        row, columns, plain = self.fresh("r"), {}, dict[str, pd.Series | pd.RangeIndex]()
        for name in frame.columns:
            own = settled(frame[name]) if name in texts else frame[name]
            series, zone = plain_frame(own) if only is None or name in only else (None, False)
            inner = "" if series is None else self.fresh()
            if series is not None:
                plain[inner] = series
            columns[str(name)] = Stored(inner, "", row, frame[name], zone)

        plain[row] = pd.RangeIndex(len(frame))
        table, view = self.fresh("t"), self.fresh("v")
        self._connection.register(view, pd.DataFrame(plain))
        self._connection.execute(f"CREATE TABLE {table} AS SELECT * FROM {view}")
        self._connection.unregister(view)
        return self.typed(Rows(table, (row,), columns, len(frame)))

    def append(self, table: str, frame: pd.DataFrame) -> None:
        """Put rows into a table that has the columns of a frame, in its order."""
        view = self.fresh("v")
        self._connection.register(view, frame)
        self._connection.execute(f"INSERT INTO {table} SELECT * FROM {view}")
        self._connection.unregister(view)

    def load_parquet(self, paths: Sequence[FilePath], said: pd.DataFrame | None = None) -> Rows:
        """Parquet files as one table, read by DuckDB without passing through Python. Only before `lock`.

        `said` has a row for each file: columns that are the same in all of its rows, where the file has them not.

        Raises:
            DataError: one is no Parquet file, or has other columns than the first.
        """
        row, columns, table = self.fresh("r"), dict[str, Stored](), self.fresh("t")
        count = 0
        for i, path in enumerate(paths):
            file = quote(str(access.local(path)))
            source = f"read_parquet({file}, file_row_number = true, hive_partitioning = false)"
            try:
                described = self._connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()[:-1]
                own = {name for name, *_ in described}
                same = {str(n): _literal(said[n], i) for n in said.columns if n not in own} if said is not None else {}
                described += [(name, kind) for name, (kind, _) in same.items()]
                if not columns:
                    columns = {
                        n: Stored(self.fresh(), k, zone=k == "TIMESTAMP WITH TIME ZONE") for n, k, *_ in described
                    }
                kinds = {name: kind for name, kind, *_ in described}
                if odd := next(
                    (name for name in {**columns, **kinds} if name not in columns or name not in kinds), None
                ):
                    rule = f"{'lacks' if odd in columns else 'has'} the column {odd!r}, unlike {paths[0].name}"
                    raise DataError(rule, place=str(path), cure="give all files the same columns")
                units = parquet_durations(self._connection, path)
                cells = {
                    name: same[name][1] if name in same else _cell(name, kinds[name], units.get(name, ""))
                    for name in columns
                }
                listed = [f"{cells[name]} AS {column.inner}" for name, column in columns.items()]
                select = f"SELECT {', '.join(listed)}, file_row_number + {count} AS {row} FROM {source}"
                into = f"INSERT INTO {table} BY NAME" if count else f"CREATE OR REPLACE TABLE {table} AS"
                self._connection.execute(f"{into} {select}")
            except duckdb.Error as error:
                raise DataError(f"not a Parquet file: {str(error).splitlines()[0]}", place=str(path)) from None
            [(count,)] = self._connection.execute(f"SELECT count(*) FROM {table}").fetchall()
        return self.typed(Rows(table, (row,), columns, count))

    def load_batches(self, batches: Iterable[pd.DataFrame], types: Mapping[str, str], rows: Rows) -> Rows:
        """Rows of another place, under the inner names that they have there, of DuckDB's types for them.

        A column with `cells` has the type of these in a frame as long as no step changes it.
        """
        table, view, place = self.fresh("t"), self.fresh("v"), self.fresh("r")
        listed = ", ".join(f"{inner} {kind}" for inner, kind in {**types, place: "BIGINT"}.items())
        self._connection.execute(f"CREATE TABLE {table} ({listed})")
        count = 0
        for batch in batches:
            self._connection.register(view, batch.assign(**{place: range(count, count + len(batch))}))
            self._connection.execute(f"INSERT INTO {table} SELECT * FROM {view}")
            self._connection.unregister(view)
            count += len(batch)
        columns = dict(rows.columns)
        for name, column in rows.columns.items():
            if column.cells is not None:
                found = self._connection.execute(f"SELECT {column.inner} FROM {table} ORDER BY {place}").df()
                cells = placed(taken(found[column.inner]), column.zone).astype(column.cells.dtype)
                columns[name] = replace(column, cells=cells, row=place)
        return self.typed(Rows(table, (*rows.order, place), columns, count))

    def typed(self, rows: Rows) -> Rows:
        """The same rows with the type of each column as the database has it."""
        described = self._connection.execute(f"DESCRIBE {rows.table}").fetchall()
        kinds = {inner: kind for inner, kind, *_ in described}
        columns = {name: replace(c, type=kinds.get(c.inner, "")) for name, c in rows.columns.items()}
        return replace(rows, columns=columns)

    def create(
        self,
        select: str,
        order: Sequence[str],
        columns: Mapping[str, Stored],
        *,
        drop: Rows | None,
        count: int | None = None,
    ) -> Rows:
        """The rows of a query as a new table, in place of `drop`. They are counted, whatever `count` says."""
        table = self.fresh("t")
        self.run(f"CREATE TABLE {table} AS {select}")
        if drop is not None:
            self.run(f"DROP TABLE {drop.table}")
        [(count,)] = self.run(f"SELECT count(*) FROM {table}")
        return self.typed(Rows(table, tuple(order), columns, count))

    def frame(self, rows: Rows) -> pd.DataFrame:
        """The rows as a frame, in the order of the first table, whose row numbers are the index."""
        wanted = [c.inner for c in rows.columns.values() if c.cells is None]
        listed = ", ".join([*(f"coalesce({row}, -1) AS {row}" for row in rows.order), *wanted])
        order = ", ".join(f"{row} NULLS FIRST" for row in rows.order)
        found = self._connection.execute(f"SELECT {listed} FROM {rows.table} ORDER BY {order}").df()
        cells = {
            name: taken(c.cells, found[c.row].to_numpy())
            if c.cells is not None
            else placed(taken(found[c.inner]), c.zone)
            for name, c in rows.columns.items()
        }
        frame = pd.DataFrame(cells)
        frame.index = pd.Index(found[rows.order[0]].to_numpy())
        return frame

    def batches(self, sql: str, rows: int) -> Iterator[pd.DataFrame]:
        """What a query gives, in frames of about so many rows, never more of it in memory at once."""
        cursor = self._connection.cursor()
        cursor.execute(sql)
        while len(frame := cursor.fetch_df_chunk(max(1, rows // 2048))):
            yield frame


def parquet_durations(connection: duckdb.DuckDBPyConnection, path: FilePath) -> dict[str, str]:
    """The unit of each column of a Parquet file that holds lengths of time: DuckDB takes them for whole numbers.

    Raises:
        duckdb.Error: it is no Parquet file.
    """
    found = connection.execute(
        "SELECT key, value FROM parquet_kv_metadata($1)", [str(access.local(path)).translate(LITERAL)]
    )
    schemas = [bytes(value) for key, value in found.fetchall() if bytes(key) == b"ARROW:schema"]
    return duration_units(schemas[0]) if schemas else {}


def _cell(name: str, kind: str, unit: str) -> str:
    """A column of a file, with its type, as pandas would have it: NaN is missing, times are in UTC, lengths of time
    in seconds."""
    quoted = '"' + name.replace('"', '""') + '"'
    if unit:
        return f"{quoted} / {UNITS[unit]}"
    if kind == "INTERVAL":
        return f"epoch({quoted})"
    if kind in ("DOUBLE", "FLOAT"):
        return f"nullif({quoted}, 'NaN'::{kind})"
    return f"timezone('UTC', {quoted})" if kind == "TIMESTAMP WITH TIME ZONE" else quoted


def _literal(column: pd.Series, row: int) -> tuple[str, str]:
    """The type of a column, and one of its cells, as SQL."""
    kind = {"i": "BIGINT", "f": "DOUBLE"}.get(column.dtype.kind, "VARCHAR")
    cell = column.iloc[row]
    return kind, f"CAST({'NULL' if pd.isna(cell) else quote(str(cell))} AS {kind})"


def parquet_cells(paths: Sequence[FilePath]) -> int:
    """Rows times columns of Parquet files, by what they say at their ends.

    Raises:
        DataError: one is no Parquet file.
    """
    return sum(rows * columns for rows, columns in map(parquet_shape, paths))


def parquet_shape(path: FilePath) -> tuple[int, int]:
    """Rows and columns of a Parquet file, by what it says at its end.

    Raises:
        DataError: it is no Parquet file.
    """
    with duckdb.connect() as connection:
        name = quote(str(access.local(path)))
        try:
            [(rows,)] = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({name})").fetchall()
            described = f"DESCRIBE SELECT * FROM read_parquet({name}, hive_partitioning = false)"
            columns = len(connection.execute(described).fetchall())
        except duckdb.Error as error:
            raise DataError(f"not a Parquet file: {str(error).splitlines()[0]}", place=str(path)) from None
        return int(rows), columns


def _half_of_memory() -> str:
    return f"{max(process_memory() // 2, 512 << 20) >> 20}MiB"
