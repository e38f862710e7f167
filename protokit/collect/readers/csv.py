"""CSV and its kin: every row has as many fields as the header, or the place is named where it has not."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.collect.files import text_places
from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded
from protokit.collect.options import Decimal, Encoding, Missing, Thousands, marks_conflict, text
from protokit.collect.source import SOURCES
from protokit.core.places import Fault
from protokit.core.values import Notice
from protokit.grammar.faults import refuse

if TYPE_CHECKING:
    import pandas as pd

_DELIMITERS = (",", ";", "\t", "|")
_MOST_FIELD = 1 << 24
_HEAD = 1 << 20


def _hold_delimiter(given: str) -> None:
    if len(given) != 1 or given in '"\r\n':
        raise refuse(Fault(f"a delimiter is one character, not {given!r}", "write delimiter: ';'"))


@SOURCES.add
class Csv(FileSource):
    """Files of delimited text, plain or gzipped."""

    name = "csv"
    about = "delimited text, plain or gzipped; `data/2024-*.csv` reads several files as one"
    example = '{csv: data/flights.csv, delimiter: ";"}'
    rank = 1
    endings = (".csv", ".csv.gz", ".tsv", ".tsv.gz")

    missing: Missing = None
    encoding: Encoding = None
    delimiter: Annotated[
        str | None,
        text("delimiter", _hold_delimiter),
        Field(description="between fields; found by itself when not given", examples=[";"]),
    ] = None
    decimal: Decimal = None
    thousands: Thousands = None

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """One mark for both decimals and thousands."""
        return marks_conflict(written)

    def header(self, file: File) -> list[str] | None:
        """The names in the first row.

        Raises:
            DataError: the file is empty, a name stands twice, or the text cannot be decoded.
        """
        text = self._text(file, _HEAD)
        delimiter = self.delimiter or _delimiter(text)
        return _names(text, _rows(text, file, delimiter), file, delimiter)

    def cells(self, file: File) -> Cells:
        """All fields, as texts.

        Raises:
            DataError: with the line and column of the first row that is not like the header.
        """
        text = self._text(file)
        delimiter = self.delimiter or _delimiter(text)
        rows = _rows(text, file, delimiter)
        names = _names(text, rows, file, delimiter)
        kept: list[list[str]] = []
        for line, row in rows:
            if len(row) != len(names):
                if not row:
                    continue  # a blank line
                starts = text_places.fields(text, line, delimiter)
                place = starts.fields[len(names)] if len(row) > len(names) else starts.end
                rule = f"{len(row)} fields where the header has {len(names)}"
                cure = "put fields that hold the delimiter in double quotes, or mend the line"
                raise file.error(rule, cure, *place)
            kept.append(row)
        if not kept:
            raise file.error("no rows below the header", "give a table with rows")
        return Cells(names, list(zip(*kept, strict=True)))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """Numbers as numbers, the rest as text, missing cells as missing."""
        from protokit.collect.text_cells import frame

        return frame(
            cells.names,
            cells.columns,
            missing=self.missing,
            decimal=self.decimal,
            thousands=self.thousands,
            texts=texts,
        )

    def _text(self, file: File, limit: int | None = None) -> str:
        text = decoded(file, self.encoding, written=f"csv: {self.location}", limit=limit)
        at = text.find("\0")
        if at >= 0:
            cure = "name the encoding: encoding: utf-16" if text[1:2] == "\0" or text[:1] == "\0" else "remove it"
            raise file.error("a NUL character", cure, *text_places.of(text, at))
        if not text.strip():
            raise file.error("the file is empty", "give a table with a header and rows")
        return text


def _rows(text: str, file: File, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each starts on."""
    csv.field_size_limit(_MOST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = text_places.fields(text, line, delimiter)
            if "unexpected end" in str(error) and found.quote is not None:
                raise file.error(
                    "a quote that is not closed", 'write "" for a quote inside quotes', *found.quote
                ) from None
            if found.stray is not None:
                cure = 'write "" for a quote inside quotes'
                raise file.error("a closing quote with more text after it", cure, *found.stray) from None
            raise file.error(str(error), "mend the line", *found.end) from None
        yield line, row


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first line."""
    start = len(text) - len(text.lstrip("\r\n"))
    end = text.find("\n", start)
    first = text[start:] if end < 0 else text[start:end]
    return max(_DELIMITERS, key=lambda d: (first.count(d), -_DELIMITERS.index(d)))


def _names(text: str, rows: Iterator[tuple[int, list[str]]], file: File, delimiter: str) -> list[str]:
    """The names in the first row that is not blank."""
    line, row = next(((line, row) for line, row in rows if row), (1, []))
    names = [name.strip() or f"column_{i}" for i, name in enumerate(row, 1)]
    for i, name in enumerate(names):
        if name in names[:i]:
            first, second = names.index(name) + 1, i + 1
            place = text_places.fields(text, line, delimiter).fields[i]
            rule = f"two columns are named {name!r} (the {first}. and the {second}.)"
            raise file.error(rule, "rename one in the file", *place)
    return names
