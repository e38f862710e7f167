"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar, cast

from protokit.core.errors import DataError

Value = TypeVar("Value")
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` at `path`: after a crash at any moment the old file or the new one is there, never a part.

    Raises:
        DataError: the disk refused; the message names the path, and what was there before is unchanged.
    """
    write_with(path, lambda temporary: temporary.write_bytes(content))


def write_text(path: Path, content: str) -> None:
    """`write_bytes` for UTF-8 text with Unix line ends."""
    write_bytes(path, content.encode())


def write_parts(path: Path, pieces: Iterable[str]) -> None:
    """`write_text` of a text that comes in pieces, and is never in memory as a whole.

    Raises:
        DataError: as `write_bytes`.
    """

    def fill(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)

    write_with(path, fill)


def write_json(path: Path, value: object, *, indent: int | None = 2) -> None:
    """`write_text` for a JSON value. Floats keep every bit; a value that is not finite is refused.

    Without `indent` it is written in a line, many times faster: for what no person reads.
    """
    plain = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    write_text(path, plain + "\n")


def finite(value: Value) -> Value:
    """The value with null for each number in it that is not finite: JSON has no word for these. Tuples become lists.

    >>> finite({"auc": float("nan"), "bounds": (0.5, float("inf"))})
    {'auc': None, 'bounds': [0.5, None]}
    """
    return cast(Value, _finite(value))


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_with(path: Path, writer: Callable[[Path], object]) -> None:
    """Let `writer` fill a temporary file beside `path`, then put it in place at one stroke."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        writer(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise DataError(
            f"could not write: {error.strerror or error}",
            place=str(path),
            cure=_cure(path, error),
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _cure(path: Path, error: OSError) -> str:
    if path.is_dir():
        return "this is a folder: name a file, with -o; what is in it is unchanged"
    room = "free some space or " if error.errno in _NO_ROOM else ""
    return f"{room}choose another folder with -o; what was there before is unchanged"


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened to be synced
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
