"""SQL expressions of a recipe: one scalar expression, parsed by us into a tree that can hold nothing else.

The text of a recipe never reaches the database. It is read into a few kinds of nodes, and SQL is written anew from
these, with literals quoted again and columns under inner names; what the grammar has no node for cannot be said.

    or > and > not > is > comparison > in, between, like > || > + - > * / // % > ** > sign > :: > a value
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Rename = Callable[[str], str]


class Node:
    """A part of an expression. It writes itself as SQL, in parentheses where it has parts."""

    def sql(self, rename: Rename) -> str:
        """The SQL, with each column under the name that `rename` gives for it."""
        raise NotImplementedError

    def parts(self) -> tuple[Node, ...]:
        """The nodes in it."""
        return ()

    def walk(self) -> Iterator[Node]:
        """The node and all in it."""
        yield self
        for part in self.parts():
            yield from part.walk()


@dataclass(frozen=True)
class Literal(Node):
    """A number as written, TRUE, FALSE or NULL: a word that the parser made sure of."""

    word: str

    def sql(self, rename: Rename) -> str:
        """The word."""
        return self.word


@dataclass(frozen=True)
class Text(Node):
    """A text, with `kind` for a date or a length of time."""

    value: str
    kind: str = ""

    def sql(self, rename: Rename) -> str:
        """The text in quotes."""
        quoted = quote(self.value)
        return f"({self.kind} {quoted})" if self.kind else quoted


@dataclass(frozen=True)
class Column(Node):
    """A column by its name, and where in the text it stands."""

    name: str
    at: int = 0

    def sql(self, rename: Rename) -> str:
        """The column's inner name."""
        return rename(self.name)


@dataclass(frozen=True)
class Phrase(Node):
    """Nodes with words between them: an operator, IN, BETWEEN, CASE. `pieces` are SQL words and nodes."""

    pieces: tuple[str | Node, ...]

    def parts(self) -> tuple[Node, ...]:
        """The nodes among the pieces."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Node))

    def sql(self, rename: Rename) -> str:
        """The pieces in parentheses."""
        return "(" + " ".join(p if isinstance(p, str) else p.sql(rename) for p in self.pieces) + ")"


@dataclass(frozen=True)
class Call(Node):
    """A function of the allow-list. `star` is `count(*)`; `distinct` and `only` are an aggregate's."""

    name: str
    arguments: tuple[Node, ...] = ()
    star: bool = False
    distinct: bool = False
    only: Node | None = None
    aggregate: bool = False
    at: int = 0

    def parts(self) -> tuple[Node, ...]:
        """The arguments and the condition."""
        return self.arguments if self.only is None else (*self.arguments, self.only)

    def sql(self, rename: Rename) -> str:
        """The call."""
        inner = "*" if self.star else ", ".join(argument.sql(rename) for argument in self.arguments)
        only = f" FILTER (WHERE {self.only.sql(rename)})" if self.only is not None else ""
        return f"{self.name}({'DISTINCT ' if self.distinct else ''}{inner}){only}"


@dataclass(frozen=True)
class Expression:
    """A parsed expression with its text."""

    text: str
    root: Node

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in it, each name once, in the order of the text."""
        found = {n.name: n for n in reversed(list(self.root.walk())) if isinstance(n, Column)}
        return tuple(sorted(found.values(), key=lambda column: column.at))

    def sql(self, names: Mapping[str, str]) -> str:
        """SQL with the columns under inner names."""
        return self.root.sql(names.__getitem__)


def quote(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
