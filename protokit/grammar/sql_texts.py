"""What becomes a text in an expression."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.expressions import Expr

_JOINING = ("concat", "concat_ws")
_CHOOSING = {"if": 1, "coalesce": 0, "ifnull": 0}  # with the place of the first value that it may give


def with_texts(root: Expr, function: str, family: Callable[[Expr], str]) -> Expr:
    """The tree with a function around all that becomes a text: parts of `||` and `concat`, what is cast to text, and
    numbers where the other values of `if`, `case` or `coalesce` are texts. `family` says what values a part has.
    """
    tree = exp.Paren(this=root.copy())
    for node in reversed(list(tree.walk())):  # what is within before what is around it
        values = [one for one in _values(node) if not isinstance(one, exp.Null)]
        if len(values) > 1:
            kinds = ["text" if _is_word(one) else "" if _is_literal(one) else family(one) for one in values]
            for value, kind in zip(values, kinds, strict=True):
                if kind == "number" and "text" in kinds:
                    _place(value, function)
    for node in list(tree.walk()):
        called = node.name.lower() if isinstance(node, exp.Anonymous) else ""
        if isinstance(node, (exp.Cast, exp.TryCast)):
            parts = [node.this] if node.to.is_type("varchar", "text") else []
        else:
            joined = isinstance(node, exp.DPipe)
            parts = [node.this, node.expression] if joined else node.expressions if called in _JOINING else []
        for part in parts:
            if not isinstance(part, (exp.Literal, exp.DPipe, exp.Null)) or isinstance(node, exp.Cast):
                _place(part, function)
    found: Expr = tree.this.pop()
    return found


def _place(part: Expr, function: str) -> None:
    placed = exp.Anonymous(this=function)
    part.replace(placed)
    placed.set("expressions", [part])


def _values(node: Expr) -> list[Expr]:
    """The parts one of which is the value of a choice."""
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        return [*(branch.args["true"] for branch in node.args["ifs"]), *([default] if default is not None else [])]
    called = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    return list(node.expressions[_CHOOSING[called] :]) if called in _CHOOSING else []


def _is_literal(node: Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _is_word(node: Expr) -> bool:
    """Whether this is a constant text that no number is written as."""
    if not _is_literal(node):
        return False
    try:
        float(node.this)
    except ValueError:
        return True
    return False
