"""Every house menu and every layer that is not Keras's keeps the contract of its kind, those of a plug-in too."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protokit import Menu, SpecError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu import catalogue
from protokit.menu.fitting import fitting
from protokit.menu.house_menu import HOUSE_MENUS, InputKind
from protokit.menu.network.describe import own_layers
from protokit.testing.layer import check_layer
from protokit.testing.menu import check_menu

PLUGIN = Path(__file__).parent.parent / "plugin"


@pytest.mark.parametrize("name", list(HOUSE_MENUS))
def test_a_house_menu_keeps_its_contract(name: str) -> None:
    check_menu(HOUSE_MENUS[name])


ARGUMENTS: dict[str, dict[str, Any]] = {"Noise": {"units": 3}}


@pytest.mark.parametrize("name", list(own_layers()))
def test_a_layer_that_is_not_keras_keeps_its_contract(name: str) -> None:
    arguments = ARGUMENTS.get(name, {"units": 3, "activation": "tanh"})
    check_layer(getattr(importlib.import_module(own_layers()[name]), name), **arguments)


@pytest.mark.parametrize("name", list(catalogue.LAYERS))
def test_a_registered_layer_keeps_its_contract(name: str) -> None:
    check_layer(catalogue.LAYERS[name])


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The menu and the layer of the example package, as if that were installed."""
    before = dict(catalogue.LAYERS._things), dict(HOUSE_MENUS.house())
    monkeypatch.syspath_prepend(str(PLUGIN))
    for name in ("layer", "menu"):
        importlib.import_module(f"protokit_example.{name}")
    yield
    for registry, things in zip((catalogue.LAYERS, HOUSE_MENUS), before, strict=True):
        registry._things.clear()
        registry._things.update(things)  # type: ignore[arg-type]
    for name in ("layer", "menu"):
        if "SignedPower" not in before[0]:
            sys.modules.pop(f"protokit_example.{name}", None)


def test_a_menu_and_a_layer_of_another_package_keep_their_contracts(example: None) -> None:
    check_menu(HOUSE_MENUS["self_normalizing"])
    check_layer(catalogue.LAYERS["SignedPower"], power=0.3)
    both = Menu([{"SignedPower": 0.5}, {"use": "self_normalizing"}], inputs={"x": [4]})
    assert both.build().count_params() == 4 * 32 + 32 + 2 * (32 * 32 + 32)


def test_a_menu_of_another_package_is_never_a_default(example: None) -> None:
    kinds: tuple[InputKind, ...] = ("columns", "text", "image", "sequence")
    HOUSE_MENUS["self_normalizing"].default, HOUSE_MENUS["self_normalizing"].rank = True, -1
    found = [
        fitting(Signature((InputSpec("x", (9, 9, 1), "float32", (), 0, kind),), (TargetSpec("y", "regression"),)))
        for kind in kinds
    ]
    assert found == ["tabular", "text_bag", "image_small", "sequence_cnn"]


def test_without_the_package_its_menu_and_layer_are_unknown() -> None:
    if "self_normalizing" in HOUSE_MENUS:
        pytest.skip("the example package is installed")
    with pytest.raises(SpecError, match="unknown house menu 'self_normalizing'"):
        Menu("self_normalizing")
    with pytest.raises(SpecError, match="unknown layer 'SignedPower'"):
        Menu(["SignedPower"])
