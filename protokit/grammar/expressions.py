"""Expressions of a recipe: what a filter, a derived column or an aggregate says.

The text never reaches the database. It is cut into words, sqlglot reads these into a tree, and every node of it must be
on a list. Then SQL is written anew from the words: operators, keywords, types and functions as our lists have them,
constants quoted again, columns under inner names. So nothing that sqlglot rewrites can change what was said.

    or > and > not > is > comparison > in, between, like > || > + - > * / // % > ** > sign > :: > a value
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from protokit.grammar.sql_functions import Refused
from protokit.grammar.sql_words import DEEPEST, Word, cut, quote, surprise

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

__all__ = ["Column", "Expression", "Refused", "parse", "quote"]

_LONGEST = 10_000
# what sqlglot needs at the deepest: some 26 frames for each parenthesis, 11 for each `not`
_FRAMES = 4_000


@dataclass(frozen=True)
class Column:
    """A column by its name, and where in the text it stands."""

    name: str
    at: int = 0


@dataclass(frozen=True)
class Expression:
    """An expression that was found good: its text, and its words."""

    text: str
    words: tuple[Word, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in it, each name once, in the order of the text."""
        found: dict[str, Column] = {}
        for word in self.words:
            if word.use == "column":
                found.setdefault(word.sql, Column(word.sql, word.at))
        return tuple(found.values())

    def sql(self, names: Mapping[str, str]) -> str:
        """SQL with the columns under inner names, in parentheses where it has several words."""
        said = [names[word.sql] if word.use == "column" else word.sql for word in self.words if word.sql]
        return f"({' '.join(said)})" if len(said) > 1 else said[0]


def parse(value: object, *, aggregate: bool = False) -> Expression:
    """Read an expression; with `aggregate` one over the rows of a group, such as `sum(price)`.

    Raises:
        Refused: it is not one, or it says what an expression of a recipe cannot.
    """
    if not isinstance(value, str) or not value.strip():
        raise Refused(f"an expression is a text, not {value!r}", 'write "distance > 100"')
    return _parse(value, aggregate)


@lru_cache(maxsize=512)
def _parse(text: str, aggregate: bool) -> Expression:
    if len(text) > _LONGEST:
        raise Refused(f"an expression of {len(text):,} characters", f"at most {_LONGEST:,}: derive it in steps")
    words = cut(text, aggregate=aggregate)
    if aggregate and not any(word.use == "aggregate" for word in words):
        raise Refused("this says nothing of several rows", 'write an aggregate, such as "sum(price)" or "count(*)"')
    _Rules(text, words, aggregate).hold(_tree(text, words))
    return Expression(text, tuple(words))


# what sqlglot finds missing, as a person would say it
_MISSING = {
    "Between": "'and' is missing between the bounds",
    "Case": "`when` is missing after `case`",
    "Expected END": "'then' is missing after `when`",
}


def _tree(text: str, words: list[Word]) -> Expr:
    """The tree of an expression: the one door to sqlglot, which is imported for the first expression only."""
    from sqlglot import Token, TokenType, exp
    from sqlglot.dialects.duckdb import DuckDB
    from sqlglot.errors import ParseError

    tokens = [Token(TokenType[word.kind], word.text, 1, word.at, word.at, word.at) for word in words]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + _FRAMES)
    try:
        root: Expr | None = DuckDB().parser().parse_into(exp.Condition, tokens, text)[0]
    except ParseError as error:
        told = error.errors[0]
        at, what = int(told["col"]), str(told["description"])
        rule = next((rule for part, rule in _MISSING.items() if part in what), "an operator is missing")
        raise surprise(text, at, rule) from None
    except RecursionError:
        raise Refused("parts within parts, too deep to read", "derive it in steps") from None
    finally:
        sys.setrecursionlimit(limit)
    assert root is not None
    return root


# every kind of node that an expression may have, how tightly it binds, and how tightly what it holds must
_NODES: dict[str, tuple[int, dict[str, int]]] = {
    "or": (1, {"this": 1, "expression": 2}),
    "and": (2, {"this": 2, "expression": 3}),
    "not": (3, {"this": 3}),
    "is": (4, {"this": 4, "expression": 13}),
    **{key: (4, {"this": 5, "expression": 5}) for key in ("nullsafeeq", "nullsafeneq")},
    **{key: (5, {"this": 6, "expression": 6}) for key in ("eq", "neq", "lt", "gt", "lte", "gte")},
    **{key: (6, {"this": 7, "expression": 7}) for key in ("like", "ilike")},
    "in": (6, {"this": 7, "expressions": 0}),
    "between": (6, {"this": 7, "low": 7, "high": 7}),
    "dpipe": (7, {"this": 7, "expression": 8}),
    **{key: (8, {"this": 8, "expression": 9}) for key in ("add", "sub")},
    **{key: (9, {"this": 9, "expression": 10}) for key in ("mul", "div", "intdiv", "mod")},
    "pow": (10, {"this": 10, "expression": 11}),
    "neg": (11, {"this": 11}),
    "cast": (12, {"this": 12, "to": 0}),
    "datatype": (13, {}),
    "column": (13, {"this": 0}),
    "identifier": (13, {}),
    "anonymous": (13, {"expressions": 0}),
    "distinct": (13, {"expressions": 0}),
    "filter": (13, {"this": 13, "expression": 0}),
    "where": (13, {"this": 0}),
    "case": (13, {"this": 0, "ifs": 0, "default": 0}),
    "if": (13, {"this": 0, "true": 0}),
}
_INNER = ("is", "in", "between", "like", "ilike")  # `not` may stand within these
_CHAINS = (1, 2, 7, 8, 9, 10)


def _bare(node: Expr) -> Expr:
    """A node without the parentheses that sqlglot added, and without a `not` that binds as its operator does."""
    inner = node
    while inner.key in ("paren", "not"):
        inner = inner.this
    while node.key == "paren":
        node = node.this
    return inner if inner.key in _INNER else node


@dataclass(frozen=True)
class _Part:
    """A part of a tree: how deep it is, how tightly it must bind, in what it is, and in which aggregate."""

    node: Expr
    depth: int = 1
    least: int = 0
    holder: str = ""
    within: str = ""


class _Rules:
    """Holds that all of a tree is on the list, binds as the list says, and has its aggregates where these may be."""

    def __init__(self, text: str, words: list[Word], aggregate: bool) -> None:
        self.text, self.words, self.aggregate = text, words, aggregate

    def hold(self, root: Expr) -> None:
        """Go through a tree without recursion.

        Raises:
            Refused: a part of it breaks a rule.
        """
        waiting = [_Part(root)]
        while waiting:
            waiting += reversed(list(self._parts(waiting.pop())))

    def _refuse(self, node: Expr, rule: str = "an operator is missing") -> Refused:
        numbers = [n.name for n in node.walk() if n.key in ("column", "anonymous") and n.name.isdecimal()]
        return surprise(self.text, min((self.words[int(n)].at for n in numbers), default=0), rule)

    def _parts(self, part: _Part) -> Iterator[_Part]:
        """Hold the rules for one node, and give what it holds."""
        node, within = _bare(part.node), part.within
        rank, known = _NODES.get(node.key, (0, {}))
        inner = list(node.iter_expressions())
        strange = [one for one in inner if str(one.arg_key) not in known]
        if not rank or strange:
            raise self._refuse(strange[0] if rank else node)
        compared = part.least in (5, 6) and part.node.arg_key == "this"  # two comparisons, but for `a is null = b`
        if rank < part.least and not (compared and node.key == "is"):
            raise self._refuse(node, "parentheses are missing around one of two operators")
        if part.depth > DEEPEST:
            raise Refused(f"parts within parts, more than {DEEPEST} deep", "derive it in steps")
        holder, depth = node.key, part.depth + (node.key not in ("where", "if", "distinct"))
        if node.key in ("column", "anonymous"):
            if not node.name.isdecimal():
                raise self._refuse(node, f"a value is missing before {node.name!r}")
            word = self.words[int(node.name)]
            if node.key == "column":
                self._column(part, word)
                return
            holder, inner = word.use, self._arguments(part, word, inner)
            within = word.sql if word.use == "aggregate" else within
            depth -= word.use == "group"
        elif node.key == "filter":
            called = self.words[int(node.this.name)] if node.this.key == "anonymous" else None
            if called is None or called.use != "aggregate":
                raise self._refuse(node.expression)
            yield _Part(node.this, part.depth, 0, holder, within)
            inner, within = [node.expression], called.sql
        elif node.key == "distinct" and part.holder != "aggregate":
            raise self._refuse(node)
        elif node.key == "is" and not self._is_constant(node.expression):
            raise self._refuse(node.expression, "null, true or false is missing after `is`")
        for one in inner:
            chain = rank in _CHAINS and one.arg_key == "this" and _NODES.get(_bare(one).key, (0, {}))[0] == rank
            yield _Part(one, depth - chain, known[str(one.arg_key)], holder, within)

    def _is_constant(self, node: Expr) -> bool:
        return node.key == "column" and self.words[int(node.name)].sql in ("NULL", "TRUE", "FALSE")

    def _column(self, part: _Part, word: Word) -> None:
        if word.use == "type":
            raise self._refuse(part.node)
        if word.use == "column" and self.aggregate and not part.within:
            cure = f"write max({word.sql}), or another aggregate"
            raise Refused(f"{word.sql!r} has many values in a group", cure, word.at)

    def _arguments(self, part: _Part, word: Word, inner: list[Expr]) -> list[Expr]:
        """The arguments of a call that the rules are yet to be held for."""
        if word.use == "aggregate" and part.within:
            raise Refused(f"an aggregate within {part.within}(...)", "take one aggregate of the columns", word.at)
        if word.use == "group" and len(inner) != 1:
            raise self._refuse(inner[-1])
        if word.sql in ("CAST", "TRY_CAST"):
            kind = inner[1].name if len(inner) == 2 and inner[1].key == "column" else ""
            if not kind.isdecimal() or self.words[int(kind)].use != "type":
                raise self._refuse(part.node, f"'as' is missing in {word.sql.lower()}(column as type)")
            return inner[:1]
        return inner
