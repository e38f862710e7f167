"""What runtimes that have texts do with free ones: the contract, and what of Unicode their files have to hold."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol, TypeVar, runtime_checkable

from protokit.represent.encoders.text import Tfidf, Tokens

Value = TypeVar("Value")
_BY_NUMBER = r"\x"


@runtime_checkable
class ReadsTexts(Protocol[Value]):
    """Operations on texts."""

    def blanked(self, texts: Value, marks: Sequence[str]) -> Value:
        """The texts, an empty one in place of each that is a mark. Shapes: (rows, 1) -> (rows, 1)."""

    def tokens(self, texts: Value, column: Tokens) -> Value:
        """The codes of tokens: see Tokens. Shapes: (rows, 1) -> (rows, length + pairs) int32."""

    def tfidf(self, texts: Value, column: Tfidf) -> Value:
        """How telling each token is: see Tfidf. Shapes: (rows, 1) -> (rows, tokens) float32."""


def is_word(sign: str) -> bool:
    """Whether a character is one of `\\w`."""
    return sign.isalnum() or sign == "_"


def is_mark(sign: str) -> bool:
    """Whether a character is written over another one."""
    return unicodedata.category(sign).startswith("M")


def is_cased(sign: str) -> bool:
    """Whether a small sigma behind a character may be a final one."""
    return f"{sign}\u03a3".lower()[-1] == "\u03c2"


def is_passed_over(sign: str) -> bool:
    """Whether a character does not count where a final sigma is looked for."""
    return not is_cased(sign) and f"a{sign}\u03a3".lower()[-1] == "\u03c2"


@cache
def signs(test: Callable[[str], bool]) -> str:
    """All characters of a kind as a regular expression of RE2, whose own tables may be of another Unicode."""
    found: list[list[int]] = []
    for place in every():
        if test(chr(place)):
            if found and found[-1][1] == place - 1:
                found[-1][1] = place
            else:
                found.append([place, place])
    return one_of("".join(f"{chr(first)}-{chr(last)}" for first, last in found))


def one_of(signs_and_ranges: str) -> str:
    """A class of characters, as Python has it between brackets, for RE2: each by its number but for `-`."""
    return f"[{''.join(sign if sign == '-' else f'{_BY_NUMBER}{{{ord(sign):x}}}' for sign in signs_and_ranges)}]"


def every() -> Iterable[int]:
    """All characters that a text may have: half of a pair is none."""
    return (place for place in range(sys.maxunicode + 1) if not 0xD800 <= place < 0xE000)


@cache
def blanks() -> tuple[str, ...]:
    """All characters that part words."""
    return tuple(chr(place) for place in every() if chr(place).isspace())


@cache
def lowered() -> dict[str, str]:
    """Each character that is another in lower case. A capital sigma depends on its place: see `is_cased`."""
    return {chr(place): chr(place).lower() for place in every() if chr(place).lower() != chr(place)}
