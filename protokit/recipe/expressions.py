"""Expressions of a recipe: what a filter, a derived column or an aggregate says."""

from __future__ import annotations

from functools import lru_cache

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.recipe.sql import Call, Column, Expression, Node
from protokit.recipe.sql_reader import Reader
from protokit.recipe.sql_words import Refused

_LONGEST, _DEEPEST = 10_000, 150


def checked(value: object, *, aggregate: bool = False) -> str:
    """The text of an expression, for a validator.

    Raises:
        PydanticCustomError: it is not one.
    """
    try:
        parse(value, aggregate=aggregate)
    except Refused as error:
        raise refuse(Fault(error.rule, error.cure)) from None
    return str(value)


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
    reader = Reader(text, aggregate)
    root = reader.whole()
    if _depth(root) > _DEEPEST:
        raise Refused(f"parts within parts, more than {_DEEPEST} deep", "derive it in steps")
    if aggregate:
        _grouped(root)
    return Expression(text, root)


def _depth(root: Node) -> int:
    """How deep the tree is, found without recursion."""
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(part, depth + 1) for part in node.parts()]
    return deepest


def _grouped(node: Node) -> None:
    """Hold that columns stand within an aggregate, and no aggregate in another."""
    calls = [n for n in node.walk() if isinstance(n, Call) and n.aggregate]
    if not calls:
        raise Refused("this says nothing of several rows", 'write an aggregate, such as "sum(price)" or "count(*)"')
    for call in calls:
        if any(isinstance(n, Call) and n.aggregate for part in call.parts() for n in part.walk()):
            raise Refused(f"an aggregate within {call.name}(...)", "take one aggregate of the columns")
    inside = {id(n) for call in calls for n in call.walk()}
    for found in node.walk():
        if isinstance(found, Column) and id(found) not in inside:
            raise Refused(
                f"{found.name!r} has many values in a group", f"write max({found.name}), or another aggregate"
            )
