"""The delimiter of a text: the one that parts its rows into as many fields as its names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from protokit.collect.delimited.rows import BLANKS, is_blank, rows
from protokit.collect.delimited.shapes import is_number

DELIMITERS = (",", "|", ";", "\t")  # the last is least often part of a text
_SAMPLE = 200
_MOST_ABOVE = 50
_MOSTLY = 0.5


@dataclass(frozen=True)
class Found:
    """A delimiter, and another that would part every row as evenly."""

    delimiter: str
    other: str | None = None


@dataclass(frozen=True)
class _Fit:
    delimiter: str
    width: int
    share: float  # of the rows from the names on that have as many fields as most
    names: bool  # whether the names are as many
    above: bool  # whether lines stand above the names that it does not part
    spaced: bool  # whether a blank follows each delimiter between the names: it may be one of a sentence

    @property
    def rank(self) -> tuple[float, bool, int, int]:
        score = round(self.share, 2) + 0.1 * self.names - 0.1 * self.above
        return score, not self.spaced, self.width, DELIMITERS.index(self.delimiter)


def found(text: str, quote: str | None, comment: str | None, above: int) -> Found:
    """The delimiter of a text whose rows, or titles, start below the first `above` lines."""
    fits = [fit for d in DELIMITERS if (fit := _fit(text, d, quote, comment, above)) and fit.share >= _MOSTLY]
    if fits:
        first, *others = sorted(fits, key=lambda fit: fit.rank, reverse=True)
        even = [fit.delimiter for fit in others if fit.share == 1 and fit.names]
        return Found(first.delimiter, even[0] if even and first.share == 1 else None)
    if _by_blanks(text, quote, comment, above):
        return Found(BLANKS, ",")
    line = next((line for line in text.splitlines()[above:] if line.strip()), "")
    return Found(max(("\t", ";", "|", ","), key=lambda d: (line.count(d), d == ",")))


def _sample(text: str, delimiter: str, quote: str | None, comment: str | None, above: int) -> list[list[str]]:
    read = rows(text, delimiter, quote=quote, comment=comment, above=above, strict=False)
    return list(islice((row for _, row in read if not is_blank(row)), _SAMPLE))


def _fit(text: str, delimiter: str, quote: str | None, comment: str | None, above: int) -> _Fit | None:
    sample = _sample(text, delimiter, quote, comment, above)
    counts = [len(row) for row in sample]
    several = Counter(count for count in counts if count > 1)
    if not several:
        return None
    width = several.most_common(1)[0][0]
    start = next(i for i, count in enumerate(counts) if abs(count - width) <= 1 and count > 1)
    if start > _MOST_ABOVE:
        return None
    below = counts[start:]
    spaced = all(cell.startswith(" ") for cell in sample[start][1:])
    return _Fit(delimiter, width, below.count(width) / len(below), below[0] == width, start > 0, spaced)


def _by_blanks(text: str, quote: str | None, comment: str | None, above: int) -> bool:
    """Whether blanks part all rows evenly, and a column of numbers shows that they are no sentences."""
    sample = _sample(text, BLANKS, quote, comment, above)
    counts = {len(row) for row in sample}
    if len(sample) < 2 or len(counts) > 1 or counts == {1}:
        return False
    if any(all(map(is_number, cells)) for cells in zip(*sample[1:], strict=True)):
        return True
    lines = [line for line in text.splitlines()[above:] if line.strip()][:_SAMPLE]
    return all(re.search(r"\S(\t|  )\s*\S", line) for line in lines)
