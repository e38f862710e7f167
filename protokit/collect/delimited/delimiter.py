"""The delimiter of a text: the one that parts its rows into as many fields as its names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from protokit.collect.delimited.rows import BLANKS, is_blank, rows
from protokit.collect.delimited.shapes import is_number, of_numbers

DELIMITERS = ",|;\t"  # the last is least often part of a text
_SAMPLE = 200
_MOST_ABOVE = 50
_MOSTLY = 0.5


@dataclass(frozen=True)
class Found:
    """A delimiter, the share of the rows that it parts into as many fields, and another that parts all as evenly."""

    delimiter: str
    share: float
    other: str | None = None


@dataclass(frozen=True)
class _Fit:
    delimiter: str
    width: int
    covered: float  # share of all rows that have as many fields as most
    share: float  # of the rows from the names on that have as many fields as most
    names: bool  # whether the names are as many
    above: bool  # whether lines stand above the names that it does not part
    numbers: int  # columns of numbers below the names
    spaced: bool  # whether a blank follows each delimiter between the names: it may be one of a sentence

    @property
    def rank(self) -> tuple[float, bool, int, int, int]:
        score = round(self.covered, 2) + 0.1 * self.names
        return (
            score,
            not self.spaced,
            self.numbers,
            self.width,
            DELIMITERS.find(self.delimiter),
        )


def found(text: str, quote: str | None, comment: str | None, above: int, *, spaced: bool = False) -> Found:
    """The delimiter of a text whose rows, or titles, start below the first `above` lines."""
    every = (_fit(text, d, quote, comment, above, spaced) for d in DELIMITERS)
    likely = [fit for fit in every if fit and fit.share >= _MOSTLY]
    fits = [fit for fit in likely if not fit.above or fit.covered >= _MOSTLY] or likely
    by_blanks = all(fit.share < 1 for fit in fits) and _by_blanks(text, quote, comment, above)
    if fits and not by_blanks:
        first, *others = sorted(fits, key=lambda fit: fit.rank, reverse=True)
        even = [fit.delimiter for fit in others if fit.share == 1 and fit.names and not fit.above]
        even = [other for other in even if not (other == "," and _decimal(text, above))]
        return Found(first.delimiter, first.covered, even[0] if even and first.share == 1 else None)
    if by_blanks:
        return Found(BLANKS, 1, ",")
    line = next((line for line in text.splitlines()[above:] if line.strip()), "")
    return Found(max(("\t", ";", "|", ","), key=lambda d: (line.count(d), d == ",")), 0)


def single_quoted(text: str, given: str | None, comment: str | None, above: int) -> bool:
    """Whether single quotes around fields part more rows evenly than double ones."""
    if "'" not in text or re.search(r"(?:^|[,;|\t])'", text, re.M) is None:
        return False
    parted = {}
    for quote in "\"'":
        fits = (_fit(text, d, quote, comment, above) for d in ((given,) if given and given != "blanks" else DELIMITERS))
        parted[quote] = max((fit.covered for fit in fits if fit), default=0)
    return parted["'"] > parted['"']


def quoted_after_blanks(text: str, quote: str, given: str | None) -> bool:
    """Whether blanks stand between delimiters and quotes around fields."""
    if f" {quote}" not in text:
        return False
    marks, mark = re.escape(given or DELIMITERS), re.escape(quote)
    return re.search(rf"[{marks}] +{mark}[^{mark}\r\n]*{mark}(?=[{marks}\r\n]|\Z)", text) is not None


def _sample(
    text: str, delimiter: str, quote: str | None, comment: str | None, above: int, spaced: bool = False
) -> list[list[str]]:
    read = rows(text, delimiter, quote=quote, comment=comment, above=above, strict=False, spaced=spaced)
    return list(islice((row for _, row in read if not is_blank(row)), _SAMPLE))


def _fit(
    text: str, delimiter: str, quote: str | None, comment: str | None, above: int, spaced: bool = False
) -> _Fit | None:
    sample = _sample(text, delimiter, quote, comment, above, spaced)
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
    even = [row for row in sample[start + 1 :] if len(row) == width]
    numbers = sum(map(of_numbers, zip(*even, strict=True)))
    covered = below.count(width) / len(counts)
    return _Fit(
        delimiter, width, covered, below.count(width) / len(below), below[0] == width, start > 0, numbers, spaced
    )


def _decimal(text: str, above: int) -> bool:
    """Whether each comma below the names stands between digits."""
    lines = [line for line in text.splitlines()[above:] if line.strip()][1:_SAMPLE]
    return not any(re.search(r"(?<!\d),|,(?!\d)", line) for line in lines)


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
