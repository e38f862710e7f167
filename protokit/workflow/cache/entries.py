"""Folders of arrays under a key, on the disk: kept whole or not at all; those used longest ago go first."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from protokit.collect.remote.kept import cache_folder
from protokit.core.errors import DataError
from protokit.core.files import write_json

MOST_BYTES = 10 << 30  # of all entries together; one of more than half of it is not kept
_ABOUT, _VALUE = "about.json", "value.json"


class Uncacheable(Exception):
    """A value that cannot be kept as plain data and arrays."""


class Shelf:
    """The arrays of one entry, each a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def put(self, array: np.ndarray) -> int:
        """Keep an array; its number."""
        if array.dtype.hasobject:
            raise Uncacheable(str(array.dtype))
        np.save(self.folder / f"{self._count}.npy", array, allow_pickle=False)
        self._count += 1
        return self._count - 1

    def get(self, number: int) -> np.ndarray:
        """The array of a number; its cells are read from the disk when they are looked at."""
        path = self.folder / f"{int(number)}.npy"
        found: np.ndarray = np.load(path, mmap_mode="r" if path.stat().st_size > 1 << 16 else None, allow_pickle=False)
        return found


def key_of(*parts: object) -> str:
    """The key of what plain values stand for."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def read(key: str, plain_to_value: Callable[[Any, Shelf], Any]) -> Any:
    """What is kept under a key; None where nothing is, or what is there is damaged."""
    folder = _folder() / key
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if any(_sum(folder / name) != known for name, known in about["sums"].items()):
            return None
        value = plain_to_value(json.loads((folder / _VALUE).read_text(encoding="utf-8")), Shelf(folder))
        os.utime(folder / _ABOUT)
        return value
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def keep(key: str, value_to_plain: Callable[[Shelf], Any]) -> bool:
    """Keep a value under a key; False where it is of a sort that cannot be kept, or the disk has no room."""
    target, part = _folder() / key, None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=target.parent))
        value = value_to_plain(Shelf(part))
        sizes = {path.name: path.stat().st_size for path in part.iterdir()}
        if sum(sizes.values()) > MOST_BYTES // 2:
            return False
        write_json(part / _VALUE, value, indent=None)
        sums = {name: _sum(part / name) for name in [*sizes, _VALUE]}
        write_json(part / _ABOUT, {"sums": sums}, indent=None)
        _make_room(sum(sizes.values()), target.parent)
        if target.exists():
            shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
        return True
    except (OSError, DataError, Uncacheable, ValueError):
        return False
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def _sum(path: Path) -> int:
    """A checksum of a file: what the disk has damaged is no entry."""
    found = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found = crc32(block, found)
    return found


def _folder() -> Path:
    return cache_folder() / "prepared"


def _make_room(size: int, folder: Path) -> None:
    """Remove the entries that were used longest ago, until another one of a size has room."""
    known = []
    for about in folder.glob(f"[!.]*/{_ABOUT}"):
        try:
            used = sum(path.stat().st_size for path in about.parent.iterdir())
            known.append((about.stat().st_mtime, used, about.parent))
        except OSError:  # another process has removed it
            continue
    total = size + sum(used for _, used, _ in known)
    for _, used, entry in sorted(known):
        if total <= MOST_BYTES:
            return
        shutil.rmtree(entry, ignore_errors=True)
        total -= used


@cache
def of_code(package: Path) -> str:
    """A digest of the names, sizes and times of a package's files: an edit of it makes all entries old. It is made once
    in a process, which goes on with the code that it has."""
    files = sorted(package.rglob("*.py"))
    return key_of([(str(path), (stat := path.stat()).st_size, stat.st_mtime_ns) for path in files])
