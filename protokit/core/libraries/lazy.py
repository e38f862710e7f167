"""A module whose names are imported when they are first asked for. Its stub lists them, once, for editors too."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path


def lazily(module: str, file: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a module, from the stub beside it.

    A line of the stub is `from MODULE import NAME as NAME`, or `NAME = OTHER.ATTRIBUTE` of what is imported in it. A
    name that starts with `_` is for the stub alone.
    """
    homes = _homes(Path(file).with_suffix(".pyi"))

    def getattr_(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        home, attribute = homes[name]
        return attrgetter(attribute)(importlib.import_module(home))

    names = sorted(name for name in homes if not name.startswith("_"))
    return getattr_, lambda: names, names


def _homes(stub: Path) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: (str(node.module), alias.name) for alias in node.names}
        elif isinstance(node, ast.Assign):
            imported, *further = ast.unparse(node.value).split(".")
            home, attribute = found[imported]
            found[ast.unparse(node.targets[0])] = (home, ".".join([attribute, *further]))
    return found
