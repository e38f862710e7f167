"""Expressions over hyperparameters and block parameters: `$width * 2`, `$depth > 3`.

Read by a small parser of our own and evaluated on numbers; never handed to Python.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from protokit.core.errors import SpecError

LONGEST = 300
_DEEPEST = 30
_LARGEST = 10**15
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|\$(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<sign>//|<=|>=|==|!=|[-+*/()<>])|(?P<word>[A-Za-z_]\w*))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SUM = {"+": operator.add, "-": operator.sub}
_TERM = {"*": operator.mul, "/": operator.truediv, "//": operator.floordiv}
Node = tuple[Any, ...]


@dataclass(frozen=True)
class Expression:
    """An expression, kept as it was written; an invalid one cannot exist.

    >>> Expression("$width * 2 + 1").value({"width": 32})
    65
    """

    text: str

    def __post_init__(self) -> None:
        _ = self.tree

    @cached_property
    def tree(self) -> Node:
        """What the text means.

        Raises:
            SpecError: it means nothing.
        """
        return _Parser(self.text).whole()

    @property
    def names(self) -> tuple[str, ...]:
        """The names it refers to, in order."""
        return tuple(dict.fromkeys(_names(self.tree)))

    def value(self, known: Mapping[str, Any]) -> Any:
        """Its value, where `known` maps each name to a value.

        Raises:
            SpecError: arithmetic on what is no number, a division by zero, or an absurdly large result.
        """
        return _value(self.tree, known, self.text)


def is_expression(value: object) -> bool:
    """Whether a value of a menu is to be read as one: a text with a `$` in it."""
    return isinstance(value, str) and "$" in value


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise SpecError.one(f"an expression of {len(text)} characters", f"at most {LONGEST}")
        self.text, self.tokens, at = text, list[tuple[str, str]](), 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise SpecError.one(f"{text!r}: {text[at:].strip()[:1]!r} has no place in an expression", _HELP)
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind]))
            at = found.end()
        self.at = 0

    def whole(self) -> Node:
        tree = self.comparison(0)
        if self.at < len(self.tokens):
            raise self.wrong()
        return tree

    def wrong(self) -> SpecError:
        if self.at >= len(self.tokens):
            return SpecError.one(f"{self.text!r} ends too early", _HELP)
        kind, token = self.tokens[self.at]
        cure = f"write ${token}, or '{token}' for a text" if kind == "word" else _HELP
        return SpecError.one(f"{self.text!r}: {token!r} is not expected here", cure)

    def take(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def comparison(self, depth: int) -> Node:
        left = self.sum(depth)
        sign = self.take(*_COMPARE)
        return ("compare", sign, left, self.sum(depth)) if sign else left

    def sum(self, depth: int) -> Node:
        left = self.term(depth)
        while sign := self.take(*_SUM):
            left = ("compute", sign, left, self.term(depth))
        return left

    def term(self, depth: int) -> Node:
        left = self.unary(depth)
        while sign := self.take(*_TERM):
            left = ("compute", sign, left, self.unary(depth))
        return left

    def unary(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise SpecError.one(f"{self.text[:40]!r}... nests deeper than {_DEEPEST}", "write it more simply")
        if self.take("-"):
            return ("compute", "-", ("constant", 0), self.unary(depth + 1))
        if self.take("("):
            inner = self.comparison(depth + 1)
            if not self.take(")"):
                raise self.wrong()
            return inner
        if self.at >= len(self.tokens) or self.tokens[self.at][0] in {"sign", "word"}:
            raise self.wrong()
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return ("constant", int(token) if token.isdigit() else float(token))
        return ("constant", token[1:-1]) if kind == "text" else ("name", token)


_HELP = "write names as $name, with + - * / // ( ) and comparisons"


def _names(tree: Node) -> list[str]:
    if tree[0] == "name":
        return [tree[1]]
    return [] if tree[0] == "constant" else [*_names(tree[2]), *_names(tree[3])]


def _value(tree: Node, known: Any, text: str) -> Any:
    if tree[0] == "constant":
        return tree[1]
    if tree[0] == "name":
        return known[tree[1]]
    left, right = _value(tree[2], known, text), _value(tree[3], known, text)
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (left, right))
    if tree[0] == "compare" and (numbers or tree[1] in {"==", "!="}):
        return _COMPARE[tree[1]](left, right)
    if not numbers:
        odd = left if isinstance(left, bool) or not isinstance(left, (int, float)) else right
        raise SpecError.one(f"{text!r}: {tree[1]!r} takes numbers, not {odd!r}", "give the name a number")
    try:
        result = {**_SUM, **_TERM}[tree[1]](left, right)
    except (ZeroDivisionError, OverflowError):
        raise SpecError.one(f"{text!r}: {left!r} {tree[1]} {right!r} has no value", "choose other numbers") from None
    if not abs(result) <= _LARGEST:
        raise SpecError.one(f"{text!r} is {result!r}", "choose smaller numbers")
    return result
