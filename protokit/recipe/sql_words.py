"""The words of an expression, and the functions that may stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protokit.core.suggest import did_you_mean
from protokit.recipe.sql_names import AGGREGATES, FUNCTIONS, ORDERED, OUTSIDE, VOLATILE, WINDOWS

LEAK = "it would carry test rows into training"
_WORDS = re.compile(
    r"""(?P<space>\s+)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<comment>--|/\*)
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>::|<=|>=|<>|!=|==|\|\||//|\*\*|[-+*/%^<>=(),.;?$\[\]{}:@\#~&|!])""",
    re.VERBOSE,
)
_QUOTES = {
    "'": "close the quote",
    '"': 'close the quote: "name"',
    "`": 'write a name in double quotes: "name"',
}


class Refused(Exception):
    """The expression breaks a rule."""

    def __init__(self, rule: str, cure: str | None = None) -> None:
        super().__init__(rule)
        self.rule, self.cure = rule, cure


@dataclass(frozen=True)
class Word:
    """A word of an expression, its kind, and where in the text it starts."""

    kind: str
    text: str
    at: int

    @property
    def key(self) -> str:
        """The word as keywords are written."""
        return self.text.lower() if self.kind == "name" else self.text if self.kind == "sign" else ""


def words(text: str) -> list[Word]:
    """The words of a text, the last one of the kind `end`.

    Raises:
        Refused: a character that no word starts with, or a comment.
    """
    found, at = [], 0
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None:
            raise Refused(f"cannot read {text[at : at + 12]!r}", _QUOTES.get(text[at]))
        kind = str(match.lastgroup)
        if kind == "comment":
            raise Refused("a comment in an expression", "write it in the recipe, after #")
        if "\0" in match.group():
            raise Refused("a NUL character in an expression", "remove it")
        if kind != "space":
            found.append(Word(kind, match.group(), at))
        at = match.end()
    return [*found, Word("end", "", len(text))]


def is_aggregate(name: str, *, allowed: bool) -> bool:
    """Whether a function is over several rows; `allowed` where such a one may stand.

    Raises:
        Refused: it is not a function of an expression, with the reason.
    """
    key = name.lower()
    if key in AGGREGATES:
        if not allowed:
            cure = f"aggregate a table in a join: {{with: TABLE, on: KEY, aggregate: {{NAME: {key}(...)}}}}"
            raise Refused(f"{key}() over all rows is refused: {LEAK}", cure)
        return True
    if key in FUNCTIONS:
        return False
    if key in VOLATILE:
        raise Refused(f"{key}() is refused: it would not give the same twice", "use a column, or a constant")
    if key in WINDOWS:
        raise Refused(f"{key}() over all rows is refused: {LEAK}", "aggregate a table in a join, with `before`")
    if key in ORDERED:
        cure = did_you_mean(key, AGGREGATES) or "use min, max, sum, or a join with `as_of`"
        raise Refused(f"{key}() is refused: it depends on the order of the rows", cure)
    if key.startswith(OUTSIDE):
        raise Refused(f"{name}() is refused: it reaches outside of the table", "use columns and constants")
    raise Refused(f"unknown function {name!r}", did_you_mean(name, sorted(FUNCTIONS | AGGREGATES)))
