"""Sources that are files of one format: one of them, or several with the same columns as one table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from protokit.collect.files import files
from protokit.collect.files.cells import Cells, order
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.options import FileColumn
from protokit.collect.remote.stores import SCHEMES
from protokit.collect.source import SCHEME, Refusal, Source
from protokit.core.errors import DataError
from protokit.core.rows import with_files
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd


class OnDisk(Source):
    """A source whose place is a path on this machine, or a web address."""

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """Addresses of other kinds."""
        scheme = SCHEME.match(location)
        if scheme is None or scheme[1].lower() in {"http", "https", *SCHEMES}:
            return None
        cure = "write {sql: ...}" if "sql" in scheme[1] else "download it, and name the file"
        cure = "write the path without file://" if scheme[1].lower() == "file" else cure
        return f"{scheme[1]}:// is not read; http://, https://, s3://, gs:// and az:// are", cure


class FileSource(OnDisk):
    """Files of one format: a path, several (`data/2024-*.csv`) as one table, or an address."""

    inside: ClassVar[str | None] = None  # the ending of the files of a folder, where that may be a table

    file_column: FileColumn = None

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """The options that the source takes: first those of the format, last the one of several tables in a file."""
        last = ("file_column", *cls.of_several(""))  # the order in which runs have kept them
        return tuple(sorted(super().option_names(), key=lambda name: last.index(name) + 1 if name in last else 0))

    @abstractmethod
    def columns_of_file(self, file: File) -> list[str] | None:
        """The columns' names, found without a heavy library; None if that needs one."""

    @abstractmethod
    def cells(self, file: File) -> Cells:
        """All cells of a file. What is wrong is raised as `file.error(rule, cure, line, column)`."""

    @abstractmethod
    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """The cells with a type for each column, over all files together; those of `texts` as they are written."""

    def all_cells(self, found: Sequence[File], texts: Collection[str] = ()) -> tuple[Cells, list[int]]:
        """The cells of all files, one below the other, and how many rows each has. What is wrong is raised as by
        `cells`. The columns in `texts` are wanted as they are written."""
        from protokit.collect.stacking import stacked

        parts = [self.cells(file) for file in found]
        notices = tuple(notice for part in parts for notice in part.notices)
        return replace(stacked(parts, found), notices=notices), [part.rows for part in parts]

    def columns(self, folder: Path) -> list[str] | None:
        """The names in the header; all files must have the same."""
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False, inside=self.inside)
            headers = [(file, self.columns_of_file(file)) for file in found]
            names = headers[0][1] if headers else None
            if names is None:
                return None
            for file, other in headers[1:]:
                if other is not None:
                    order(names, other, headers[0][0], file)
            return [*names, self.file_column] if self.file_column else names

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows of all files, one below the other."""
        from protokit.collect.stacking import with_file, with_partitions

        location = expand(self.location)
        with location.masking():
            found, notices = files.find(location, folder, inside=self.inside)
            cells, counts = self.all_cells(found, texts)
            frame, decided = self.frame(cells, texts)
            if any(file.partitions for file in found):
                frame = with_partitions(frame, found, counts)
            rows = [(location.masked(file.path.name), count) for count, file in zip(counts, found, strict=True)]
            if self.file_column:
                frame = with_file(frame, self.file_column, rows)
            if len(found) > 1:
                names = [location.masked(file.known_as) for file in found]
                with_files(frame, list(zip(names, counts, strict=True)))
            told = [*notices, *cells.notices, *decided]
            return frame, files.digest(found)[0], tuple(dict.fromkeys(told))

    def origin(self, name: str, folder: Path, digest: str) -> dict[str, str]:
        """The place as written, and every file where that is a pattern.

        Raises:
            DataError: the files are not those that were read: one was changed, or came or went, meanwhile.
        """
        record = super().origin(name, folder, digest)
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False, inside=self.inside)
            if len(found) > 1:
                together, each = files.digest(found)
                if together != digest:
                    raise DataError(f"the files of {self.location!r} changed while they were read", cure="run it again")
                record |= {f"{name}: {location.masked(file)}": one for file, one in each.items()}
        return record

    def files(self, folder: Path) -> tuple[list[File], str]:
        """The files in order, and the SHA-256 of what they hold.

        Raises:
            DataError: there is none.
        """
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, inside=self.inside)
            return found, files.digest(found)[0]

    def content_version(self, folder: Path) -> str | None:
        """The SHA-256 of what the files hold; None where an address gives a copy from before that may be old."""
        location = expand(self.location)
        with location.masking():
            found, notices = files.find(location, folder, inside=self.inside)
            return None if notices else files.digest(found)[0]

    def fetched(self, folder: Path) -> list[Path]:
        """The files in order, on this machine.

        Raises:
            DataError: there is none.
        """
        location = expand(self.location)
        with location.masking():
            return [file.path for file in files.find(location, folder, inside=self.inside)[0]]
