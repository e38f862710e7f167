"""What stands at the head of a recipe: the format of its file, and its name; and where a fault on a default stands."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Annotated

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word
from protokit.recipe.slots.placed import Slots, by_default


def _version(value: object) -> object:
    """The format of the file."""
    if value != 1 or isinstance(value, bool):
        raise refuse(Fault(f"this version reads format 1, not {value!r}", "write protokit: 1"))
    return value


_NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"


def _name(value: object) -> object:
    """The recipe's name, which is also a folder's."""
    if not isinstance(value, str) or not re.fullmatch(_NAME, value):
        raise refuse(Fault(f"a name is letters, digits, '-', '_' and '.', not {value!r}"))
    return value


Version = Annotated[int, Word(_version, {"const": 1})]
Name = Annotated[str, Word(_name, {"type": "string", "pattern": f"^{_NAME}$"})]


def at_slot(fault: Fault, slots: Slots) -> Fault:
    """A fault of the recipe on its defaults, where the slot stands whose default it is."""
    path, cure = slots.as_written(fault.path, by_default), fault.cure
    slot = next((one.slot for one in slots if one.written == path), None)
    if slot is not None and slot.kind == "float" and "whole number" in fault.rule:
        cure = f"write {{int: [{math.ceil(slot.options[0])}, {math.floor(slot.options[1])}]}}"
    return replace(fault, path=path, cure=cure)
