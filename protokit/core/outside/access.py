"""The one door to what is outside: each file, address, database and variable that somebody names is opened here.

Who named it is known while it is opened: the person at the prompt or in Python, a recipe, a cell of the data, a model's
folder, or another package. What each may is decided in `hold`, and nowhere else: see docs/security.md.

Files that protokit made itself (runs, models, what was fetched) are opened where they are read: nobody names them one
by one. A test holds that nothing else in the package opens a thing (tests/test_access.py).
"""

from __future__ import annotations

import glob
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal
from urllib.parse import quote

from protokit.core.errors import BundleError, DataError
from protokit.core.libraries.optional import optional
from protokit.core.outside.patterns import listed
from protokit.core.outside.reach import Kind, Reach

if TYPE_CHECKING:
    from urllib.request import Request

Namer = Literal["person", "recipe", "data", "bundle", "plug-in"]

# a thread starts with the default again: who reads in threads hands the name on (`contextvars.copy_context`)
_BY: ContextVar[Namer] = ContextVar("protokit_named_by", default="person")
_REACH: ContextVar[Reach | None] = ContextVar("protokit_reach", default=None)
_COMMAND: ContextVar[tuple[str, ...]] = ContextVar("protokit_command", default=())
_WATCHED: ContextVar[list[Asked] | None] = ContextVar("protokit_watched", default=None)
# copies of what was fetched from an address that was held, and files of Keras's cache
_BROUGHT: set[str] = set()
# folders that this process has written, by what their recipes may open
_MADE: dict[Path, Reach | None] = {}


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


class Refused(DataError):
    """Who named a thing may not have it opened. The cure is the whole command that allows it."""


@contextmanager
def named_by(by: Namer, reach: Reach | None = None) -> Iterator[None]:
    """What is opened inside was named by `by`, who may open what is within the `reach`.

    Without one it is that of the block around it: what is made of a stranger's recipe is no more trusted than that. A
    person may open everything.
    """
    tokens = _BY.set(by), _REACH.set(None if by == "person" else reach or _REACH.get())
    try:
        yield
    finally:
        _BY.reset(tokens[0])
        _REACH.reset(tokens[1])


@contextmanager
def typed(command: Sequence[str]) -> Iterator[None]:
    """What is read inside was asked for by a command, of which these are the arguments."""
    token = _COMMAND.set(tuple(command))
    try:
        yield
    finally:
        _COMMAND.reset(token)


def command() -> tuple[str, ...]:
    """What was typed after `protokit`; nothing in Python."""
    return _COMMAND.get()


def reach_of(recipe: Path) -> Reach | None:
    """What the recipe in a file may open: what who names it may, where that is a recipe; else its own reach.

    One that this process wrote may what the one that it is of may.
    """
    if (around := _REACH.get()) is not None:
        return around
    folder = Path(os.path.realpath(recipe.parent))
    made = next((one for one in (folder, *folder.parents) if one in _MADE), None)
    return Reach.of_file(recipe, _COMMAND.get()) if made is None else _MADE[made]


def made(folder: Path, reach: Reach | None) -> None:
    """Note that this process has written a folder, of a recipe with that reach."""
    _MADE[Path(os.path.realpath(folder))] = reach


def brought(path: Path) -> Path:
    """A file that protokit or Keras keeps of what was fetched: the recipe names its address, not the file."""
    _BROUGHT.add(str(path))
    return path


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


def hold(kind: Kind, name: str, run: Path | None = None) -> None:
    """Hold that whoever named a thing may have it opened; of what is written, `run` is the folder where it may be.

    Raises:
        Refused: who named it may not.
        BundleError: a model's folder named it.
    """
    by, reach = namer(), _REACH.get()
    if (found := _WATCHED.get()) is not None:
        found.append(Asked(kind, name.replace("\0", ""), by))
    if by == "bundle":
        rule = f"a model names a {kind} outside of its folder, and opens nothing"
        raise BundleError(rule, cure="ask who wrote it for one that needs nothing else")
    if reach is None or (kind == "file" and name in _BROUGHT):
        return
    if (refusal := reach.refusal(kind, name, run, by)) is not None:
        raise Refused(refusal[0], cure=refusal[1])


def local(path: Path) -> Path:
    """A path that a library is to open by itself, or a folder of protokit's own files.

    Raises:
        Refused: who named it may not have it opened, as below of whatever is opened.
    """
    hold("file", str(path))
    return path


def written(path: Path, run: Path) -> Path:
    """A path that a library is to write to, for the run in a folder."""
    hold("written", str(path), run)
    return path


def cell(path: Path, told: Callable[[str, str | None], DataError]) -> Path | None:
    """The file that a cell of the data names; None where there is none. `told` makes an error of rule and cure."""
    try:
        with named_by("data"):
            hold("file", str(path))
    except Refused as error:
        raise told(error.rule, error.cure) from None
    try:
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def is_file(path: Path) -> bool:
    """Whether there is such a file; not so of what no file can be called."""
    hold("file", str(path))
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
    for one in listed(pattern, folder) if _REACH.get() is not None else ():
        hold("folder", str(one))
    found = sorted(glob.glob(pattern, root_dir=folder, recursive=True))
    for name in found:  # a link may have led elsewhere
        hold("file", str(folder / name))
    return found


def inside(folder: Path) -> list[Path]:
    """The files in a folder and its folders, sorted.

    Raises:
        OSError: it cannot be listed.
    """
    hold("folder", str(folder))
    return sorted(path for path in folder.rglob("*") if path.is_file())


def variable(name: str, around: tuple[str, str] | None = None) -> str:
    """A variable of the environment, empty where it is not set; one that somebody names stands between two texts."""
    hold("variable", name if around is None else f"{around[0]}\0${{{name}}}\0{around[1]}")
    return os.environ.get(name, "")


def answer(request: Request, seconds: float) -> Any:
    """What a web address answers. No redirect leads to this machine, unless that was named.

    Raises:
        OSError, http.client.HTTPException, ValueError: nothing that can be read.
    """
    from protokit.core.outside.opener import opener, place_of

    address, reach = request.full_url, _REACH.get()
    hold("address", address)
    named = reach is None or reach.names(address)
    return opener(place_of(address) if named else None).open(request, timeout=seconds)


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
