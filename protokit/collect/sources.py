"""Where tables come from, behind one protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from protokit.collect.readers import files
from protokit.collect.readers.columnar import Arrow, Parquet
from protokit.collect.readers.file_source import FileSource
from protokit.collect.readers.html_tables import Html
from protokit.collect.readers.idx import Idx
from protokit.collect.readers.images import Images
from protokit.collect.readers.json_records import Json, JsonLines
from protokit.collect.readers.secrets import expand
from protokit.collect.readers.shipped import Bundled, OpenML
from protokit.collect.readers.sql import Sql
from protokit.collect.readers.sqlite_file import Sqlite
from protokit.collect.readers.workbook import Workbook
from protokit.collect.text_table import Csv
from protokit.core.errors import DataError
from protokit.core.registry import Registry
from protokit.core.values import Notice
from protokit.recipe.tables import FILES, TableSource

if TYPE_CHECKING:
    import pandas as pd


class Source(Protocol):
    """Reads one kind of table."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """The columns' names, found without the network, the rows or a heavy library; None if that needs one."""

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """The rows, the SHA-256 of what was read, and what was decided in reading."""


SOURCES: Registry[Source] = Registry("source")
SOURCES.add("csv", FileSource(Csv()))
SOURCES.add("json", FileSource(Json()))
SOURCES.add("jsonl", FileSource(JsonLines()))
SOURCES.add("parquet", FileSource(Parquet()))
SOURCES.add("arrow", FileSource(Arrow()))
SOURCES.add("xlsx", FileSource(Workbook()))
SOURCES.add("html", FileSource(Html()))
SOURCES.add("sqlite", Sqlite())
SOURCES.add("sql", Sql())
SOURCES.add("images", Images())
SOURCES.add("idx", Idx())
SOURCES.add("sklearn", Bundled())
SOURCES.add("openml", OpenML())


def origin(name: str, spec: TableSource, folder: Path, digest: str) -> dict[str, str]:
    """The record of what a table was read from: its place as written, and every file where that is a pattern.

    Raises:
        DataError: the files are not those that were read: one was changed, or came or went, meanwhile.
    """
    record = {f"{name}: {spec.location}": digest}
    if spec.kind not in FILES:
        return record
    location = expand(spec.location)
    with location.masking():
        found, _ = files.find(location, folder, fetch=False)
        if len(found) > 1:
            together, each = files.digest(found)
            if together != digest:
                raise DataError(f"the files of {spec.location!r} changed while they were read", cure="run it again")
            record |= {f"{name}: {location.masked(file)}": one for file, one in each.items()}
    return record


def files_of(spec: TableSource, folder: Path) -> tuple[list[Path], str]:
    """The files of a source in order, and the SHA-256 of what they hold.

    Raises:
        DataError: there is none.
    """
    location = expand(spec.location)
    with location.masking():
        found, _ = files.find(location, folder)
        return [file.path for file in found], files.digest(found)[0]


def places_of(spec: TableSource, folder: Path) -> list[Path]:
    """The files of a source in order, as far as they are on this machine; nothing is read."""
    location = expand(spec.location)
    with location.masking():
        return [file.path for file in files.find(location, folder, fetch=False)[0]]
