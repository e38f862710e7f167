"""The text of a file, plain or gzipped, in its encoding."""

from __future__ import annotations

import codecs
import gzip
import zlib

from protokit.collect.files.files import File

# the longer mark first: that of UTF-32 starts with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEAST_PACKED = 1 << 16  # fewer bytes may unpack to nothing


def decoded(file: File, encoding: str | None = None, *, written: str | None = None, limit: int | None = None) -> str:
    """The text of a file: all, or what about `limit` bytes of it hold.

    `written` is the table as a recipe has it (`csv: t.csv`), where its source takes an encoding.

    Raises:
        DataError: it cannot be read, or decoded: with line and column.
    """
    raw = unpacked(file, limit)
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if encoding is None or codecs.lookup(encoding).name == "utf-8":
        encoding = "utf-8-sig" if encoding else marked or "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, "replace")
        if limit is not None and error.start > len(raw) - 5:  # the head ends within a character
            return before
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        name = encoding.removesuffix("-sig").upper()
        other = "cp1252" if name != "CP1252" else "latin-1"
        cure = f"name the encoding: {{{written}, encoding: {other}}}" if written else "save it as UTF-8"
        raise file.error(f"byte 0x{raw[error.start]:02x} is not {name}", cure, line, column) from None
    except UnicodeError as error:
        raise file.error(f"is not {encoding}: {error}", "name another encoding") from None


def unpacked(file: File, limit: int | None = None) -> bytes:
    """The bytes of a file, or about the first `limit` of them, unpacked where it is gzipped.

    Raises:
        DataError: it cannot be read, or is damaged.
    """
    raw = file.content() if limit is None else file.head(max(limit, _LEAST_PACKED))
    if raw[:2] != b"\x1f\x8b":
        return raw[:limit]

    try:
        return gzip.decompress(raw) if limit is None else zlib.decompressobj(31).decompress(raw, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise file.error(f"cannot be read: {error}", "fetch the file again, whole") from None
