"""Every engine keeps the contract of engines; a plug-in's is found by its name and never chosen in silence."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.core.errors import SpecError
from protokit.learn.engine import ENGINES, automatic
from protokit.recipe.recipe import Recipe
from protokit.testing.engine import check_engine

PLUGIN = Path(__file__).parent.parent / "plugin"


@pytest.mark.parametrize("name", list(ENGINES))
def test_an_engine_keeps_its_contract(name: str) -> None:
    check_engine(ENGINES[name])


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The engine of the example package, as if that were installed."""
    known = dict(ENGINES.house())
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop("protokit_example.engine", None)  # another test may have had it, and taken it out of the registry
    yield importlib.import_module("protokit_example.engine").Slow.name
    if "slow" not in known:
        del ENGINES._things["slow"], sys.modules["protokit_example.engine"]


def test_an_engine_of_another_package_keeps_its_contract_and_auto_leaves_it(slow: str) -> None:
    check_engine(ENGINES[slow])
    assert [engine.name for engine in automatic()] == ["fused", "keras"]


def test_an_unknown_engine_is_told_with_those_that_there_are() -> None:
    for wrong, cure in (("fusd", "did you mean 'fused'"), ("aut", "did you mean 'auto'"), ("x", "one of: auto, fused")):
        with pytest.raises(SpecError, match=f"(?s)unknown engine '{wrong}'.*{cure}"):
            Recipe.parse({"represent": {"target": "y"}, "learn": {"engine": wrong}})
    with pytest.raises(SpecError, match="unknown engine"):
        Recipe.parse({"represent": {"target": "y"}, "learn": {"engine": ["fused"]}})
