"""What cards and pages are made of: sentences, tables, pictures, remarks, texts, notes; and sections that hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Tone = Literal["better", "worse", "cannot tell apart", "not compared"]
_NUMBER = re.compile(r"[-+±−~<≤]?\s?[\d.,]+(e[-+]?\d+)?\s?%?( x \d+)*( \(.*\))?|-|", re.I)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """A text whose letters cannot steer a terminal, or turn around what stands beside them.

    >>> printable("a\\x1b[31mb")
    'a�[31mb'
    """
    return _UNSEEN.sub("\ufffd", text)


@dataclass(frozen=True)
class Sentence:
    """An answer, with what it comes to in a word; none where nothing was compared."""

    text: str
    tone: Tone = "not compared"


@dataclass(frozen=True)
class Grid:
    """A small table of texts. Columns of numbers are aligned right, others left."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    about: str = ""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers: never the first, which says what a row is."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        return tuple(i > 0 and all(_NUMBER.fullmatch(cell) for cell in cells) for i, cells in enumerate(columns))

    def folded(self, most: int, whole: str = "") -> Grid:
        """The table with the rows in its middle left out, where there are more than so many; `whole` has them all."""
        if len(self.rows) <= most:
            return self
        left = len(self.rows) - most + 1
        between = (f"… {left} more" + f" in {whole}" * bool(whole), *("" for _ in self.header[1:]))
        return Grid(self.title, self.header, (*self.rows[: most - 3], between, *self.rows[-2:]), self.about)


@dataclass(frozen=True)
class Remark:
    """A fault that the person should mend: how grave it is, what it is, and the edit that mends it."""

    severity: str
    rule: str
    edit: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture as SVG, and what it shows in words."""

    title: str
    svg: str
    about: str = ""


@dataclass(frozen=True)
class Code:
    """A text that stands as it was written; folded away where `title` is given."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Notes:
    """Short remarks, one a line."""

    items: tuple[str, ...]


Block = Sentence | Grid | Remark | Picture | Code | Notes


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading, and what stands below it. Pictures that follow each other stand side by side."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def anchor(self) -> str:
        """What a link within the page calls it."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    @property
    def runs(self) -> list[list[Block]]:
        """The blocks, pictures that follow each other in one list."""
        found: list[list[Block]] = []
        for block in self.blocks:
            if found and isinstance(block, Picture) and isinstance(found[-1][-1], Picture):
                found[-1].append(block)
            else:
                found.append([block])
        return found
