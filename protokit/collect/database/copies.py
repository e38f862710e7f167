"""Delimited text as the database reads it: plain UTF-8, whose lines all end alike."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from protokit.collect.bulk.blocks import opened
from protokit.collect.bulk.reader import next_rows
from protokit.collect.files.dialect import Dialect
from protokit.collect.files.files import File
from protokit.core.outside import access

_NEWLINE, _RETURN = b"\n\r"


@contextmanager
def plain(file: File, dialect: Dialect, mixed: bool) -> Iterator[tuple[Path, int]]:
    """The file as plain UTF-8, and the lines above its rows: itself, or a copy; of `mixed` line ends with newlines."""
    itself = not mixed and dialect.encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig", "ascii")
    if itself and not dialect.comment and not dialect.footer and file.head(2) != b"\x1f\x8b":
        yield access.local(file.path), dialect.above
        return
    with tempfile.NamedTemporaryFile(prefix="protokit-", suffix=".csv") as copy:
        with opened(file, dialect) as stream:
            while mixed and (rows := next_rows(stream, dialect.quote)):
                copy.write(_of_newlines(rows, dialect.quote))
            shutil.copyfileobj(stream, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name), 0


def _of_newlines(rows: bytes, mark: str | None) -> bytes:
    """Whole rows, each of which ends with a newline alone; what is within quotes stays."""
    text = np.frombuffer(rows, np.uint8)
    gone = np.append((text[:-1] == _RETURN) & (text[1:] == _NEWLINE), False)
    if mark and mark.encode() in rows:
        gone &= ~np.logical_xor.accumulate(text == ord(mark))
    found: bytes = text[~gone].tobytes()
    return found
