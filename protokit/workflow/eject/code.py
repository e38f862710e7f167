"""Python code as text: calls and lists that are broken where a line is full, and the functions of `texts`."""

from __future__ import annotations

import ast
import inspect
import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType

from protokit.workflow.eject.texts import (
    categories,
    cells,
    dates,
    layers,
    losses,
    numbers,
    ridge,
    scores,
    seeds,
    splits,
    tables,
    training,
)
from protokit.workflow.eject.texts.inputs import images, lists, places, words
from protokit.workflow.eject.texts.tasks import clusters, given_back, survival

WIDTH = 120
_TEXTS: tuple[ModuleType, ...] = (
    seeds, tables, images, cells, splits, numbers, categories, dates, words, lists, places, layers, losses, ridge,
    training, scores, survival, clusters, given_back,
)  # fmt: skip
# what the code between the functions may use beside what they do
_OWN = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "keras": "import keras",
    "tf": "import tensorflow as tf",
    "random": "import random",
    "json": "import json",
    "duckdb": "import duckdb",
    "metrics": "from sklearn import metrics",
    "Path": "from pathlib import Path",
}
# what the function that builds the network calls its own
_IN_BUILD = frozenset({"rows", "inputs", "numbers", "categories", "vectors", "category_numbers", "flat", "output"})
_FOR_TOOLS = re.compile(r"  # (?:noqa|type|fmt)\b.*$", re.MULTILINE)


def call(head: str, items: Iterable[str], indent: int = 0, before: str = "", after: str = "") -> str:
    """A call, with its arguments in one line where they fit; of a layer `after` is what that is called on.

    >>> call("f", ["a", "b=1"], before="x = ")
    'x = f(a, b=1)'
    """
    made, pad = list(items), " " * indent
    line = f"{pad}{before}{head}({', '.join(made)})"
    if len(line) + len(after) > WIDTH >= len(line) + 1 and after:
        return f"{line}(\n{pad}    {after[1:-1]}\n{pad})"
    return closed(f"{before}{head}(", made, f"){after}", indent)


def listed(before: str, items: Iterable[str], indent: int = 0, after: str = "") -> str:
    """A list, with its items in one line where they fit."""
    return closed(f"{before}[", list(items), f"]{after}", indent)


def closed(start: str, items: Sequence[str], end: str, indent: int) -> str:
    """Items between a start and an end, in one line where they fit."""
    pad = " " * indent
    line = f"{pad}{start}{', '.join(items)}{end}"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    if len(pad) + 4 + sum(len(item) + 2 for item in items) - 2 <= WIDTH and not any("\n" in item for item in items):
        return f"{pad}{start}\n{pad}    {', '.join(items)}\n{pad}{end}"
    return "\n".join([f"{pad}{start}", *(f"{pad}    {item}," for item in items), f"{pad}{end}"])


def name_of(text: str, taken: Iterable[str] = ()) -> str:
    """A name of Python's for a thing of that name.

    >>> name_of("dense 3/a"), name_of("class"), name_of("np"), name_of("rows")
    ('dense_3_a', 'class_', 'np_', 'rows_')
    """
    found = re.sub(r"\W+", "_", text).strip("_").lower() or "x"
    found = f"x_{found}" if found[0].isdigit() else found
    while keyword.iskeyword(found) or found in {*_OWN, *_IN_BUILD, *FUNCTIONS, *taken}:
        found += "_"
    return found


def literal(value: object) -> str:
    """A plain value as Python writes it, with double quotes.

    >>> literal("it's"), literal(("a", 1)), literal({"a": None})
    ('"it\\'s"', '("a", 1)', '{"a": None}')
    """
    if isinstance(value, str):
        text = repr(value)
        return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def titled(text: str, rest: str) -> str:
    """Code of a text with something put in behind it.

    >>> titled("days > ", "{end:g}"), titled("{a}", "{i}"), titled("two\\nlines", "{i}")
    ('f"days > {end:g}"', '"{a}" + f"{i}"', '"two\\\\nlines" + f"{i}"')
    """
    return f'f"{text}{rest}"' if text.isprintable() and not {*text} & {*'"{}\\'} else f'{literal(text)} + f"{rest}"'


def needed(code: str) -> list[str]:
    """The functions of `texts` that some code calls, and those that these call, in the order in which they are told."""
    found: set[str] = set()
    left = names_in(code) & set(FUNCTIONS)
    while left:
        found |= left
        left = {name for one in left for name in names_in(source_of(one)) & set(FUNCTIONS)} - found
    return [name for name in FUNCTIONS if name in found]


def names_in(code: str) -> set[str]:
    """The names that some code uses."""
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def source_of(name: str) -> str:
    """The text of a function, without what is for tools alone."""
    return _FOR_TOOLS.sub("", inspect.getsource(FUNCTIONS[name])).rstrip()


def imports_of(code: str) -> list[str]:
    """The lines that import what some code uses, Python's own first."""
    used, plain, of_module = names_in(code), set[str](), dict[str, set[str]]()
    for name in sorted(used & set(_IMPORTS)):
        line = _IMPORTS[name]
        if line.startswith("from "):
            of_module.setdefault(line.split(" import ")[0], set()).add(name)
        else:
            plain.add(line)
    lines = [*plain, *(f"{module} import {', '.join(sorted(names))}" for module, names in of_module.items())]
    own = {line for line in lines if line.split()[1].split(".")[0] in _OF_PYTHON}
    both = (sorted(own, key=_place), sorted({*lines} - own, key=_place))
    return [line for some in both if some for line in (*some, "")][:-1]


_OF_PYTHON = {
    "collections",
    "gzip",
    "hashlib",
    "io",
    "json",
    "math",
    "pathlib",
    "random",
    "sqlite3",
    "typing",
    "zipfile",
    "zlib",
}


def _place(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line.lower()


def _functions() -> dict[str, Callable[..., object]]:
    found: dict[str, Callable[..., object]] = {}
    for text in _TEXTS:
        for name, one in vars(text).items():
            if getattr(one, "__module__", "") == text.__name__:
                found[name] = one
    return found


def _imports() -> dict[str, str]:
    found = dict(_OWN)
    for text in _TEXTS:
        for node in ast.parse(inspect.getsource(text)).body:
            if isinstance(node, ast.Import):
                found |= {(a.asname or a.name).split(".")[0]: ast.unparse(ast.Import([a])) for a in node.names}
            elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith(("protokit", "__future__")):
                found |= {a.name: f"from {node.module} import {a.name}" for a in node.names}
    return found


FUNCTIONS = _functions()
_IMPORTS = _imports()
