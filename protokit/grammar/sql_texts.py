"""What becomes a text in an expression."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.expressions import Expr

_JOINING = ("concat", "concat_ws")


def with_texts(root: Expr, function: str) -> Expr:
    """The tree with a function around all that becomes a text: parts of `||` and `concat`, what is cast to text."""
    tree = exp.Paren(this=root.copy())
    for node in list(tree.walk()):
        called = node.name.lower() if isinstance(node, exp.Anonymous) else ""
        if isinstance(node, (exp.Cast, exp.TryCast)):
            parts = [node.this] if node.to.is_type("varchar", "text") else []
        else:
            joined = isinstance(node, exp.DPipe)
            parts = [node.this, node.expression] if joined else node.expressions if called in _JOINING else []
        for part in parts:
            if not isinstance(part, (exp.Literal, exp.DPipe, exp.Null)) or isinstance(node, exp.Cast):
                placed = exp.Anonymous(this=function)
                part.replace(placed)
                placed.set("expressions", [part])
    found: Expr = tree.this.pop()
    return found
