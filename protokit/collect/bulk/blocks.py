"""The rows of a text file in blocks of bytes: as UTF-8, unpacked, from the first row of data on."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from protokit.collect.delimited.rows import BLANKS
from protokit.collect.files.dialect import Dialect
from protokit.collect.files.files import File
from protokit.core.outside import access

LONGEST = 1 << 24  # bytes of a row
_READ = 1 << 20
_IN_MEMORY = 1 << 26
_UTF_8 = {"utf-8", "utf-8-sig", "ascii"}


class Unclean(Exception):
    """The file is not one that is read by columns: the reader of rows has to say what it holds, or what is wrong.

    `raw` are the rows that were being read, the first of them from its start on, where they are known.
    """

    def __init__(self, rule: str, raw: bytes = b"") -> None:
        super().__init__(rule)
        self.raw = raw


@contextmanager
def opened(file: File, dialect: Dialect) -> Iterator[BinaryIO]:
    """The rows of a file as a stream of UTF-8, without what stands above and below them, and without comments.

    Text that says it is UTF-8 is not looked at here: whoever makes texts of it does that.

    Raises:
        Unclean: it cannot be read or decoded, or where its rows are is not clear from its lines alone.
    """
    if len((dialect.delimiter + (dialect.quote or "")).encode()) > 2 or dialect.delimiter == BLANKS:
        raise Unclean("a delimiter of several bytes")
    try:
        with ExitStack() as stack:
            stream: BinaryIO = stack.enter_context(access.local(file.path).open("rb"))
            packed = stream.read(2) == b"\x1f\x8b"
            stream.seek(0)
            if packed:
                stream = cast(BinaryIO, stack.enter_context(gzip.open(stream)))
            if codecs.lookup(dialect.encoding).name not in _UTF_8:
                stream = stack.enter_context(_decoded(stream, dialect.encoding))
            _skip(stream, dialect.above)
            if dialect.comment or dialect.footer:
                stream = stack.enter_context(_bare(stream, dialect))
            yield stream
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise Unclean(str(error)) from None


def block(stream: BinaryIO, size: int, quote: str | None) -> bytes:
    """The next rows, whole ones: about `size` bytes; none at the end. Each line has its newline.

    Raises:
        Unclean: a quote is not closed, or not before the row has grown longer than any.
    """
    pieces = [stream.read(size), stream.readline(LONGEST)]
    mark = quote.encode() if quote else b""
    quotes = sum(piece.count(mark) for piece in pieces if mark in piece) if quote else 0
    more = 0
    while quotes % 2:
        line = stream.readline(LONGEST)
        more += len(line)
        if not line or more > LONGEST:
            raise Unclean("a quote that is not closed", b"".join(pieces))
        pieces.append(line)
        quotes += line.count(mark)
    if len(pieces[-1]) == LONGEST:
        raise Unclean("a row that is very long", b"".join(pieces))
    text = b"".join(pieces)
    return text + b"\n" if text and not text.endswith(b"\n") else text


def _spool() -> BinaryIO:
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY))


@contextmanager
def _decoded(stream: BinaryIO, encoding: str) -> Iterator[BinaryIO]:
    with _spool() as out:
        decoder = codecs.getincrementaldecoder(encoding)()
        while piece := stream.read(_READ):
            out.write(decoder.decode(piece).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))
        out.seek(0)
        yield out


def _skip(stream: BinaryIO, lines: int) -> None:
    """Leave a byte order mark and the first lines behind."""
    if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        stream.seek(0)
    for _ in range(lines):
        line = stream.readline()
        if b"\r" in line.removesuffix(b"\n").removesuffix(b"\r"):
            raise Unclean("a carriage return")


@contextmanager
def _bare(stream: BinaryIO, dialect: Dialect) -> Iterator[BinaryIO]:
    """The stream without comments, and without the last lines."""
    mark = re.escape((dialect.comment or "").encode())
    comments = re.compile(rb"^" + mark + rb"[^\n]*\n?", re.M) if mark else None
    with _spool() as out:
        while text := stream.read(_READ) + stream.readline():
            if comments and comments.search(text):
                if dialect.quote and dialect.quote.encode() in text:
                    raise Unclean("comments beside quotes: a line may start within a field")
                text = comments.sub(b"", text)
            out.write(text)
        if dialect.footer:
            _cut(out, dialect)
        out.seek(0)
        yield out


def _cut(out: BinaryIO, dialect: Dialect) -> None:
    """Take the last lines that are not blank away."""
    if dialect.width == 1:
        raise Unclean("rows of one field, which may be blank")
    size = out.tell()
    start = max(0, size - _READ)
    out.seek(start)
    text = out.read()
    blanks = bytes(set(b" \t\r\n\v\f") - set(dialect.delimiter.encode()))
    for _ in range(dialect.footer):
        text, newline, last = text.rstrip(blanks).rpartition(b"\n")
        if not newline or (dialect.quote and dialect.quote.encode() in last):
            raise Unclean("a footer that is not clear")
        text += newline
    out.seek(start + len(text), io.SEEK_SET)
    out.truncate()
