"""Delimited text that is larger than memory, gone through once: its rows counted, and the place of what is wrong."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from protokit.collect.bulk.blocks import LONGEST, Unclean, opened
from protokit.collect.bulk.reader import last_rows, next_rows
from protokit.collect.bulk.scan import scanned as of_block
from protokit.collect.delimited.faults import longer, unreadable
from protokit.collect.delimited.rows import Row, Unreadable, is_blank, rows
from protokit.collect.files.dialect import Dialect
from protokit.collect.files.files import File
from protokit.core.errors import DataError

_HEAD = 1 << 16  # bytes that hold the lines above the rows
CONVERT = "convert it to Parquet, and name that file"


@dataclass(frozen=True)
class Scan:
    """How many rows a file has, the last of them, the most bytes of one, and whether lines end in different ways."""

    rows: int
    end: list[list[str]]
    longest: int
    mixed: bool


def scanned(file: File, dialect: Dialect) -> Scan:
    """What a file is, all of whose rows are whole.

    Raises:
        DataError: with the line and column of what is wrong.
    """
    count, line, end, raw, more, longest = 0, dialect.above + 1, b"", b"", False, 0
    above = file.head(_HEAD).split(b"\n")[: dialect.above]
    lines, returns = len(above), sum(one.endswith(b"\r") for one in above)
    try:
        with opened(file, dialect) as stream:
            try:
                while raw := next_rows(stream, dialect.quote):
                    rows_here, _, most = of_block(raw, dialect)
                    if most > LONGEST:
                        raise Unclean("a row that is very long")
                    longest = max(longest, most)
                    count += rows_here
                    line += raw.count(b"\n")
                    lines, returns = lines + raw.count(b"\n"), returns + raw.count(b"\r\n")
                    end, raw = (raw if rows_here else end), b""
            except Unclean as error:
                raw = error.raw or raw
                more = bool(stream.read(1))
                raise
        if not count:
            raise file.error("no rows below the header", "give a table with rows")
        return Scan(count, last_rows(end, dialect), longest, 0 < returns < lines)
    except Unclean as error:
        if not dialect.comment and not dialect.footer and raw:
            _name(raw, line, file, dialect, more)
        broken = isinstance(error.__context__, (EOFError, OSError, zlib.error))
        cure = "fetch the file again: it is not whole" if broken else CONVERT
        raise file.error(f"{error}, in a table that is larger than memory", cure) from None


@dataclass(frozen=True)
class _Below(File):
    """A file whose lines are counted from one that has some above it."""

    above: int = 0

    def error(
        self, rule: str, cure: str | None = None, line: int | None = None, column: int | None = None
    ) -> DataError:
        return super().error(rule, cure, None if line is None else line + self.above, column)


def _name(raw: bytes, line: int, file: File, dialect: Dialect, more: bool) -> None:
    """Say what is wrong with some rows, of which the first stands on a line, if it is known; `more` come after them.

    Raises:
        DataError: with the line and column.
    """
    file = _Below(**vars(file), above=line - 1)
    text = raw.decode(errors="replace")
    dialect = replace(dialect, above=0)
    kept: list[Row] = []
    fault: Unreadable | None = None
    try:
        for row in rows(text, dialect.delimiter, quote=dialect.quote):
            if not is_blank(row[1]):
                kept.append(row)
    except Unreadable as error:
        fault = error
    if more or fault:  # so that what is odd is not taken for what stands below the rows
        kept.append((1 << 62, [""] * dialect.width))
    for at, cells in kept:
        if len(cells) != dialect.width:
            raise longer(text, file, dialect, at, cells, kept)
        if sum(map(len, cells)) > LONGEST // 4:
            _hold_length(at, cells, file)
    if fault is not None:
        raise unreadable(text, file, dialect, fault) from None


def _hold_length(line: int, cells: list[str], file: File) -> None:
    size = len("".join(cells).encode()) + len(cells)
    if size > LONGEST:
        raise file.error(
            f"a row of {size:,} bytes, where a table that is larger than memory has {LONGEST:,} at most", CONVERT, line
        )
