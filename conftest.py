"""What the examples of docstrings go on from: the names that the docstring of `protokit` makes."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from doctest import DocTestParser
from pathlib import Path
from typing import Any

import pytest
from _pytest.doctest import DoctestItem

os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # SHAP compiles for half a minute what takes no time here
collect_ignore = ["protokit/__init__.py"]  # its docstring runs where its names are asked for


class Made:
    """The names that the package's docstring makes, made as far as an example needs them; in one folder."""

    def __init__(self, folder: Path) -> None:
        import protokit

        self.folder, self.names = folder, dict[str, Any]()
        self._left = [example.source for example in DocTestParser().get_examples(protokit.__doc__ or "")]
        self._own = {name: i for i, one in enumerate(self._left) for name in bound(one)}
        self._done = 0

    def named_in(self, sources: list[str]) -> dict[str, Any]:
        """The names for some lines of code."""
        used = {node.id for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        last = max((self._own[name] for name in used if name in self._own), default=-1)
        for source in self._left[self._done : last + 1]:
            exec(source, self.names)
        self._done = max(self._done, last + 1)
        return {name: value for name, value in self.names.items() if name in used}


def bound(source: str) -> set[str]:
    """The names that a line makes, or puts something into: `birds["mass"] = ...` too."""
    nodes = list(ast.walk(ast.parse(source)))
    into = {ast.unparse(n.value) for n in nodes if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)}
    imported = {alias.asname or alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return imported | into | {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The names of this process: what one example has made the next one takes."""
    return Made(tmp_path_factory.mktemp("examples"))


@pytest.fixture(autouse=True)
def example(request: pytest.FixtureRequest) -> Iterator[None]:
    """An example runs as a person's code does, in a folder of all examples; what it registers is forgotten."""
    if not isinstance(request.node, DoctestItem):
        yield
        return
    made: Made = request.getfixturevalue("made")
    here: dict[str, Any] = request.getfixturevalue("doctest_namespace")
    from protokit.core.registry import Registry

    added: list[tuple[Registry[Any], str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTOKIT_CACHE", str(made.folder / "cache"))
        patch.setenv("TF_CPP_MIN_LOG_LEVEL", os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3"))
        patch.chdir(made.folder)
        add = Registry.add

        def kept(self: Registry[Any], thing: Any, *, name: str | None = None) -> Any:
            before = set(self._things)
            found = add(self, thing, name=name)
            own = getattr(thing, "thing", thing)  # a part of a training holds the class or function of a person
            if getattr(own, "__module__", "") == "__main__":
                added.extend((self, one) for one in set(self._things) - before)
            return found

        patch.setattr(Registry, "add", kept)
        here.clear()
        here |= {**made.named_in([one.source for one in request.node.dtest.examples]), "__name__": "__main__"}
        yield
    for registry, name in added:
        registry._things.pop(name, None)
