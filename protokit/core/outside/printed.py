"""Texts from outside, as they may be shown: short, and without what a terminal or a page would obey."""

from __future__ import annotations

import unicodedata

_LONGEST = 200
_LINE, _LINES = 2_000, 400  # of a message
_KEPT = ("\n", "\t", "\u200d")  # the last joins parts of a picture
# marks that turn the direction of a text, by which it reads as another
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)))


def short(text: str, most: int = _LONGEST) -> str:
    """A text in a line, cut at its end where it is long.

    >>> short("a" * 300, 20), short("red \\x1b[31m text")
    ('aaaaaaaaaaaaa... (300 characters)', 'red \\\\x1b[31m text')
    """
    cut = text if len(text) <= most else f"{text[: max(0, most - 7)]}... ({len(text):,} characters)"
    return plain(cut).replace("\n", " ")


def plain(text: str) -> str:
    """A text with its control characters as they are written in Python: no terminal obeys them.

    >>> plain("a\\x07b\\nc")
    'a\\\\x07b\\nc'
    """
    if text.isprintable():
        return text
    return "".join(_written(one) for one in text)


def message(text: str) -> str:
    """A message of several lines: no terminal obeys it, and no value that it names floods the screen."""
    lines = plain(text).split("\n")
    if len(lines) > _LINES:
        lines = [*lines[:_LINES], f"... and {len(lines) - _LINES:,} more lines"]
    return "\n".join(one if len(one) <= _LINE else f"{one[:_LINE]}... ({len(one):,} characters)" for one in lines)


def _written(one: str) -> str:
    if one in _KEPT or (one.isprintable() and one not in _TURNING):
        return one
    if unicodedata.category(one) == "Zs":
        return one
    return one.encode("unicode_escape").decode()
