"""The files of weights that a menu's backbones begin with, known without Keras."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from protokit.core.errors import SpecError
from protokit.core.files import sha256
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.places import Path as Path_
from protokit.grammar.document import nearby
from protokit.menu import catalogue
from protokit.menu.expand import as_written, expand
from protokit.menu.items import Outline

IMAGENET = "imagenet"


def check_files(menu: Outline, folder: Path) -> None:
    """Hold that the files of weights are there, their paths start at the folder, and the package of each layer.

    Raises:
        SpecError: one is not, at its item.
    """
    if find_spec("keras_hub") is None and (of_hub := _of_hub(menu)):
        cure = "pip install 'protokit[hub]'"
        faults = [Fault(f"{name} is of KerasHub, which is not installed", cure, at, "key") for name, at in of_hub]
        raise SpecError([as_written(menu, fault) for fault in faults])
    faults = [fault.under(at) for name, at in _files(menu).items() if (fault := _fault(name, folder)) is not None]
    if faults:
        raise SpecError([as_written(menu, fault) for fault in faults])


def _fault(name: str, folder: Path) -> Fault | None:
    try:
        return None if access.is_file(folder / name) else no_file(name, folder)
    except access.Refused as error:
        return Fault(error.rule, error.cure)


def no_file(name: str, folder: Path) -> Fault:
    """The fault of a file of weights that is not there."""
    cure = nearby(folder / name) or "paths start at the recipe's folder; write imagenet for the weights of Keras"
    return Fault(f"no such file of weights: {name}", cure)


def digests(menu: Outline, folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of weights that is there, by its path as it is written."""
    return {name: sha256(access.local(folder / name)) for name in _files(menu) if access.is_file(folder / name)}


def _of_hub(menu: Outline) -> list[tuple[str, Path_]]:
    """The layers and backbones of KerasHub, with their places."""
    found: list[tuple[str, Path_]] = []
    for node in expand(menu).nodes:
        named = [node.kind, *(node.arguments if node.kind == catalogue.BACKBONE else ())]
        found += [(name, node.path) for name in named if name.startswith(catalogue.HUB)]
    return found


def _files(menu: Outline) -> dict[str, tuple[str | int, ...]]:
    found: dict[str, tuple[str | int, ...]] = {}
    for node in expand(menu).nodes:
        if node.kind == catalogue.BACKBONE:
            [(application, given)] = node.arguments.items()
            entry = catalogue.find("applications", application)
            assert entry is not None, "the menu has checked the name"
            usual = entry.arguments["weights"].get("default")
            weights = given.get("weights", usual) if isinstance(given, Mapping) else usual
            if isinstance(weights, str) and weights != IMAGENET:
                found.setdefault(weights, (*node.path, application, "weights"))
    return found
