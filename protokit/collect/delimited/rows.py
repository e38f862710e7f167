"""The rows of a delimited text, with the line that each starts on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

BLANKS = " "  # the delimiter that stands for any run of blanks and tabs
_MOST_FIELD = 1 << 24

Row = tuple[int, list[str]]


class Unreadable(ValueError):
    """A quote that breaks the row which starts on `line`."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def rows(
    text: str,
    delimiter: str,
    *,
    quote: str | None = '"',
    comment: str | None = None,
    above: int = 0,
    strict: bool = True,
    spaced: bool = False,
) -> Iterator[Row]:
    """Each row, as texts, and its line, from 1; one without fields is a blank line.

    The first `above` lines are left out, and those that start with `comment`; where `spaced`, blanks before a field.

    Raises:
        Unreadable: a quote stands where none can, and `strict`.
    """
    lines = _Lines(text, above, comment)
    if delimiter == BLANKS:
        mark = re.escape(quote or "")
        within = rf"{mark}((?:[^{mark}]|{mark}{mark})*){mark}(?=[ \t]|$)|" if quote else "(?!)()|"
        pattern = re.compile(rf"{within}([^ \t]+)")
        for line in lines:
            yield lines.number, _between_blanks(line.rstrip("\r\n"), pattern, quote, lines.number if strict else 0)
            lines.within = False
        return
    csv.field_size_limit(_MOST_FIELD)
    if quote is None:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    else:
        reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict, skipinitialspace=spaced)
    while True:
        lines.within = False
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(lines.first, str(error)) from None
        yield lines.first, row


def is_blank(row: list[str]) -> bool:
    """Whether a row is a line without anything."""
    return not row or (len(row) == 1 and not row[0].strip())


class _Lines:
    """The lines that are not left out. `first` is that of the row being read, once `within` is set to false before."""

    def __init__(self, text: str, above: int, comment: str | None) -> None:
        self._lines = islice(io.StringIO(text, newline=""), above, None)
        self._comment = comment
        self.number, self.first, self.within = above, above + 1, False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        while True:
            line = next(self._lines)
            self.number += 1
            if self.within or self._comment is None or not line.startswith(self._comment):
                break
        if not self.within:
            self.first, self.within = self.number, True
        return line


def _between_blanks(line: str, pattern: re.Pattern[str], quote: str | None, number: int) -> list[str]:
    found = []
    for within, plain in pattern.findall(line):
        if quote and plain.startswith(quote) and number:
            raise Unreadable(number, "unexpected end")
        found.append(plain or (within.replace(quote * 2, quote) if quote else within))
    return found
