"""Where the fields of a row of delimited text stand: worked out only once a row is known to be wrong."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import islice

Spot = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """Line and column, from 1: of each field's start, of the row's end, of a quote that is not closed, and of
    the text after one that is."""

    fields: list[Spot]
    end: Spot
    quote: Spot | None = None
    stray: Spot | None = None


def of(text: str, at: int) -> Spot:
    """Line and column of a position in a text.

    >>> of("ab\\ncd", 4)
    (2, 2)
    """
    before = text[:at].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def fields(text: str, line: int, delimiter: str, quote: str | None = '"') -> Row:
    """The fields of the row that starts on a line; a delimiter of one blank is any run of blanks and tabs.

    >>> fields('a,b\\n1,"2\\n3",4\\n', 2, ",").fields
    [(2, 1), (2, 3), (3, 4)]
    """
    if delimiter == " ":
        return _between_blanks(text, line, quote)
    starts: list[Spot] = [(line, 1)]
    opened: Spot | None = None  # the quote of the field that is being read
    closed = False
    end: Spot = (line, 1)
    for number, content in enumerate(islice(io.StringIO(text, newline=""), line - 1, None), line):
        body = content.rstrip("\r\n")
        i = 0
        while i < len(body):
            spot = (number, i + 1)
            if opened and not closed:
                if body[i] == quote:
                    if body[i + 1 : i + 2] == quote:
                        i += 1
                    else:
                        closed = True
            elif body[i] == delimiter:
                starts.append((number, i + 2))
                opened, closed = None, False
            elif closed:
                return Row(starts, spot, None, spot)
            elif body[i] == quote and starts[-1] == spot:
                opened = spot
            i += 1
        end = (number, len(body) + 1)
        if opened is None or closed:
            return Row(starts, end)
    return Row(starts, end, opened)


def _between_blanks(text: str, line: int, quote: str | None) -> Row:
    body = next(islice(io.StringIO(text, newline=""), line - 1, None), "").rstrip("\r\n")
    mark = re.escape(quote or "")
    within = rf"{mark}(?:[^{mark}]|{mark}{mark})*{mark}(?=[ \t]|$)|" if quote else ""
    found = [(match.start(), match[0]) for match in re.finditer(rf"{within}[^ \t]+", body)]
    starts = [(line, at + 1) for at, _ in found] or [(line, 1)]
    opened = (at for at, word in found if quote and word[0] == quote and (len(word) < 2 or word[-1] != quote))
    at = next(opened, None)
    return Row(starts, (line, len(body) + 1), None if at is None else (line, at + 1))
