"""How far a recipe reaches that was read from a file: what it may read and write, and whom it may ask.

What was given in Python, and what a person typed, is trusted: it has no reach that ends. See docs/security.md.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import unquote

from protokit.core.errors import SpecError

Kind = Literal["file", "folder", "written", "address", "database", "variable"]
Allow: TypeAlias = "str | Path | Sequence[str | Path]"
"""Paths, `"https://HOST"` and `"s3://BUCKET"`; `"https://*"` is every host of the web."""

ANY = "*"
STORES = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az"}
_MAGIC = re.compile(r"[*?\[]")
_HOST = re.compile(r"[\w.,~-]+|\[?[0-9a-fA-F:.]+\]?")
# what the query of a database's address may say: all else may name another server, a file or a library
_PLAIN = {
    "sslmode", "ssl", "charset", "client_encoding", "connect_timeout", "timeout", "application_name", "driver", "user",
    "password", "encrypt", "trustservercertificate", "warehouse", "role", "schema",
}  # fmt: skip
_OUTSIDE = "outside of what a recipe that was read from a file may"
_TRUST = "if you trust it"


@dataclass(frozen=True)
class Reach:
    """What a recipe that was read from a file may open.

    `below` are the real folders below which it may read. `allowed` are paths that a person allowed or typed, to read
    and to write; `hosts` those that it may ask; `typed` the texts that a person put in the place of its own. `given` is
    what was allowed, as it was written, and `command` what was typed after `protokit`, for the cure.
    """

    below: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    @classmethod
    def of_file(cls, path: Path, command: tuple[str, ...] = ()) -> Reach:
        """That of a recipe's file: its own folder and the current one."""
        return cls(tuple(dict.fromkeys((_real(path.parent), _real(Path())))), command=command)

    def allowing(self, allow: Allow) -> Reach:
        """With what a person allows.

        Raises:
            SpecError: something in it is neither a path nor an address.
        """
        several = [allow] if isinstance(allow, (str, Path)) or not isinstance(allow, Iterable) else list(allow)
        for one in several:
            text = str(one)
            named = _key(text) if "://" in text and not _is_path(text) else text.strip()
            if not isinstance(one, (str, Path)) or not named or "\0" in text:
                rule = f"allow is paths and addresses, not {one!r}"
                raise SpecError.one(rule, 'write allow=["../data", "https://HOST"]')
        texts = tuple(map(str, several))
        paths, hosts = _parted(texts, Path())
        return replace(self, allowed=(*self.allowed, *paths), hosts=(*self.hosts, *hosts), given=(*self.given, *texts))

    def with_typed(self, value: object, folder: Path) -> Reach:
        """With the paths and addresses in a value that a person typed in the recipe's place; they start at `folder`."""
        texts = tuple(text for text in _texts(value) if text and "\0" not in text)
        paths, hosts = _parted(texts, folder)
        allowed, hosts = (*self.allowed, *paths), (*self.hosts, *(host for host in hosts if host != ANY))
        return replace(self, allowed=allowed, hosts=hosts, typed=(*self.typed, *texts))

    def beside(self, *folders: Path) -> Reach:
        """With folders that it may read, such as that of the runs, which the person said."""
        return replace(self, below=tuple(dict.fromkeys((*self.below, *map(_real, folders)))))

    def names(self, address: str) -> bool:
        """Whether the host of an address was allowed by its name."""
        return host_of(address) in self.hosts or _key(address) in self.hosts

    def refusal(self, kind: Kind, name: str, run: Path | None = None, by: str = "recipe") -> tuple[str, str] | None:
        """Why a thing may not be opened, and what allows it; None where it may.

        Of what is written `run` is the folder below which it may be; of a variable that somebody names `name` is the
        text that it is in, where it stands between two zero characters.
        """
        if kind == "variable":
            return self._of_variable(name) if "\0" in name else None
        refused = self._of_address(name) if kind in ("address", "database") or "://" in name else None
        if refused is not None or ("://" in name and not _is_path(name)):
            return refused
        path = _path_in(name) if _is_path(name) else name
        own = (*self.allowed, *([_real(run)] if run is not None else self.below if kind != "written" else ()))
        if "\0" in path:
            return None  # there is no such path: who opens it says so
        if (real := _below(path, own, again=by == "data")) is None:
            return None
        verb = "write: below its run" if kind == "written" else "read: below its folder and the current one"
        leads = f" leads to {real}, which" if real != os.path.abspath(path) else ""
        what = "a cell names " if by == "data" else ""
        asked = os.path.dirname(real) if by == "data" else str(_still(Path(real)))
        return f"{what}{path}{leads} is {_OUTSIDE} {verb}", self._cure(asked, "--allow", asked)

    def _of_address(self, address: str) -> tuple[str, str] | None:
        """Why an address may not be asked; of one of a file, why that part may not be which is no path."""
        if address in self.typed:
            return None
        host = host_of(address)
        scheme, _, rest = address.partition("://")
        if scheme.lower() not in ("http", "https", *STORES) and (odd := _odd(rest)):
            rule = f"{odd!r} in the address of a database is {_OUTSIDE} say: a driver may open other things by it"
            return rule, "leave it out, or type the address: --set PATH=ADDRESS"
        if _is_path(address) and not re.match(r"\w+:\S", _path_in(address)):
            return None
        if not host:
            rule = f"an address of {scheme}:// without a host is {_OUTSIDE} ask"
            return rule, "type it: --set PATH=ADDRESS"
        if self.names(address) or (ANY in self.hosts and not inner_name(host)):
            return None
        rule = f"{host} is {_OUTSIDE} ask: no address, unless it was allowed"
        shown = f"[{host}]" if ":" in host and "://" not in host else host
        return rule, self._cure(shown if "://" in shown else f"https://{shown}", f"--allow-web={shown}")

    def _of_variable(self, text: str) -> tuple[str, str] | None:
        before, variable, after = text.split("\0", 1)[0], text.split("\0")[-2], text.rsplit("\0", 1)[1]
        written = text.replace("\0", "")
        if written in self.typed or (text.count("\0") == 2 and _stands_for_a_value(before, after)):
            return None
        rule = f"{variable} in {written!r}: a variable stands for a user, a password or a named value of a query alone"
        cure = "write the address itself: https://${USER}:${PASSWORD}@HOST/t.csv?key=${KEY}; or type it, by --set"
        return rule, cure

    def _cure(self, asked: str, *option: str) -> str:
        """The whole command, or what is given in Python."""
        if not self.command:
            listed = ", ".join(f'"{one}"' for one in (*self.given, asked))
            return f"{_TRUST}, give allow=[{listed}]"
        end = self.command.index("--") if "--" in self.command else len(self.command)
        return f"{_TRUST}: " + shlex.join(["protokit", *self.command[:end], *option, *self.command[end:]])


def host_of(address: str) -> str:
    """The host that an address names, without user and port, in small letters; of a store with its scheme:
    `s3://bucket`. Empty where there is none that can be told.

    >>> host_of("https://me@example.org:8080/t.csv"), host_of("s3://bucket/key"), host_of("sqlite:///t.db")
    ('example.org', 's3://bucket', '')
    """
    scheme, _, rest = address.partition("://")
    scheme = scheme.lower()
    authority = re.split(r"[/?#\\]" if scheme in ("http", "https") else r"[/?]", rest, maxsplit=1)[0]
    if scheme in STORES:
        return f"{STORES[scheme]}://{authority.lower()}" if authority else ""
    host = re.sub(r":\d*$", "", authority.rpartition("@")[2]).rstrip(".")
    if host == ANY or _HOST.fullmatch(host):
        return host.strip("[]").lower()
    return ""


def inner_name(host: str) -> bool:
    """Whether a name is of this machine, or of what a cloud tells its machines."""
    from protokit.core.outside.inner import is_inner

    return is_inner(host)


def _key(address: str) -> str:
    """What an address is allowed by: its host, with the port where it has one."""
    host, rest = host_of(address), re.split(r"[/?#\\]", address.partition("://")[2], maxsplit=1)[0]
    port = re.search(r":\d+$", rest)
    return host + port[0] if host and port and "://" not in host else host


def _parted(texts: Sequence[str], folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The real paths among texts, those without a root starting at `folder`, and the hosts."""
    addresses = [one for one in texts if "://" in one and not _is_path(one)]
    paths = [_path_in(one) if _is_path(one) else one for one in texts if one not in addresses]
    return tuple(_real(_still(folder / one)) for one in paths), tuple(filter(None, map(_key, addresses)))


def _stands_for_a_value(before: str, after: str) -> bool:
    """Whether what stands between two texts is the user or password of an address, or a named value of its query."""
    scheme, mark, rest = before.partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return False
    if re.search(r"[/?#\\]", rest):  # the host has ended
        query = rest.partition("?")[2]
        return "#" not in rest and bool(re.search(r"(?:^|[&;])[^&;=]+=[^&;]*$", query)) and "?" in rest
    return "@" not in rest and "@" in re.split(r"[/?#\\]", after, maxsplit=1)[0]


def _odd(rest: str) -> str:
    """The first name in the query of a database's address that is none of the plain ones, or has a path's value."""
    for pair in re.split("[&;]", rest.partition("?")[2]):
        name, _, value = pair.partition("=")
        if pair and (unquote(name).lower() not in _PLAIN or re.search(r"[/\\@,]", unquote(value))):
            return unquote(name)
    return ""


def _is_path(address: str) -> bool:
    """Whether an address names a file: of SQLite, of DuckDB, or by file://."""
    scheme = address.partition(":")[0].partition("+")[0].lower()
    return scheme in ("sqlite", "duckdb", "file") and not host_of(address)


def _path_in(address: str) -> str:
    path = address.partition(":")[2].removeprefix("//")
    path = path if address.lower().startswith("file:") else path.removeprefix("/")
    return unquote(re.split(r"[?#]", path, maxsplit=1)[0])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


def _still(path: Path) -> Path:
    """The part of a pattern before the first folder or name that is one."""
    parts = path.parts
    first = next((i for i, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
    return Path(*parts[:first])


def _real(path: Path) -> str:
    return os.path.realpath(path)


@lru_cache(1024)
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


def _through(path: str) -> str:
    """Where a path leads, its folder looked up once: cells name thousands of files in a few."""
    folder, name = os.path.split(path)
    if name in ("", os.curdir, os.pardir):
        return os.path.realpath(path)
    full = os.path.join(_real_folder(folder), name)
    return os.path.realpath(full) if os.path.islink(full) else full


def _below(path: str, roots: Sequence[str], *, again: bool = False) -> str | None:
    """Where a path leads that is below none of the folders; None where it is below one. `again` is of many paths."""
    full = os.path.abspath(path)
    if os.path.splitdrive(full)[0].lower() not in {os.path.splitdrive(root)[0].lower() for root in roots}:
        return full  # of another machine: even to resolve it would ask that
    path = full if os.name == "nt" else path
    real = os.path.normcase(_through(path) if again else os.path.realpath(path))
    for root in map(os.path.normcase, roots):
        if real == root or real.startswith(root.rstrip(os.sep) + os.sep):
            return None
    return real
