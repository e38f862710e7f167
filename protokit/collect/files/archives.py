"""Zip files: what is wrong with one is said in words."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from protokit.collect.files.files import File, unreadable
from protokit.core.outside import access

# what a damaged or unusual zip raises, while it is opened or a part is unpacked
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError, RuntimeError, NotImplementedError,
)  # fmt: skip


@contextmanager
def opened(file: File, what: str, cure: str) -> Iterator[zipfile.ZipFile]:
    """An open zip file; `what` it should be is named where it is none."""
    with unreadable(file.name):
        try:
            archive = zipfile.ZipFile(access.local(file.path))
        except DAMAGED:
            raise file.error(f"not {what}", cure) from None
    with archive:
        yield archive
