"""Where tables come from, behind one protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from protokit.collect.files import files
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.secrets import expand
from protokit.collect.readers.columnar import Arrow, Parquet
from protokit.collect.readers.csv import Csv
from protokit.collect.readers.html import Html
from protokit.collect.readers.idx import Idx
from protokit.collect.readers.images import Images
from protokit.collect.readers.json_records import Json, JsonLines
from protokit.collect.readers.shipped import Bundled, OpenML
from protokit.collect.readers.sql import Sql
from protokit.collect.readers.sqlite import Sqlite
from protokit.collect.readers.xlsx import Workbook
from protokit.collect.table_words import FILES, TableSource
from protokit.core.errors import DataError
from protokit.core.registry import Registry
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd


class Source(Protocol):
    """Reads one kind of table."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """The columns' names, found without the network, the rows or a heavy library; None if that needs one."""

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """The rows, the SHA-256 of what was read, and what was decided in reading."""


SOURCES: Registry[Source] = Registry("source")
SOURCES.add(FileSource(Csv()), name="csv")
SOURCES.add(FileSource(Json()), name="json")
SOURCES.add(FileSource(JsonLines()), name="jsonl")
SOURCES.add(FileSource(Parquet()), name="parquet")
SOURCES.add(FileSource(Arrow()), name="arrow")
SOURCES.add(FileSource(Workbook()), name="xlsx")
SOURCES.add(FileSource(Html()), name="html")
SOURCES.add(Sqlite(), name="sqlite")
SOURCES.add(Sql(), name="sql")
SOURCES.add(Images(), name="images")
SOURCES.add(Idx(), name="idx")
SOURCES.add(Bundled(), name="sklearn")
SOURCES.add(OpenML(), name="openml")


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
