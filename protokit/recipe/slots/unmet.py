"""What of a menu is never there: hyperparameters that nothing uses, and conditions that no values meet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from math import prod
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.menu import items
from protokit.menu.expressions import Expression
from protokit.menu.menu import Menu
from protokit.menu.scope import Known
from protokit.menu.slots import Slot
from protokit.recipe.slots.conditions import names_met

_MOST = 10_000  # settings that are looked at for one condition


def unmet(menu: Menu, written: object) -> list[Fault]:
    """What is written in a menu and changes nothing, each at its place in `written`, the menu as a person wrote it."""
    if not isinstance(written, Mapping):  # a list has no hyperparameters, the name of a house menu no lines
        return []
    used = names_met(menu)
    faults = [
        Fault(
            f"the hyperparameter {name!r} is used nowhere, so that its value changes nothing",
            f"write ${name} where a layer takes it, or remove it",
            ("hyperparameters", name),
            "key",
        )
        for name in menu.hyperparameters
        if name not in used
    ]
    for path, text in _conditions(written, (), frozenset()):
        test = _read(text)
        if test is not None and not _can_hold(test, menu.hyperparameters):
            rule = f"no value meets {text!r}, so that what stands there is never in the network"
            faults.append(Fault(rule, "change the condition, or the values of its slots", path, "key"))
    return faults


def _conditions(data: object, path: Path, own: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """The conditions in a menu with their paths; not those on parameters of blocks, which each use may set."""
    if isinstance(data, Mapping):
        if len(path) == 2 and path[0] == "blocks" and isinstance(data.get("parameters"), Mapping):
            own = frozenset(map(str, data["parameters"]))
        when = data.get("when")
        for text in when if isinstance(when, Mapping) else ():
            if isinstance(text, str) and not any(re.search(rf"\${re.escape(name)}\b", text) for name in own):
                yield (*path, "when", text), text
        for key, part in data.items():
            yield from _conditions(part, (*path, key), own)
    elif isinstance(data, (list, tuple)):
        for i, part in enumerate(data):
            yield from _conditions(part, (*path, i), own)


def _read(text: str) -> Expression | None:
    try:
        return Expression(text)
    except SpecError:
        return None


def _can_hold(test: Expression, values: Mapping[str, Any]) -> bool:
    """Whether some setting meets a condition; true also where that cannot be told."""
    slots: dict[str, Slot] = {}
    expressions = [test]
    while expressions:
        for name in expressions.pop().names:
            if name not in values:
                return True
            slots |= {slot.name: slot for slot in items.slots_in(values[name])}
            expressions += [values[name]] if isinstance(values[name], Expression) else []
    options = [_options(slot, test) for slot in slots.values()]
    if any(some is None for some in options) or prod(len(some or ()) for some in options) > _MOST:
        return True
    for setting in product(*(some or () for some in options)):
        chosen = dict(zip(slots, setting, strict=True))
        try:
            if test.value(Known(values, partial(_settled, chosen))):
                return True
        except SpecError:  # it is told with its own reason
            return True
    return False


def _settled(chosen: Mapping[str, object], value: Any, known: Any) -> Any:
    if isinstance(value, Slot):
        return chosen[value.name]
    return value.value(known) if isinstance(value, Expression) else value


def _options(slot: Slot, test: Expression) -> list[object] | None:
    """The values of a slot that tell whether a condition can hold; None where they are too many.

    Of a range its ends tell it, where the condition says that one number is more than another, and nothing is divided.
    """
    if slot.count is not None and slot.count <= _MOST:
        return list(slot.values)
    once = len(test.names) == len(re.findall(r"\$", test.text)) == 1
    return list(slot.options) if once and re.fullmatch(r"\s*\$\w+\s*[<>]=?\s*[\d.]+\s*", test.text) else None
