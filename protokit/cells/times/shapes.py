"""Texts by their shape: a digit counts as a place for one, all else as it stands.

A column of times has few shapes, so each is looked at once, and the digits of all its texts are read together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_LONGEST = 80  # letters of a text that may be a time
_ROWS = 65_536  # texts that are looked at together
_ZERO, _NINE = 48, 57


@dataclass(frozen=True)
class Shape:
    """Texts of one shape.

    Shapes:
        rows: (rows,) positions of the texts.
        digits: (rows, letters) the digits as numbers; nothing is said of other letters.
    """

    text: str  # every digit is a 0
    rows: np.ndarray
    digits: np.ndarray

    def number(self, start: int, end: int) -> np.ndarray:
        """The number between two letters, at most 18 digits. Shapes: (rows,) int64."""
        places = 10 ** np.arange(end - start, dtype=np.int64)[::-1]
        found: np.ndarray = self.digits[:, start:end].astype(np.int64) @ places
        return found


def shapes(texts: np.ndarray) -> Iterator[Shape]:
    """The shapes of texts, those of very long ones left out. Shapes: texts (rows,) of type object."""
    for start in range(0, len(texts), _ROWS):
        some = texts[start : start + _ROWS]
        lengths = np.fromiter(map(len, some), np.int64, len(some))
        rows = np.flatnonzero((lengths <= _LONGEST) & (lengths > 0))
        if len(rows):
            yield from _shapes(some[rows], rows + start)


def _shapes(texts: np.ndarray, rows: np.ndarray) -> Iterator[Shape]:
    wide = texts.astype(np.str_)
    codes = np.ascontiguousarray(wide).view(np.uint32).reshape(len(wide), -1)
    is_digit = (codes >= _ZERO) & (codes <= _NINE)
    masked = np.where(is_digit, np.uint32(_ZERO), codes)
    factors = (np.arange(1, codes.shape[1] + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
    marks = (masked * factors).sum(axis=1, dtype=np.uint64)
    _, first, group = np.unique(marks, return_index=True, return_inverse=True)
    if not (masked == masked[first][group]).all():  # two shapes of one mark
        _, first, group = np.unique(masked, axis=0, return_index=True, return_inverse=True)
    group = group.reshape(-1)
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=len(first)))
    for i, (begin, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        here = order[begin:end]
        text = "".join(map(chr, masked[first[i]])).rstrip("\0")
        yield Shape(text, rows[here], (codes[here] - _ZERO).astype(np.uint8))
