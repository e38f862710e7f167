"""Where the fields of a row of delimited text stand: worked out only once a row is known to be wrong."""

from __future__ import annotations

import io
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


def fields(text: str, line: int, delimiter: str) -> Row:
    """The fields of the row that starts on a line.

    >>> fields('a,b\\n1,"2\\n3",4\\n', 2, ",").fields
    [(2, 1), (2, 3), (3, 4)]
    """
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
                if body[i] == '"':
                    if body[i + 1 : i + 2] == '"':
                        i += 1
                    else:
                        closed = True
            elif body[i] == delimiter:
                starts.append((number, i + 2))
                opened, closed = None, False
            elif closed:
                return Row(starts, spot, None, spot)
            elif body[i] == '"' and starts[-1] == spot:
                opened = spot
            i += 1
        end = (number, len(body) + 1)
        if opened is None or closed:
            return Row(starts, end)
    return Row(starts, end, opened)
