"""The text of a file, plain or gzipped, in its encoding."""

from __future__ import annotations

import codecs
import gzip
import zlib

from protokit.collect.files import encodings, text_places
from protokit.collect.files.files import File

# the longer mark first: that of UTF-32 starts with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# how files start that often go by the name of a text
_NO_TEXTS = (
    (b"PK\x03\x04", "write {xlsx: FILE} if it is a workbook; unpack it if it is an archive"),
    (b"\xd0\xcf\x11\xe0", "save the workbook as .xlsx, or as CSV"),
    (b"PAR1", "write {parquet: FILE}"),
    (b"ARROW1", "write {arrow: FILE}"),
    (b"SQLite format 3\0", "write {sqlite: FILE, table: NAME}"),
)
_LEAST_PACKED = 1 << 16  # fewer bytes may unpack to nothing


def decoded(file: File, encoding: str | None = None, *, written: str | None = None, limit: int | None = None) -> str:
    """The text of a file: all, or what about `limit` bytes of it hold.

    `written` is the table as a recipe has it (`csv: t.csv`), where its source takes an encoding.

    Raises:
        DataError: it cannot be read, or decoded: with line and column, and the encoding that it may have.
    """
    return text_of(file, encoding, written=written, limit=limit)[0]


def text_of(
    file: File, encoding: str | None = None, *, written: str | None = None, limit: int | None = None
) -> tuple[str, str]:
    """The text as `decoded` gives it, and the name of the encoding, by which Python also leaves out its mark.

    Raises:
        DataError: it cannot be read, or decoded.
    """
    raw = unpacked(file, limit)
    if cure := next((cure for start, cure in _NO_TEXTS if raw.startswith(start)), None):
        raise file.error("this is no text", cure)
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if encoding is None or codecs.lookup(encoding).name == "utf-8":
        plain = "utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-8"
        encoding = plain if encoding else marked or plain
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, "replace")
        if limit is not None and error.start > len(raw) - 5:  # the head ends within a character
            return before, encoding
        rule = f"byte 0x{raw[error.start]:02x} is not {encoding.removesuffix('-sig').upper()}"
        raise file.error(rule, named(raw, written), *text_places.of(before, len(before))) from None
    except UnicodeError as error:
        raise file.error(f"is not {encoding}: {error}", named(raw, written)) from None
    return text, encoding


def named(raw: bytes, written: str | None) -> str:
    """The cure of bytes that are no UTF-8: the encodings that they may have, and how each reads a word of them."""
    if written is None:
        return "save it as UTF-8"
    if encodings.is_mostly_utf8(raw):
        return "mend or take out such bytes: all other characters of the file are UTF-8"
    found = encodings.guesses(raw)
    if not found:
        return f"name the encoding: {{{written}, encoding: NAME}}"
    first, *others = found
    cure = f"name the encoding: {{{written}, encoding: {first.encoding}}} reads {first.word!r}"
    return cure + "".join(f", encoding: {guess.encoding} {guess.word!r}" for guess in others)


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
