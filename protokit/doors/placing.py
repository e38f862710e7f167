"""Where a file comes to lie: it is made in a folder beside its place, and a kill leaves the earlier one."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from protokit.core.errors import DataError

if sys.platform != "win32":
    import fcntl

_KEPT, CONTRACT = ".earlier", ".contract.json"  # in the folder: what was at the place while the new one is put there
_OURS = '"""A trained model as a module of torch'  # how a module begins that an export wrote


@contextlib.contextmanager
def workplace(path: Path) -> Iterator[Path]:
    """A folder beside a path that is gone afterwards. What killed exports to the path have left is swept first.

    Raises:
        DataError: the disk refused.
    """
    lock: int | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        while True:
            work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
            lock = _locked(work)
            if work.is_dir():  # nobody took it for one that was left, before it was locked
                break
            _freed(lock)
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    try:
        yield work
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        _freed(lock)


def hold_place(path: Path, beside: Sequence[Path]) -> None:
    """Hold that nothing else is overwritten than an earlier export.

    Raises:
        DataError: there is something else.
    """
    if path.suffix:
        for place in (path, *beside):
            if place.is_dir():
                raise DataError("there is a folder", place=str(place), cure="choose another name")
        if beside and path.exists() and not path.read_text(errors="replace").startswith(_OURS):
            raise DataError("there is another file, which no export wrote", place=str(path), cure="choose another name")
        if not path.exists() and (there := [place for place in beside if place.exists()]):
            raise DataError("there is another file", place=str(there[0]), cure="choose another name")
    elif path.is_file() or (path.is_dir() and any(path.iterdir()) and not (path / "saved_model.pb").is_file()):
        raise DataError("there is something else, and no SavedModel", place=str(path), cure="choose another folder")


def put_in_place(work: Path, made: Sequence[str], path: Path) -> Path:
    """Put what was made in a workplace beside the path, the file itself last, and its contract.

    No moment shows a file with the contract of another: the earlier one goes first, and the new one comes last. Where
    the disk refuses, what was there stays.

    Raises:
        OSError: the disk refused.
    """
    kept, beside = work / _KEPT, path.with_name(f"{path.name}.json")
    kept_contract = work / f"{_KEPT}.json"
    if beside.exists():
        beside.rename(kept_contract)
    try:
        for name in made:
            one, place = work / name, path.with_name(name)
            if one.is_dir() and place.exists():
                place.rename(kept)
            one.replace(place)
    except OSError:
        if kept.exists():
            kept.rename(path)
        if kept_contract.exists():
            kept_contract.rename(beside)
        raise
    (work / CONTRACT).replace(beside)
    return beside


def _sweep(path: Path) -> None:
    """Remove the folders of exports to a path that were killed: nobody holds their lock."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}\.part")
    for left in [one for one in path.parent.iterdir() if pattern.fullmatch(one.name) and one.is_dir()]:
        lock = _locked(left, wait=False)
        if lock is None:
            continue
        kept = left / _KEPT
        if kept.exists() and not path.exists():  # it was killed between two renames
            kept.rename(path)
            if (contract := left / f"{_KEPT}.json").exists():
                contract.rename(path.with_name(f"{path.name}.json"))
        shutil.rmtree(left, ignore_errors=True)
        _freed(lock)


def _locked(folder: Path, *, wait: bool = True) -> int | None:
    """Lock a folder for this process; the system frees it when the process dies. None where another one has it."""
    if sys.platform == "win32":  # a folder cannot be opened there: what is left stays
        return -1 if wait else None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return -1 if wait else None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:  # a file system that knows no locks
        if not wait:
            os.close(handle)
            return None
    return handle


def _freed(lock: int | None) -> None:
    if lock is not None and lock >= 0:
        os.close(lock)
