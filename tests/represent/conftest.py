from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protokit.represent.kind import KINDS
from protokit.represent.split_way import SPLITS

PLUGIN = Path(__file__).parent.parent / "plugin" / "protokit_example"


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], type]]:
    """Registers what a file of the example package brings, for one test."""
    for registry in (KINDS, SPLITS):
        monkeypatch.setattr(registry, "_things", dict(registry.house()))

    def plug(name: str) -> type:
        spec = importlib.util.spec_from_file_location(f"protokit_example_{name}", PLUGIN / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return next(thing for thing in vars(module).values() if getattr(thing, "__module__", "") == spec.name)

    yield plug
