"""Whether each row of a block of delimited text is as long as the names, and where numbers start with a zero."""

from __future__ import annotations

import numpy as np

from protokit.collect.bulk.blocks import Unclean
from protokit.collect.files.dialect import Dialect

_NEWLINE, _RETURN, _ZERO, _BLANK = b"\n\r0 "
_SLICE = 1 << 16  # bytes looked at together: their arrays stay in the processor's cache


def scanned(raw: bytes, dialect: Dialect) -> tuple[int, frozenset[int], int]:
    """The number of rows in whole lines of text, the columns in which a number starts with a zero and a further
    digit, as 007 does, and the most bytes of a row.

    Raises:
        Unclean: a row has too few or too many fields, or a quote, a NUL or a carriage return stands where none can.
    """
    if 0 in raw:
        raise Unclean("a NUL")
    whole = np.frombuffer(raw, np.uint8)
    quote = ord(dialect.quote) if dialect.quote and dialect.quote.encode() in raw else None
    returns = _RETURN in raw
    width = dialect.width
    if width == 1 and (quote is not None or any(not line.strip() for line in raw.split(b"\n") if line.strip(b"\r"))):
        raise Unclean("a row that some take for none")
    start, size, rows, padded, longest = 0, _SLICE, 0, set[int](), 0
    while start < len(raw):
        end = raw.rfind(b"\n", start, start + size) + 1
        found = _rows(whole[start:end], dialect, width, quote, returns) if end else None
        if found is None:  # a row that is longer
            if start + size >= len(raw):
                raise Unclean("a quote that is not closed")
            size *= 2
            continue
        rows += found[0]
        padded |= found[1]
        longest = max(longest, found[2])
        start, size = end, _SLICE
    return rows, frozenset(padded), longest


def _rows(
    text: np.ndarray, dialect: Dialect, width: int, quote: int | None, returns: bool
) -> tuple[int, set[int], int] | None:
    """Rows, padded columns and the most bytes of a row of whole lines; None where a quote is open at their end."""
    newlines = text == _NEWLINE
    stops = text == ord(dialect.delimiter)
    stops |= newlines
    quotes = inside = None
    ends, of_rows = stops, newlines
    if quote is not None:
        quotes = text == quote
        inside = np.logical_xor.accumulate(quotes)
        if inside[-1]:
            return None
        _hold_quotes(text, quotes, inside, stops)
        outside = ~inside
        ends, of_rows = stops & outside, newlines & outside
    if returns:
        _hold_returns(text, inside)
    at = np.flatnonzero(ends)
    count = int(np.count_nonzero(of_rows))
    if width == 1 or not _even(text, at, count, width):  # of one field, a line that holds nothing looks like a row
        at, count = _without_blank_lines(text, at)
        if not _even(text, at, count, width):
            raise Unclean("a row with too few or too many fields")
    if dialect.trailing and width > 1 and count:
        last = at[width - 1 :: width]
        if not (last - at[width - 2 :: width] <= 1 + (text[last - 1] == _RETURN)).all():
            raise Unclean("text after the last delimiter")
    return count, _padded(text, stops, quotes, at, width), _longest(at[width - 1 :: width])


def _even(text: np.ndarray, at: np.ndarray, count: int, width: int) -> bool:
    """Whether each row has as many fields as it should: where fields end, each `width`th is the end of a row."""
    return len(at) == count * width and bool((text[at[width - 1 :: width]] == _NEWLINE).all())


def _longest(ends: np.ndarray) -> int:
    """The most bytes of a row, by where rows end."""
    if len(ends) < 2:
        return int(ends[0]) + 1 if len(ends) else 0
    return max(int(ends[0]) + 1, int((ends[1:] - ends[:-1]).max()))


def _hold_quotes(text: np.ndarray, quotes: np.ndarray, inside: np.ndarray, stops: np.ndarray) -> None:
    """Hold that quotes stand at the start and the end of fields, and doubled within."""
    places = np.flatnonzero(quotes)
    before = places[::2] - 1
    before = before[before >= 0]
    after = places[1::2] + 1
    # a doubled quote closes and opens again; the last byte is a newline
    if not (stops[before] | quotes[before]).all():
        raise Unclean("a quote within a field")
    if not (stops[after] | quotes[after] | (text[after] == _RETURN)).all():
        raise Unclean("text after a quote that closes")


def _hold_returns(text: np.ndarray, inside: np.ndarray | None) -> None:
    returns = np.flatnonzero(text == _RETURN)
    if inside is not None:
        returns = returns[~inside[returns]]
    if not (text[returns + 1] == _NEWLINE).all():
        raise Unclean("a carriage return alone")


def _without_blank_lines(text: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, int]:
    """The ends of fields without those of lines that hold nothing, and the number of rows."""
    rows = np.flatnonzero(text[at] == _NEWLINE)
    ends = at[rows]
    length = np.diff(ends, prepend=-1)
    blank = length == 1
    two = np.flatnonzero(length == 2)
    blank[two] = text[ends[two] - 1] == _RETURN
    return np.delete(at, rows[blank]), int(len(rows) - blank.sum())


def _padded(text: np.ndarray, stops: np.ndarray, quotes: np.ndarray | None, at: np.ndarray, width: int) -> set[int]:
    """The columns with a cell that starts with a zero and a further digit, blanks aside."""
    if quotes is None and len(at) and len(at) * 4 < len(text):
        first = at[:-1] + 1
        head = text[first]
        if not (head <= _BLANK).any() and text[0] > _BLANK:
            zero = np.flatnonzero(head == _ZERO)
            places = zero[(text[first[zero] + 1] - _ZERO) < 10] + 1
            found = set((places % width).tolist())
            return found | {0} if text[0] == _ZERO and text[1:2].tobytes().isdigit() else found
    starts = text <= _BLANK
    starts |= stops
    if quotes is not None:
        starts |= quotes
    zeros = (text[1:] - _ZERO) < 10
    zeros &= text[:-1] == _ZERO
    places = np.flatnonzero(zeros[1:] & starts[:-2]) + 1
    if zeros[:1].any():
        places = np.append(places, 0)
    return set((np.searchsorted(at, places) % width).tolist()) if len(places) else set()
