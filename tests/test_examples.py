"""Every public function, class and method has an example in its docstring; `--doctest-modules` runs them all."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from doctest import DocTestParser
from functools import cached_property
from typing import Any

import pytest

import protokit
from protokit import plugins
from protokit.bundle.opened.evaluation import Evaluation
from protokit.bundle.opened.explanation import Explanation
from protokit.core.values.arrays import Arrays
from protokit.menu.network.drawing import Drawing
from protokit.menu.slots import Slot
from protokit.workflow.look.compare import Comparison
from protokit.workflow.look.plot import Plots
from protokit.workflow.look.table import TableView
from protokit.workflow.lr_range import LearningRates

# what a person is given by public functions, and does not make: its members are shown where it is given
GIVEN = (Evaluation, Explanation, Comparison, Plots, TableView, LearningRates, Slot, Drawing)
OF_PYDANTIC = {"model_config", "model_post_init"}
OF_REGISTRY = {"baseline", "kind", "source", "step"}  # decorators of classes for plug-ins, shown there


def function(member: Any) -> Callable[..., Any] | None:
    """The function of a method, of whatever kind; None where a member is a value."""
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    member = getattr(member, "__func__", member)
    return member if inspect.isfunction(member) else None


def members(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods and properties of a class, those of its bases in protokit too."""
    for base in kind.__mro__:
        if base.__module__.startswith("protokit."):
            for name, member in vars(base).items():
                found = function(member)
                if not name.startswith("_") and name not in OF_PYDANTIC and found is not None:
                    yield name, found


def shown(thing: Any) -> str:
    """The code of a thing's example."""
    return "".join(one.source for one in DocTestParser().get_examples(inspect.getdoc(thing) or ""))


PUBLIC = {name: getattr(protokit, name) for name in protokit.__all__}
CLASSES = [one for one in PUBLIC.values() if inspect.isclass(one)]


@pytest.fixture(scope="module")
def examples() -> str:
    """The code of all examples of public names."""
    own = [shown(protokit), *map(shown, (*PUBLIC.values(), *GIVEN))]
    return "".join([*own, *(shown(one) for kind in (*CLASSES, *GIVEN, Arrays) for _, one in members(kind))])


@pytest.mark.parametrize("name", [name for name in protokit.__all__ if name not in OF_REGISTRY])
def test_a_public_name_has_an_example(name: str) -> None:
    thing = PUBLIC[name]
    assert shown(thing), f"protokit.{name} has no example in its docstring"
    assert inspect.isclass(thing) or re.search(rf"\b{name}\b", shown(thing) + shown(protokit)), shown(thing)


@pytest.mark.parametrize("kind", [*CLASSES, *GIVEN], ids=lambda kind: kind.__name__)
def test_each_member_is_in_an_example(kind: type, examples: str) -> None:
    lacks = [name for name, one in members(kind) if not shown(one) and not re.search(rf"\.{name}\b", examples)]
    assert not lacks, f"members of {kind.__name__} without an example: {', '.join(lacks)}"


def test_what_plug_ins_derive_from_and_register_with_has_an_example() -> None:
    things = {name: getattr(plugins, name) for name in plugins.__all__}
    classes = {name: one for name, one in things.items() if inspect.isclass(one)}
    assert [name for name, one in classes.items() if not shown(one)] == []
    code = "".join(map(shown, things.values()))
    decorators = [name for name in things if name not in classes]
    assert [name for name in decorators if not re.search(rf"@(plugins|protokit)\.{name}\b", code)] == []
