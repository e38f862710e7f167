"""CSV and its kin: every row has as many fields as the header, or the place is named where it has not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.collect.files import text_cells, text_places
from protokit.collect.files.file_source import Cells
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded
from protokit.collect.table_words import TableSource
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd

_DELIMITERS = (",", ";", "\t", "|")
_MOST_FIELD = 1 << 24
_HEAD = 1 << 20


class Csv:
    """Files of delimited text, plain or gzipped."""

    def header(self, file: File, spec: TableSource) -> list[str] | None:
        """The names in the first row.

        Raises:
            DataError: the file is empty, a name stands twice, or the text cannot be decoded.
        """
        text = _text(file, spec, _HEAD)
        return _names(text, _rows(text, file, spec), file, spec)

    def cells(self, file: File, spec: TableSource) -> Cells:
        """All fields, as texts.

        Raises:
            DataError: with the line and column of the first row that is not like the header.
        """
        text = _text(file, spec)
        rows = _rows(text, file, spec)
        names = _names(text, rows, file, spec)
        kept: list[list[str]] = []
        for line, row in rows:
            if len(row) != len(names):
                if not row:
                    continue  # a blank line
                starts = text_places.fields(text, line, _delimiter(text, spec))
                place = starts.fields[len(names)] if len(row) > len(names) else starts.end
                rule = f"{len(row)} fields where the header has {len(names)}"
                cure = "put fields that hold the delimiter in double quotes, or mend the line"
                raise file.error(rule, cure, *place)
            kept.append(row)
        if not kept:
            raise file.error("no rows below the header", "give a table with rows")
        return Cells(names, list(zip(*kept, strict=True)))

    def frame(self, cells: Cells, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
        """Numbers as numbers, the rest as text, missing cells as missing."""
        return text_cells.frame(cells.names, cells.columns, spec)


def read(path: Path, spec: TableSource) -> tuple[pd.DataFrame, list[Notice]]:
    """The rows of one file.

    Raises:
        DataError: with the line and column of the first row that is not like the header.
    """
    form = Csv()
    return form.frame(form.cells(File(path, str(path)), spec), spec)


def _text(file: File, spec: TableSource, limit: int | None = None) -> str:
    text = decoded(file, spec, limit)
    at = text.find("\0")
    if at >= 0:
        cure = "name the encoding: encoding: utf-16" if text[1:2] == "\0" or text[:1] == "\0" else "remove it"
        raise file.error("a NUL character", cure, *text_places.of(text, at))
    if not text.strip():
        raise file.error("the file is empty", "give a table with a header and rows")
    return text


def _rows(text: str, file: File, spec: TableSource) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each starts on."""
    csv.field_size_limit(_MOST_FIELD)
    delimiter = _delimiter(text, spec)
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


def _delimiter(text: str, spec: TableSource) -> str:
    if spec.delimiter is not None:
        return spec.delimiter
    start = len(text) - len(text.lstrip("\r\n"))
    end = text.find("\n", start)
    first = text[start:] if end < 0 else text[start:end]
    return max(_DELIMITERS, key=lambda d: (first.count(d), -_DELIMITERS.index(d)))


def _names(text: str, rows: Iterator[tuple[int, list[str]]], file: File, spec: TableSource) -> list[str]:
    """The names in the first row that is not blank."""
    line, row = next(((line, row) for line, row in rows if row), (1, []))
    names = [name.strip() or f"column_{i}" for i, name in enumerate(row, 1)]
    for i, name in enumerate(names):
        if name in names[:i]:
            first, second = names.index(name) + 1, i + 1
            place = text_places.fields(text, line, _delimiter(text, spec)).fields[i]
            rule = f"two columns are named {name!r} (the {first}. and the {second}.)"
            raise file.error(rule, "rename one in the file", *place)
    return names
