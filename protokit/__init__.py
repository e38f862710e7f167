"""Rapid prototyping of Keras networks: a recipe in, a trained network and an honest verdict out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protokit.bundle.folder import load
    from protokit.bundle.model import Model
    from protokit.core.errors import (
        AuditError,
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
    from protokit.represent.transformers import (
        BooleanEncoder,
        CategoryEncoder,
        DateEncoder,
        ImageEncoder,
        NumberEncoder,
        OrderedEncoder,
        TextEncoder,
    )
    from protokit.workflow.check import check
    from protokit.workflow.look.compare import compare
    from protokit.workflow.look.report import report
    from protokit.workflow.look.table import table
    from protokit.workflow.lr_range import lr_range
    from protokit.workflow.result import Run
    from protokit.workflow.run.run import run

_HOMES = {
    "AuditError": "protokit.core.errors",
    "BooleanEncoder": "protokit.represent.transformers",
    "BundleError": "protokit.core.errors",
    "CategoryEncoder": "protokit.represent.transformers",
    "DataError": "protokit.core.errors",
    "DateEncoder": "protokit.represent.transformers",
    "ImageEncoder": "protokit.represent.transformers",
    "Menu": "protokit.menu.menu",
    "MissingExtra": "protokit.core.errors",
    "Model": "protokit.bundle.model",
    "NumberEncoder": "protokit.represent.transformers",
    "OrderedEncoder": "protokit.represent.transformers",
    "ProtokitError": "protokit.core.errors",
    "Recipe": "protokit.recipe.recipe",
    "Run": "protokit.workflow.result",
    "SpecError": "protokit.core.errors",
    "TextEncoder": "protokit.represent.transformers",
    "TrainingError": "protokit.core.errors",
    "check": "protokit.workflow.check",
    "choice": "protokit.menu.slots",
    "compare": "protokit.workflow.look.compare",
    "integer": "protokit.menu.slots",
    "layer": "protokit.menu.catalogue",
    "load": "protokit.bundle.folder",
    "lr_range": "protokit.workflow.lr_range",
    "real": "protokit.menu.slots",
    "report": "protokit.workflow.look.report",
    "run": "protokit.workflow.run.run",
    "table": "protokit.workflow.look.table",
}
_NAMES = {"layer": "register"}

__all__ = [
    "AuditError",
    "BooleanEncoder",
    "BundleError",
    "CategoryEncoder",
    "DataError",
    "DateEncoder",
    "ImageEncoder",
    "Menu",
    "MissingExtra",
    "Model",
    "NumberEncoder",
    "OrderedEncoder",
    "ProtokitError",
    "Recipe",
    "Run",
    "SpecError",
    "TextEncoder",
    "TrainingError",
    "check",
    "choice",
    "compare",
    "integer",
    "layer",
    "load",
    "lr_range",
    "real",
    "report",
    "run",
    "table",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), _NAMES.get(name, name))
    raise AttributeError(f"module 'protokit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
