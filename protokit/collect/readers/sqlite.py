"""SQLite databases, opened for reading only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.collect.files import files
from protokit.collect.files.file_source import OnDisk
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.options import DatabaseTable, Missing, Query, query_conflict
from protokit.collect.source import SOURCES
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd

_DATES = re.compile(r"DATE|TIMESTAMP")
_EXACT = 1 << 53  # up to it float64 has every whole number
_NUMBERS = re.compile(r"REAL|FLOA|DOUB|NUMERIC|DECIMAL")


@SOURCES.add
class Sqlite(OnDisk):
    """A table of the file, or what a query gives.

    SQLite keeps no types but those of single values; what a column was declared as is honoured where its values allow:
    dates, booleans, and NUMERIC as numbers.
    """

    name = "sqlite"
    about = "a database file, opened for reading only"
    example = "{sqlite: data/shop.db, table: sales}"
    rank = 8
    endings = (".sqlite", ".sqlite3", ".db")

    table: DatabaseTable = None
    missing: Missing = None
    query: Query = None

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """A table beside a query."""
        return query_conflict(written)

    @classmethod
    def of_several(cls, name: str) -> dict[str, str | int]:
        """A table, whatever its name is."""
        return {"table": name}

    def columns(self, folder: Path) -> list[str] | None:
        """The names of the columns; None while a file of the web was not fetched."""
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False)
            if not found:
                return None
            with _selected(found[0], self) as (names, _, _):
                return names

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows. The digest is that of the file, and of its write-ahead log where there is one.

        Raises:
            DataError: it is no database, has no such table, or the query is wrong.
        """
        from protokit.cells.missing import blanked
        from protokit.collect.typed_cells import frame as typed

        location = expand(self.location)
        with location.masking():
            file, notices = files.one(location, folder, self.name)
            with _selected(file, self) as (names, types, cursor):
                rows = cursor.fetchall()
            if not rows:
                raise file.error("no rows", "choose another table or query")
            columns = [_declared(cells, kind) for cells, kind in zip(zip(*rows, strict=True), types, strict=True)]
            frame, decided = typed(names, columns)
            return blanked(frame, self.missing, texts), _digest(file), (*notices, *decided)

    def content_version(self, folder: Path) -> str | None:
        """The SHA-256 of the file, and of its write-ahead log; None where an address gives a copy from before."""
        location = expand(self.location)
        with location.masking():
            file, notices = files.one(location, folder, self.name)
            return None if notices else _digest(file)


def _digest(file: File) -> str:
    log = File(file.path.with_name(file.path.name + "-wal"), f"{file.name}-wal")  # what is not in the file yet
    return files.digest([file, log] if log.path.is_file() and log.head(1) else [file])[0]


def _connect(file: File) -> sqlite3.Connection:
    if file.head(16) != b"SQLite format 3\0":
        raise file.error("not an SQLite database", "name the database's own file")
    return access.sqlite(file.path)


_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_OUTSIDE = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


def _only_reads(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """What a query may do: read tables, and call functions that reach for nothing outside."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if str(second).lower() in _OUTSIDE else sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY


@contextmanager
def _selected(file: File, source: Sqlite) -> Iterator[tuple[list[str], list[str], sqlite3.Cursor]]:
    """Names and declared types of the columns, and the rows to come."""
    try:
        with closing(_connect(file)) as connection:
            select = _select(connection, file, source)
            # as a view, so that it can be a SELECT only, and its columns have the types of those they come from
            connection.execute(f'create temp view "protokit query" as {select}')
            described = connection.execute('pragma temp.table_info("protokit query")').fetchall()
            connection.set_authorizer(_only_reads)
            cursor = connection.execute(select)
            names = [str(column[0]) for column in cursor.description]
            for i, name in enumerate(names):
                if name in names[:i]:
                    raise file.error(f"two columns are named {name!r}", f"rename one: select ... as {name}_2")
            yield names, [str(column[2]).upper() for column in described], cursor
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
        if isinstance(error, UnicodeDecodeError) or "decode" in str(error):
            raise file.error("a text that is not UTF-8", "leave its column out by a query") from None
        raise file.error(
            f"SQLite: {error}", "a query is one SELECT" if source.query else "is the file whole?"
        ) from None


def _select(connection: sqlite3.Connection, file: File, source: Sqlite) -> str:
    if source.query is not None:
        return source.query
    sql = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite^_%' escape '^'"
    tables = sorted(str(name) for (name,) in connection.execute(sql))
    if not tables:
        raise file.error("the database has no table", "name another file")
    table = source.table
    if table is None and len(tables) == 1:
        table = tables[0]
    if table is None:
        cure = f"write table: NAME, on the command line --table NAME; {one_of(tables)}"
        raise file.error(f"which of {len(tables)} tables?", cure)
    if table not in tables:
        same = [name for name in tables if name.casefold() == str(table).casefold()]
        cure = did_you_mean(str(table), same or tables) or one_of(tables)
        raise file.error(f"no table {table!r}", cure)
    return 'select * from "' + str(table).replace('"', '""') + '"'


def _declared(cells: Sequence[Any], kind: str) -> Sequence[Any]:
    """The cells as what their column was declared, where all of them can be that."""
    present = {type(cell) for cell in cells} - {type(None)}
    if kind in {"BOOL", "BOOLEAN"} and present == {int} and {0, 1, None}.issuperset(cells):
        return [None if cell is None else bool(cell) for cell in cells]
    if _NUMBERS.search(kind) and present <= {int, float} and all(type(c) is not int or abs(c) <= _EXACT for c in cells):
        return [None if cell is None else float(cell) for cell in cells]
    if _DATES.search(kind) and present == {str}:
        with suppress(ValueError):
            return [None if cell is None else datetime.fromisoformat(cell) for cell in cells]
    return cells
