"""Rapid prototyping of Keras networks: a recipe in, a trained network and an honest verdict out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protokit.bundle.folder import load
    from protokit.bundle.model import Model
    from protokit.core.errors import (
        BundleError,
        DataError,
        MissingExtra,
        ProtokitError,
        SpecError,
        TrainingError,
    )
    from protokit.menu.catalogue import register as layer
    from protokit.menu.menu import Menu
    from protokit.menu.slots import choice, integer, real
    from protokit.recipe.recipe import Recipe
    from protokit.workflow.compare import compare
    from protokit.workflow.result import Run
    from protokit.workflow.run import check, run

_HOMES = {
    "BundleError": "protokit.core.errors",
    "DataError": "protokit.core.errors",
    "Menu": "protokit.menu.menu",
    "MissingExtra": "protokit.core.errors",
    "Model": "protokit.bundle.model",
    "ProtokitError": "protokit.core.errors",
    "Recipe": "protokit.recipe.recipe",
    "Run": "protokit.workflow.result",
    "SpecError": "protokit.core.errors",
    "TrainingError": "protokit.core.errors",
    "check": "protokit.workflow.run",
    "choice": "protokit.menu.slots",
    "compare": "protokit.workflow.compare",
    "integer": "protokit.menu.slots",
    "layer": "protokit.menu.catalogue",
    "load": "protokit.bundle.folder",
    "real": "protokit.menu.slots",
    "run": "protokit.workflow.run",
}
_NAMES = {"layer": "register"}

__all__ = [
    "BundleError",
    "DataError",
    "Menu",
    "MissingExtra",
    "Model",
    "ProtokitError",
    "Recipe",
    "Run",
    "SpecError",
    "TrainingError",
    "check",
    "choice",
    "compare",
    "integer",
    "layer",
    "load",
    "real",
    "run",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), _NAMES.get(name, name))
    raise AttributeError(f"module 'protokit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
