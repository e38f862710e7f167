"""What stands at the head of a recipe, and what one of its sections says that the reading of another needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word


def named_inputs(data: Mapping[str, object]) -> tuple[str, ...]:
    """What a menu may name in `from` beside numbers and categories: columns that the recipe says the kind of."""
    represent = data.get("represent")
    represent = represent if isinstance(represent, Mapping) else {}
    columns = represent.get("columns")
    target = represent.get("target")  # the order of its classes may stand among the columns
    apart = target if isinstance(target, (list, tuple)) else (target,)
    declared = [str(name) for name in columns if name not in apart] if isinstance(columns, Mapping) else []
    shapes = [name for name in ("sequence", "series") if represent.get(name)]
    named = represent.get("inputs")
    own = [str(name) for name in named] if isinstance(named, Mapping) else []
    codes, known = (f"{name}_codes" for name in declared), ["known"] if "series" in shapes else []
    return (*declared, *codes, *own, *shapes, *known)


def targets_of(data: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the targets, which the losses of each may be written under."""
    represent = data.get("represent")
    target = represent.get("target") if isinstance(represent, Mapping) else None
    names = [target] if isinstance(target, str) else target
    return tuple(map(str, names)) if isinstance(names, (list, tuple, Mapping)) else ()


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
