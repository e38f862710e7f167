"""CSV and its kin: every row has as many fields as the header, or the place is named where it has not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.collect.delimited.faults import after_last, longer, unreadable
from protokit.collect.delimited.footer import told_of_last
from protokit.collect.delimited.rows import Unreadable, is_blank, rows
from protokit.collect.files import files
from protokit.collect.files.cells import Cells, order
from protokit.collect.files.dialect import Dialect, dialect_of, text_in
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.files.texts import unpacked
from protokit.collect.options import (
    Decimal,
    Encoding,
    Footer,
    Header,
    Missing,
    Names,
    Thousands,
    marks_conflict,
    text,
)  # fmt: skip
from protokit.collect.source import SOURCES
from protokit.core.places import Fault
from protokit.core.values.said import Notice
from protokit.grammar.faults import refuse

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_HEAD = 1 << 16
_SOME_ROWS = 200
_UNPACKED = 5  # times the size of a gzipped file


def _hold_delimiter(given: str) -> None:
    if given != "blanks" and (len(given) != 1 or given in '"\r\n'):
        raise refuse(Fault(f"a delimiter is one character, or blanks, not {given!r}", "write delimiter: ';'"))


def _hold_quote(given: str) -> None:
    if given != "none" and (len(given) != 1 or given in "\r\n"):
        raise refuse(Fault(f"a quote is one character, or none, not {given!r}", "write quote: none"))


@SOURCES.add
class Csv(FileSource):
    """Files of delimited text, plain or gzipped."""

    name = "csv"
    about = "delimited text, plain or gzipped; `data/2024-*.csv` reads several files as one"
    example = '{csv: data/flights.csv, delimiter: ";"}'
    rank = 1
    texts_may_be_numbers = True
    endings = (".csv", ".csv.gz", ".tsv", ".tsv.gz")

    missing: Missing = None
    encoding: Encoding = None
    delimiter: Annotated[
        str | None,
        text("delimiter", _hold_delimiter),
        Field(description="between fields, `blanks` for any run of them; found when not given", examples=[";"]),
    ] = None
    header: Header = None
    names: Names = None
    comment: Annotated[
        str | None,
        text("comment"),
        Field(description="what starts a line that is no row", examples=["#"]),
    ] = None
    quote: Annotated[
        str | None,
        text("quote", _hold_quote),
        Field(description="around fields; `none` where quotes are text; '\"' when not given", examples=["none"]),
    ] = None
    footer: Footer = None
    decimal: Decimal = None
    thousands: Thousands = None

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """One mark for both decimals and thousands; two of the fields."""
        yield from marks_conflict(written)
        for key in ("quote", "comment"):
            if written.get(key) is not None and written.get(key) == written.get("delimiter"):
                yield Fault(f"{key} and delimiter are both {written[key]!r}", "write another one", (key,))

    def columns_of_file(self, file: File) -> list[str] | None:
        """The names of the columns.

        Raises:
            DataError: the file is empty, a name stands twice, the text cannot be decoded, or where the names are is not
                clear.
        """
        return list(dialect_of(file, self).names)

    def some_cells(self, folder: Path) -> Mapping[str, list[str]]:
        """Those of the first lines of the first file."""
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False)
            if not found:
                return {}
            dialect = dialect_of(found[0], self)
            text, _ = text_in(found[0], self, limit=_HEAD)
            kept = (row for _, row in _kept(text, found[0], dialect))
            rows = [row for row in islice(kept, _SOME_ROWS) if len(row) == len(dialect.names)]
        return {name: [row[i] for row in rows] for i, name in enumerate(dialect.names)}

    def cells(self, file: File) -> Cells:
        """All fields, as texts.

        Raises:
            DataError: with the line and column of the first row that is not like the header.
        """
        dialect = dialect_of(file, self)
        text, _ = text_in(file, self)
        kept = list(_kept(text, file, dialect))
        told = told_of_last([row for _, row in kept[-5:]], dialect.footer)
        if dialect.footer:
            del kept[-dialect.footer :]
        for line, row in kept:
            if len(row) != dialect.width:
                raise longer(text, file, dialect, line, row, kept)
            if dialect.trailing and row.pop().strip():
                raise after_last(text, file, dialect, line)
        if not kept:
            raise file.error("no rows below the header", "give a table with rows")
        columns = list(zip(*(row for _, row in kept), strict=True))
        return Cells(list(dialect.names), columns, (*dialect.notices, *told))

    def all_cells(self, found: Sequence[File], texts: Collection[str] = ()) -> tuple[Cells, list[int]]:
        """All cells: read by columns at once where the files are clean, by rows where they are not."""
        from protokit.cells.missing import Marks
        from protokit.collect.bulk.blocks import Unclean
        from protokit.collect.bulk.reader import whole

        dialects = [dialect_of(file, self) for file in found]
        names = list(dialects[0].names)
        for file, dialect in zip(found, dialects, strict=True):
            order(names, list(dialect.names), found[0], file)
        if any(dialect.spaced for dialect in dialects):
            return super().all_cells(found, texts)
        as_computers = self.thousands is None and self.decimal in (None, ".")
        try:
            return whole(found, dialects, Marks.of(self.missing).texts, texts if as_computers else names)
        except Unclean:
            return super().all_cells(found, texts)

    def is_about(self, cells: int, folder: Path) -> bool:
        """Whether the files hold so many cells or more, by their size and their first rows.

        Raises:
            DataError: there is no such file, or its first rows cannot be read.
        """
        location = expand(self.location)
        with location.masking():
            found, _ = files.find(location, folder, fetch=False)
            total = 0.0
            for file in found:
                size = file.path.stat().st_size
                head = unpacked(file, _HEAD)
                if file.head(2) == b"\x1f\x8b":
                    size *= _UNPACKED
                if 2 * cells > size * len(found):  # a cell has its delimiter at least
                    continue
                width = dialect_of(file, self).width
                total += size / max(1, len(head)) * head.count(b"\n") * width
            return total >= cells

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """Numbers as numbers, the rest as text, missing cells as missing."""
        from protokit.collect.text_cells import frame_of

        return frame_of(self, cells, texts)


def _kept(text: str, file: File, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Rows, but for blank lines."""
    read = rows(
        text,
        dialect.delimiter,
        quote=dialect.quote,
        comment=dialect.comment,
        above=dialect.above,
        spaced=dialect.spaced,
    )
    try:
        for line, row in read:
            if not is_blank(row) or (row and dialect.width == 1 and row[0]):
                yield line, row
    except Unreadable as error:
        raise unreadable(text, file, dialect, error) from None
