"""The values of a menu as parameters of an estimator: `menu__width`, for what is named, and for each slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean
from protokit.menu import items
from protokit.menu.menu import Menu
from protokit.menu.slots import Slot

BEFORE = "menu__"


def values_of(menu: object) -> dict[str, object]:
    """The hyperparameters of a menu by name, and its slots at their defaults.

    None where it is the name of a house menu, or no menu: that is told when it is fitted.
    """
    if isinstance(menu, str):
        return {}
    try:
        read = Menu.parse(menu)
    except SpecError:
        return {}
    fixed = {name: value for name, value in read.hyperparameters.items() if not isinstance(value, Slot)}
    return {**fixed, **{name: slot.default for name, slot in read.slots.items()}}


def with_values(menu: object, values: Mapping[str, object]) -> Menu:
    """The menu with other values; a slot stays one, with another default.

    Raises:
        SpecError: it is no menu, it has no such name, or the value is none of the slot's.
    """
    if isinstance(menu, str):
        rule = f"menu={menu!r} is chosen when it is fitted, and has no values until then"
        raise SpecError.one(
            rule, 'write a menu: menu={"hyperparameters": {"width": 64}, "layers": [{"Dense": "$width"}]}'
        )
    read, known = Menu.parse(menu), values_of(menu)
    for name in values:
        if name not in known:
            rule = f"the menu has no {name!r} under hyperparameters, and no slot of that name"
            cure = did_you_mean(name, known) if known else "name it there: {hyperparameters: {width: 64}, layers: ...}"
            raise SpecError.one(rule, cure)
    slots = {name: slot.own(values[name]) for name, slot in read.slots.items() if name in values}

    def settle(part: Any) -> Any:
        if isinstance(part, items.Choose) and part.slot.name in slots:
            return replace(part, slot=replace(part.slot, default=slots[part.slot.name]))
        if isinstance(part, Slot) and part.name in slots:
            return replace(part, default=slots[part.name])
        return part

    found = object.__new__(Menu)
    for key in ("inputs", "outputs", "takes", "gives", "columns", "even"):
        object.__setattr__(found, key, getattr(read, key))
    for key in ("layers", "blocks", "hyperparameters"):
        object.__setattr__(found, key, items.mapped(getattr(read, key), settle))
    fixed = {name: value for name, value in values.items() if name not in slots}
    object.__setattr__(found, "hyperparameters", {**found.hyperparameters, **fixed})
    return found
