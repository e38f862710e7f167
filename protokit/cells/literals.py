"""Texts of values as Python writes them, and programs that print values of NumPy."""

from __future__ import annotations

import ast
import json
import re
import warnings
from contextlib import suppress

_LONGEST = 1_000_000  # characters
_NUMBER = re.compile(r"\bnp\.\w+\(([^()]*)\)")
_STRING = re.compile(r"(?<=[\[{(\s])np\.str_\(('[^']*')\)(?=\s*[,\]})])")
_NAMES = {"nan": None, "NaN": None, "NaT": None, "null": None, "inf": float("inf"), "true": True, "false": False}


def literal(text: str) -> object:
    """What a text of Python's literals means; None where it is none. A number that is none, as nan, is None in it.

    >>> literal("[np.float64(0.5), nan, 'a']"), literal("[array([1, 2]), (3,)]"), literal("{'a': 1}"), literal("f(1)")
    ([0.5, None, 'a'], [[1, 2], (3,)], {'a': 1}, None)
    """
    if len(text) > _LONGEST:
        return None
    text = bare(text)
    if '"' not in text and "\\" not in text:  # as JSON, which is read ten times as fast
        with suppress(ValueError, RecursionError):
            return json.loads(text.replace("'", '"'))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd escapes in a text that is no Python
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            pass
        try:
            return ast.literal_eval(_Plain().visit(ast.parse(text.strip(), mode="eval")))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None


def bare(text: str) -> str:
    """A text without what NumPy writes around single values, where it can be told from what they say.

    >>> bare("[np.float64(0.5), 2]"), bare("[np.str_('a')]"), bare("['np.float64(1)']")
    ('[0.5, 2]', "['a']", "['np.float64(1)']")
    """
    if "np." not in text or '"' in text or "\\" in text:
        return text
    return (_STRING if "'" in text else _NUMBER).sub(r"\1", text)


class _Plain(ast.NodeTransformer):
    """Puts the value in place of what NumPy writes around it, such as `np.float64(0.5)` and `array([1, 2])`."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The one value that is given."""
        self.generic_visit(node)
        of_numpy = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        named = of_numpy and node.func.value.id in {"np", "numpy"}  # type: ignore[attr-defined]
        if len(node.args) == 1 and (named or (isinstance(node.func, ast.Name) and node.func.id == "array")):
            return node.args[0]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """What is no number as None, and infinity."""
        return ast.Constant(_NAMES[node.id]) if node.id in _NAMES else node
