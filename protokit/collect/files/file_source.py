"""Sources that are files of one format: one of them, or several with the same columns as one table."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.collect.files import files
from protokit.collect.files.cells import Cells, order
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.options import FileColumn
from protokit.collect.source import SCHEME, Refusal, Source
from protokit.core.errors import DataError
from protokit.core.rows import with_files
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd


class OnDisk(Source):
    """A source whose place is a path on this machine, or a web address."""

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """Addresses of other kinds."""
        scheme = SCHEME.match(location)
        if scheme is None or scheme[1].lower() in {"http", "https"}:
            return None
        cure = "write {sql: ...}" if "sql" in scheme[1] else "download it, and name the file"
        cure = "write the path without file://" if scheme[1].lower() == "file" else cure
        return f"{scheme[1]}:// is not read, http:// and https:// are", cure


class FileSource(OnDisk):
    """Files of one format: a path, several (`data/2024-*.csv`) as one table, or a web address."""

    file_column: FileColumn = None

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """The options that the source takes: first those of the format, last the one of several tables in a file."""
        last = ("file_column", *cls.of_several(""))  # the order in which runs have kept them
        return tuple(sorted(super().option_names(), key=lambda name: last.index(name) + 1 if name in last else 0))

    @abstractmethod
    def header(self, file: File) -> list[str] | None:
        """The columns' names, found without a heavy library; None if that needs one."""

    @abstractmethod
    def cells(self, file: File) -> Cells:
        """All cells of a file. What is wrong is raised as `file.error(rule, cure, line, column)`."""

    @abstractmethod
    def frame(self, cells: Cells) -> tuple[pd.DataFrame, list[Notice]]:
        """The cells with a type for each column, over all files together."""

    def columns(self, folder: Path) -> list[str] | None:
        """The names in the header; all files must have the same."""
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False)
            headers = [(file, self.header(file)) for file in found]
            names = headers[0][1] if headers else None
            if names is None:
                return None
            for file, other in headers[1:]:
                if other is not None:
                    order(names, other, headers[0][0], file)
            return [*names, self.file_column] if self.file_column else names

    def read(self, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows of all files, one below the other."""
        from protokit.collect.stacking import stacked, with_file

        location = expand(self.location)
        with location.masking():
            found, notices = files.find(location, folder)
            parts = [self.cells(file) for file in found]
            frame, decided = self.frame(stacked(parts, found))
            rows = [(location.masked(file.path.name), part.rows) for part, file in zip(parts, found, strict=True)]
            if self.file_column:
                frame = with_file(frame, self.file_column, rows)
            if len(rows) > 1:
                with_files(frame, rows)
            told = [*notices, *(notice for part in parts for notice in part.notices), *decided]
            return frame, files.digest(found)[0], tuple(dict.fromkeys(told))

    def origin(self, name: str, folder: Path, digest: str) -> dict[str, str]:
        """The place as written, and every file where that is a pattern.

        Raises:
            DataError: the files are not those that were read: one was changed, or came or went, meanwhile.
        """
        record = super().origin(name, folder, digest)
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False)
            if len(found) > 1:
                together, each = files.digest(found)
                if together != digest:
                    raise DataError(f"the files of {self.location!r} changed while they were read", cure="run it again")
                record |= {f"{name}: {location.masked(file)}": one for file, one in each.items()}
        return record

    def files(self, folder: Path) -> tuple[list[Path], str]:
        """The files in order, and the SHA-256 of what they hold.

        Raises:
            DataError: there is none.
        """
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder)
            return [file.path for file in found], files.digest(found)[0]

    def files_here(self, folder: Path) -> list[Path]:
        """The files in order, as far as they are on this machine; nothing is read."""
        location = expand(self.location)
        with location.masking():
            return [file.path for file in files.find(location, folder, fetch=False)[0]]
