"""The files that a place stands for: one, those that a pattern matches, or one that is fetched."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from protokit.collect.files.secrets import Location
from protokit.collect.remote import stores
from protokit.core.errors import DataError
from protokit.core.files import sha256
from protokit.core.outside import access
from protokit.core.values.said import Notice
from protokit.grammar.document import nearby


@dataclass(frozen=True)
class File:
    """A file to read: where its bytes are, its name in messages, and that in the record of a run."""

    path: Path
    name: str
    record: str = ""
    partitions: tuple[tuple[str, str], ...] = ()  # columns that its path says: year=2024/

    @property
    def known_as(self) -> str:
        """Its name among others: with its folders, where the same name may stand in several."""
        return self.record if self.partitions else self.path.name

    def error(
        self, rule: str, cure: str | None = None, line: int | None = None, column: int | None = None
    ) -> DataError:
        """An error at a line and column of this file, counted from 1."""
        place = ":".join([self.name, *(str(n) for n in (line, column) if n is not None)])
        return DataError(rule, place=place, cure=cure)

    def sha256(self) -> str:
        """The SHA-256 of its content, computed once as long as the system says that nothing was written to it."""
        with unreadable(self.name):
            path = access.local(self.path)
            before = _state(path)
            if before not in _HASHED:
                found = sha256(path)
                if before is None or before != _state(path):
                    return found
                _HASHED[before] = found
            return _HASHED[before]

    def head(self, size: int) -> bytes:
        """Its first bytes."""
        with unreadable(self.name), access.file(self.path) as file:
            return file.read(size)

    def content(self) -> bytes:
        """All of its bytes."""
        with unreadable(self.name):
            return access.content(self.path)


_HASHED: dict[tuple[object, ...] | None, str] = {}
_SETTLED = 2 * 10**9  # nanoseconds: clocks of file systems are no finer than that


def _state(path: Path) -> tuple[object, ...] | None:
    """What changes with each write to a file, even where its size and time are put back; None where it may not."""
    found = path.stat()
    if os.name != "posix" or time.time_ns() - found.st_ctime_ns < _SETTLED:
        return None
    return (str(path), found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@contextmanager
def unreadable(name: str) -> Iterator[None]:
    """What the system says of a file that cannot be read, as a `DataError`."""
    try:
        yield
    except OSError as error:
        rule = f"cannot be read: {error.strerror or error}"
        raise DataError(rule, place=name, cure="check the file and its permissions") from None


def find(
    location: Location, folder: Path, *, fetch: bool = True, inside: str | None = None
) -> tuple[list[File], list[Notice]]:
    """The files of a place, in the order of their names; a path that is not absolute starts at `folder`.

    With `fetch` false, an address gives the copies that were kept, or nothing. A folder gives all files in it and its
    folders that end in `inside`; then, and of a pattern, the folders' names may say `partitions`.

    Raises:
        DataError: there is none.
    """
    if "://" in location.text:
        access.hold("address", location.text)  # of a copy that was fetched before, too
    if location.text.lower().startswith(("http://", "https://")):
        from protokit.collect.remote import web

        if not fetch:
            kept = web.kept(location)
            return ([File(access.brought(kept), location.written)] if kept else []), []
        path, notices = web.fetch(location)
        return [File(access.brought(path), location.written)], notices
    if stores.scheme_of(location.text):
        objects, notices = stores.fetch(location, inside) if fetch else (stores.kept(location), [])
        scheme = location.text.partition("://")[0]
        named = [(access.brought(path), f"{scheme}://{name}") for path, name in objects]
        if len(named) == 1 and named[0][1] == location.text:
            return [File(named[0][0], location.written)], notices
        return [File(path, location.masked(n), n, _partitions(n) if inside else ()) for path, n in named], notices
    path = access.local(folder / location.text)
    with unreadable(str(path)):
        if path.is_file():
            return [File(path, str(path))], []
        if any(mark in location.text for mark in "*?["):
            names = access.like(location.text, folder)
            names = [name for name in names if (folder / name).is_file()]
            found = [File(folder / n, str(folder / n), n, _partitions(n) if inside else ()) for n in names]
            if found:
                return found, []
            raise DataError(f"no file is like {location.text!r}", cure=f"looked in {folder.resolve()}")
        if inside is not None and path.is_dir():
            return _data_set(location.text, path, inside), []
        what = "a folder" if path.is_dir() else "no such file"
        raise DataError(f"{what}: {path}", cure=nearby(path))


def _data_set(written: str, folder: Path, ending: str) -> list[File]:
    """The files of a folder and its folders.

    Raises:
        DataError: it has none that end so, or is a Delta table, of whose files some may be of the past.
    """
    if (folder / "_delta_log").is_dir():
        raise DataError(f"a Delta table: {folder}", cure="write {delta: " + written.rstrip("/") + "}")
    names = [path.relative_to(folder).as_posix() for path in access.inside(folder)]
    names = [name for name in names if stores.in_data_set(name, ending)]
    if not names:
        raise DataError(f"no file in the folder ends in {ending}: {folder}", cure="name the folder of the files")
    start = written.rstrip("/")
    return [File(folder / n, str(folder / n), f"{start}/{n}", _partitions(n)) for n in names]


def _partitions(name: str) -> tuple[tuple[str, str], ...]:
    """The columns that the folders in a path say, as Hive writes them: `year=2024/region=north/part.parquet`."""
    pairs = [part.partition("=") for part in name.split("/")[:-1]]
    return tuple((unquote(key), unquote(value)) for key, mark, value in pairs if mark and key)


def one(location: Location, folder: Path, kind: str) -> tuple[File, list[Notice]]:
    """The one file of a place, for a source that reads no more.

    Raises:
        DataError: there is none, or several.
    """
    files, notices = find(location, folder)
    if len(files) > 1:
        cure = f"name one, such as {files[0].name}"
        raise DataError(f"{location.text!r} is like {len(files)} files, and {kind} reads one", cure=cure)
    return files[0], notices


def digest(files: list[File]) -> tuple[str, dict[str, str]]:
    """The SHA-256 of one file's content, or of the names and digests of several; and that of each."""
    each = {file.record or file.name: file.sha256() for file in files}
    if len(files) == 1 and not files[0].partitions:
        return next(iter(each.values())), each
    lines = "".join(f"{digest}  {name}\n" for name, digest in each.items())
    return hashlib.sha256(lines.encode()).hexdigest(), each
