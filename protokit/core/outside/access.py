"""The one door to what is outside: each file, address, database and variable that somebody names is opened here.

Who named it is known while it is opened: the person at the prompt or in Python, a recipe, a model's folder, or another
package. All of them may open all of it today; what each may is to be decided in `hold`, and nowhere else.

Files that protokit made itself (runs, models, what was fetched) are opened where they are read: nobody names them one
by one. A test holds that nothing else in the package opens a thing (tests/test_access.py).
"""

from __future__ import annotations

import glob
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal
from urllib.parse import quote

from protokit.core.libraries.optional import optional

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

Namer = Literal["person", "recipe", "bundle", "plug-in"]
Kind = Literal["file", "folder", "address", "database", "variable"]

# a thread starts with the default again: who reads in threads hands the name on (`contextvars.copy_context`)
_BY: ContextVar[Namer] = ContextVar("protokit_named_by", default="person")
_WATCHED: ContextVar[list[Asked] | None] = ContextVar("protokit_watched", default=None)


# the file system of each kind of store; of Google the plain one: another tries further ways to a bucket first
_STORES = {
    "s3": ("s3fs", "S3FileSystem"),
    "gs": ("gcsfs.core", "GCSFileSystem"),
    "az": ("adlfs", "AzureBlobFileSystem"),
}
_TALKATIVE = ("s3fs", "gcsfs", "adlfs", "azure", "google", "botocore", "aiobotocore", "aiohttp", "asyncio")


@dataclass(frozen=True)
class Asked:
    """What was asked for, and who named it. `name` may hold a secret: it is never shown."""

    kind: Kind
    name: str = field(repr=False)
    by: Namer


@contextmanager
def named_by(by: Namer) -> Iterator[None]:
    """What is opened inside was named by `by`."""
    token = _BY.set(by)
    try:
        yield
    finally:
        _BY.reset(token)


def namer() -> Namer:
    """Who named what is opened now."""
    return _BY.get()


@contextmanager
def watched() -> Iterator[list[Asked]]:
    """All that is asked for inside, in order."""
    found: list[Asked] = []
    token = _WATCHED.set(found)
    try:
        yield found
    finally:
        _WATCHED.reset(token)


def hold(kind: Kind, name: str) -> None:
    """Hold that whoever named a thing may have it opened."""
    if (found := _WATCHED.get()) is not None:
        found.append(Asked(kind, name, namer()))


def local(path: Path) -> Path:
    """A path that a library is to open by itself, or a folder of protokit's own files."""
    hold("file", str(path))
    return path


def is_file(path: Path) -> bool:
    """Whether there is such a file; not so of what no file can be called."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def file(path: Path) -> BinaryIO:
    """A file, open for reading.

    Raises:
        OSError: it cannot be opened.
    """
    return local(path).open("rb")


def content(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        OSError: it cannot be read.
    """
    return local(path).read_bytes()


def text(path: Path, encoding: str = "utf-8-sig") -> str:
    """The text of a file.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is not of the encoding.
    """
    return local(path).read_text(encoding=encoding)


def like(pattern: str, folder: Path) -> list[str]:
    """The paths that a pattern matches, sorted; those that are not absolute start at `folder`."""
    hold("folder", str(folder / pattern))
    return sorted(glob.glob(pattern, root_dir=folder, recursive=True))


def inside(folder: Path) -> list[Path]:
    """The files in a folder and its folders, sorted.

    Raises:
        OSError: it cannot be listed.
    """
    hold("folder", str(folder))
    return sorted(path for path in folder.rglob("*") if path.is_file())


def variable(name: str) -> str:
    """A variable of the environment, empty where it is not set."""
    hold("variable", name)
    return os.environ.get(name, "")


def answer(opener: OpenerDirector, request: Request, seconds: float) -> Any:
    """What a web address answers.

    Raises:
        OSError, http.client.HTTPException, ValueError: nothing that can be read.
    """
    hold("address", request.full_url)
    return opener.open(request, timeout=seconds)


def store(address: str, scheme: str, options: Mapping[str, Any]) -> Any:
    """The file system of fsspec that an address such as `s3://bucket/key` is of; `scheme` is s3, gs or az.

    Raises:
        MissingExtra: fsspec, or what it needs for such addresses, is not installed.
    """
    hold("address", address)
    optional("fsspec", "cloud")
    module, name = _STORES[scheme]
    optional(module.split(".")[0], "cloud")
    # the class itself: fsspec's ways from an address would follow `::` to others in it
    kind = getattr(optional(module, "cloud"), name)
    for library in _TALKATIVE:  # what they log of a failure is said by its error, in a line
        logging.getLogger(library).addHandler(logging.NullHandler())
    return kind(**{**kind._get_kwargs_from_urls(address), **options})


def delta(place: str, version: int | None, options: Mapping[str, str]) -> Any:
    """A version of a Delta table, in a folder or a store; the newest where it is None.

    Raises:
        MissingExtra: the library is not installed.
        Exception: of the library, in the module `_internal`: there is no such table, or it cannot be read.
    """
    hold("address" if "://" in place else "folder", place)
    optional("pyarrow", "delta")
    return optional("deltalake", "delta").DeltaTable(place, version=version, storage_options=dict(options))


def sqlite(path: Path) -> sqlite3.Connection:
    """An SQLite file, open for reading only.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    found = local(path).resolve()
    return sqlite3.connect(f"file:{quote(str(found))}?mode=ro", uri=True)


def database(url: Any, **options: Any) -> Any:
    """SQLAlchemy's engine for a database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, ImportError: no driver can reach it.
    """
    hold("database", str(url.render_as_string(hide_password=False)))
    return optional("sqlalchemy", "sql").create_engine(url, **options)
