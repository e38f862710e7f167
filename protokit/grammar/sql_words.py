"""The words of an expression, each with what it is for sqlglot and what it is in SQL.

sqlglot is given the shape only: each column, constant and function goes by its number in the list of words. So no name
of a recipe is taken for a keyword, and none of sqlglot's own readings of functions, types and constants is used.
Parentheses around a value go as a call of a function without a name, which tells them from those that sqlglot adds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from protokit.core.suggest import did_you_mean
from protokit.grammar.sql_functions import KEYWORDS, LEAK, OPERATORS, STATEMENTS, TYPES, UNITS, Refused, is_aggregate

DEEPEST, NESTED = 150, 40
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])"
_TEXT = r"'(?:[^']|'')*'"
_UNIT = f"(?:{'|'.join(UNITS)})s?"
_WORD = re.compile(
    rf"""(?P<space>\s+)
    | (?P<comment>--|/\*)
    | (?P<number>{_NUMBER})
    | (?P<text>{_TEXT})
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<distinct>is\s+(?:not\s+)?distinct\s+from\b)
    | (?P<moment>(?:date|timestamp)\s*{_TEXT})
    | (?P<interval>interval(?:\s*{_TEXT}|\s+{_NUMBER})(?:\s*{_UNIT}\b)?)
    | (?P<extract>extract\s*\(\s*\w+\s+from\b)
    | (?P<filter>filter\s*\(\s*where\b)
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>::|<=|>=|<>|!=|==|\|\||//|\*\*|[-+*/%^<>=(),.;?$\[\]{{}}:@\#~&|!])""",
    re.VERBOSE,
)
_LENGTH = re.compile(rf"interval\s*'?\s*(-?\d+(?:\.\d+)?)(?:\s+|\s*'\s*)({_UNIT})\s*'?")
_SUBQUERY = re.compile(r"\s*(?:select|with|from|values|table)\b\s*(?=[\w'\"]|$)", re.IGNORECASE)
# keywords may be in capitals; `lower` would also change letters that are not of ASCII, and their number
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_QUOTES = {
    "'": "close the quote",
    '"': 'close the quote: "name"',
    "`": 'write a name in double quotes: "name"',
}
# a condition, which may start with `not`, comes after these
_CONDITION = ("", "(", ",", "and", "or", "not", "is", "case", "when", "then", "else", "where", "distinct")


@dataclass(frozen=True)
class Word:
    """A word: its kind of token and its text for sqlglot, its SQL (of a column: its name), and where it stands.

    `use` is keyword, constant, column, type, group, function or aggregate.
    """

    kind: str
    text: str
    sql: str
    at: int
    use: str = "keyword"


def quote(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def surprise(text: str, at: int, rule: str) -> Refused:
    """A word that cannot stand where it stands, or a better reason where the word itself gives one."""
    match = re.compile(r"\w+|;").match(text, at)
    word = match[0] if match else ""
    if word == ";":
        return Refused("one expression, not several statements", "remove everything from ';'", at)
    if word.lower() == "over":
        cure = "aggregate a table in a join, with `before`"
        return Refused(f"a window over all rows is refused: {LEAK}", cure, at)
    if word.lower() in STATEMENTS:
        return Refused(f"{word!r}: a statement, not an expression", "expressions read this row's columns only", at)
    where = f"at {text[at : at + 20]!r}" if at < len(text) else f"at the end of {text!r}"
    return Refused(f"{rule}, {where}", None, at)


def cut(text: str, *, aggregate: bool) -> list[Word]:
    """The words of an expression; with `aggregate`, functions over several rows are allowed.

    Raises:
        Refused: what no expression has, or a function, a type or a statement that it may not have.
    """
    words, at, plain = _Words(text, aggregate), 0, text.translate(_LOWER)
    while at < len(text):
        match = _WORD.match(plain, at)
        if match is None:
            raise Refused(f"cannot read {text[at : at + 12]!r}", _QUOTES.get(text[at]), at)
        if match.lastgroup == "comment":
            raise Refused("a comment in an expression", "write it in the recipe, after #", at)
        if "\0" in match[0]:
            raise Refused("a NUL character in an expression", "remove it", at)
        if match.lastgroup != "space":
            words.read(str(match.lastgroup), text[at : match.end()], at)
        at = match.end()
    return words.all()


class _Words:
    """The words found so far."""

    def __init__(self, text: str, aggregate: bool) -> None:
        self.text, self.aggregate = text, aggregate
        self.found: list[Word] = []
        self._valued = False  # whether the last word ended a value
        self._opened = [""]  # the functions whose parentheses are open, and `case`
        self._signs = [0]  # in each of these, the signs that wait for a value

    def all(self) -> list[Word]:
        """All words, at the end of the text."""
        self.want(True, len(self.text))
        if len(self._opened) > 1:
            what = f"')' is missing at the end of the {'list' if self._opened[-1] else 'parentheses'}"
            if self._opened[-1] == "case":
                what = "`end` is missing after `case`"
            raise surprise(self.text, len(self.text), what)
        return self.found

    def want(self, valued: bool, at: int) -> None:
        """Hold that a value ended before this, or that none did."""
        if self._valued and not valued:
            raise surprise(self.text, at, "an operator is missing")
        if valued and not self._valued:
            is_open = self._last().text == "is"
            what = "null, true or false is missing after `is`" if is_open else "a value is missing"
            raise surprise(self.text, at, what)

    def read(self, kind: str, said: str, at: int) -> None:
        """Add a word."""
        if self._last().text in ("::", "as"):
            self._type(said, at)
        elif kind == "number":
            self._value(said, at)
        elif kind == "text":
            self._value(quote(said[1:-1].replace("''", "'")), at)
        elif kind == "quoted":
            if self._after(said, at) == "(":
                raise Refused(f"a function in quotes: {said}", "write it without", at)
            self._column(said, said[1:-1].replace('""', '"'), at)
        elif kind == "moment":
            self._value(_moment(said, at), at)
        elif kind == "interval":
            self._value(_length(said, at), at)
        elif kind == "extract":
            self._extract(said[:-4].split("(")[1].strip().lower(), at)
        elif kind == "distinct" or (kind == "filter" and self._last().kind == "R_PAREN"):
            self.want(True, at)
            for word in re.findall(r"\w+|\(", said.lower()):
                self._open("L_PAREN", word, at) if word == "(" else self._emit(word.upper(), word, word.upper(), at)
        elif kind == "sign":
            self._sign(said, at)
        else:
            self._name(said.split("(")[0].strip(), at)

    def _last(self, back: int = 1) -> Word:
        return self.found[-back] if len(self.found) >= back else Word("", "", "", 0)

    def _after(self, said: str, at: int) -> str:
        """The character after a word and spaces."""
        return self.text[at + len(said) :].lstrip()[:1]

    def _emit(self, kind: str, text: str, sql: str, at: int, *, ends: bool = False) -> None:
        self.found.append(Word(kind, text, sql, at))
        self._valued = ends
        if ends:
            self._signs[-1] = 0

    def _value(self, sql: str, at: int, use: str = "constant", kind: str = "IDENTIFIER") -> None:
        """A word that goes by its number."""
        self.want(False, at)
        self._emit(kind, "", sql, at, ends=kind == "IDENTIFIER")
        self.found[-1] = Word(kind, str(len(self.found) - 1), sql, at, use)

    def _column(self, said: str, name: str, at: int) -> None:
        self.want(False, at)
        if self._after(said, at) == ".":
            raise Refused(f"{said}. names a table", "columns have no table before them once tables are joined", at)
        self._value(name, at, "column")

    def _type(self, said: str, at: int) -> None:
        """The type of a cast: after `::` a word of sqlglot's, else the second argument of a call."""
        kind = TYPES.get(said.lower())
        if kind is None:
            raise Refused(f"unknown type {said!r}", did_you_mean(said, TYPES), at)
        if self._last().text == "as":
            self._value(kind, at, "type")
        else:
            self._emit(kind.replace("INTEGER", "INT"), kind, kind, at, ends=True)

    def _open(self, kind: str, text: str, at: int) -> None:
        """Open a parenthesis or a `case`."""
        self._opened.append("case" if kind == "CASE" else self._last().sql)
        self._signs.append(0)
        if len(self._signs) > NESTED:
            raise Refused(f"nested more than {NESTED} deep", "derive it in steps", at)
        self._emit(kind, text, text.upper(), at)

    def _close(self, kind: str, text: str, at: int) -> None:
        self.want(True, at)
        if len(self._opened) == 1 or (self._opened[-1] == "case") != (kind == "END"):
            raise surprise(self.text, at, f"{text!r} closes nothing")
        self._signs.pop()
        self._opened.pop()
        self._emit(kind, text, text.upper(), at, ends=True)

    def _prefix(self, kind: str, text: str, at: int) -> None:
        """A sign before a value, or `not`: sqlglot goes one deeper for each."""
        self._signs[-1] += 1
        if sum(self._signs) >= DEEPEST:
            raise Refused(f"parts within parts, more than {DEEPEST} deep", "derive it in steps", at)
        self._emit(kind, text, text.upper(), at)

    def _sign(self, sign: str, at: int) -> None:
        last, called = self._last().kind, self._last(2)
        if sign == "(":
            if _SUBQUERY.match(self.text, at + 1):
                cure = "join the table, under collect.join"
                raise Refused("a subquery is refused: an expression reads its own row", cure, at)
            if last not in ("VAR", "IN"):
                self._value("", at, "group", "VAR")
            self._open("L_PAREN", sign, at)
        elif sign == ")":
            # a function may have no arguments
            self._valued |= last == "L_PAREN" and called.use in ("function", "aggregate")
            self._close("R_PAREN", sign, at)
        elif sign == "*" and last == "L_PAREN" and called.sql == "count" and self._after(sign, at) == ")":
            self._value(sign, at)
        elif sign in ("-", "+") and not self._valued:
            self._prefix("DASH", sign, at)
        elif sign in OPERATORS:
            self.want(True, at)
            kind, sql = OPERATORS[sign]
            self._emit(kind, sign, sql, at)
        else:
            raise surprise(self.text, at, "an operator is missing" if self._valued else "a value is missing")

    def _name(self, said: str, at: int) -> None:
        key, after = said.lower(), self._after(said, at)
        if key in KEYWORDS:
            self._keyword(key, at)
        elif key in ("null", "true", "false"):
            self._value(key.upper(), at)
        elif key == "as" and self._valued and self._opened[-1].endswith("CAST"):
            self._emit("COMMA", "as", "AS", at)
        elif key in STATEMENTS and re.match(r"['\"\w]", after):
            raise surprise(self.text, at, "a value is missing")
        elif after == "(" and not self._valued:
            self._call(said, at)
        else:
            self._column(said, said, at)

    def _keyword(self, key: str, at: int) -> None:
        last = self._last().text
        if key == "not" and not self._valued and last in _CONDITION:
            self._prefix("NOT", key, at)
        elif key == "case":
            self.want(False, at)
            self._open("CASE", key, at)
        elif key == "end":
            self._close("END", key, at)
        else:
            first = {"when": "case", "distinct": "(", "in": "not", "between": "not", "like": "not", "ilike": "not"}
            if last != first.get(key, "-"):
                self.want(True, at)
            self._emit(key.upper(), key, key.upper(), at)

    def _call(self, said: str, at: int) -> None:
        key = said.lower()
        if key == "exists" and _SUBQUERY.match(self.text, self.text.index("(", at) + 1):
            return self._sign("(", self.text.index("(", at))
        aggregate = key not in ("cast", "try_cast") and is_aggregate(said, at, allowed=self.aggregate)
        name = key.upper() if key.endswith("cast") else key
        self._value(name, at, "aggregate" if aggregate else "function", "VAR")

    def _extract(self, unit: str, at: int) -> None:
        if unit not in UNITS and unit not in ("dow", "isodow", "doy", "epoch"):
            raise Refused(f"cannot extract {unit!r}", did_you_mean(unit, UNITS), at)
        self._value("date_part", at, "function", "VAR")
        self._open("L_PAREN", "(", at)
        self._value(quote(unit), at)
        self._emit("COMMA", ",", ",", at)


def _moment(said: str, at: int) -> str:
    kind, text = said[:-1].split("'", 1)
    kind = kind.strip().lower()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no {kind}", f"write {kind} '2024-12-31'", at) from None
    return f"({kind.upper()} {quote(text)})"


def _length(said: str, at: int) -> str:
    match = _LENGTH.fullmatch(said.translate(_LOWER))
    if match is None:
        amount = said[len("interval") :].strip()
        raise Refused(f"a length of time is a number and a unit, not {amount}", "write interval 3 day", at)
    return f"(INTERVAL {quote(f'{match[1]} {match[2]}')})"
