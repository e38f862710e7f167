"""The menu of a network that a training step has beside the recipe's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.menu.menu import Menu


def faults_of_network(arguments: Mapping[str, Any], name: str) -> list[Fault]:
    """What is wrong with the menu that an argument is; paths are relative to the arguments."""
    if name not in arguments:
        return []
    given = arguments[name]
    if not isinstance(given, (list, tuple)) or not given:
        return [Fault(f"{name} is a list of layers, not {given!r}", f"write {name}: [{{Dense: 32}}]", (name,))]
    try:
        Menu(list(given))
    except SpecError as error:
        return [fault.under((name,)) for fault in error.faults]
    return []
