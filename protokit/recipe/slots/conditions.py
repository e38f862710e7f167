"""Where a slot is met only with some values of others: its condition in words."""

from __future__ import annotations

from typing import Any

from protokit.menu import items
from protokit.menu.expressions import Expression
from protokit.menu.menu import Menu
from protokit.menu.slots import Slot, label
from protokit.recipe.slots.placed import Slots

_MOST = 3  # conditions of one slot that are said
Conditions = tuple[str, ...]


def conditions(placed: Slots, menu: Menu) -> dict[str, str]:
    """The condition of each slot that has one, by its name."""
    found: dict[str, str] = {}
    for one in placed:
        around = [(name, placed.by_name[name].slot.options[place]) for name, place in one.within]
        if around:
            found[one.slot.name] = " and ".join(f"{name} is {label(option)}" for name, option in around)
    for name, several in _Walk(menu).found.items():
        if () not in several:
            said = [" and ".join(some) for some in several]
            found[name] = " or ".join(said[:_MOST] + ["..."] * (len(said) > _MOST))
    return found


def names_met(menu: Menu) -> frozenset[str]:
    """The hyperparameters, and parameters of blocks, that something in a network refers to."""
    return frozenset(_Walk(menu).names)


class _Walk:
    """Goes through a menu, and keeps under what conditions each slot is met."""

    def __init__(self, menu: Menu) -> None:
        self.menu = menu
        self.found: dict[str, list[Conditions]] = {}
        self.names: set[str] = set()
        self._seen: set[tuple[str, Conditions]] = set()
        self.chain(menu.layers, ())

    def met(self, slot: Slot, under: Conditions) -> None:
        several = self.found.setdefault(slot.name, [])
        if under not in several:
            several.append(under)

    def value(self, value: Any, under: Conditions) -> None:
        def look(part: Any) -> Any:
            if isinstance(part, Slot):
                self.met(part, under)
            elif isinstance(part, Expression):
                for name in part.names:
                    self.named(name, under)
            return part

        items.mapped(value, look)

    def named(self, name: str, under: Conditions) -> None:
        """A hyperparameter, or a parameter of blocks."""
        if (f"${name}", under) in self._seen:
            return
        self._seen.add((f"${name}", under))
        self.names.add(name)
        for values in (self.menu.hyperparameters, *(block.parameters for block in self.menu.blocks.values())):
            if name in values:
                self.value(values[name], under)

    def chain(self, chain: tuple[items.Item, ...], under: Conditions) -> None:
        for item in chain:
            self.item(item, under)

    def item(self, item: items.Item, under: Conditions) -> None:
        if isinstance(item, items.Choose):
            self.met(item.slot, under)
            for name, inner in item.options.items():
                self.chain(inner, (*under, f"{item.slot.name} is {name}"))
        elif isinstance(item, items.When):
            for test, inner in item.conditions:
                self.value(test, under)
                self.chain(inner, (*under, test.text))
        elif isinstance(item, items.Branch):
            for inner in item.branches.values():
                self.chain(inner, under)
            self.value(item.merge.arguments, under)
        elif isinstance(item, items.Use):
            self.value(item.arguments, under)
            if item.block in self.menu.blocks and (item.block, under) not in self._seen:
                self._seen.add((item.block, under))
                self.chain(self.menu.blocks[item.block].layers, under)
        elif isinstance(item, items.Layer):
            self.value(item.arguments, under)
        else:
            if isinstance(item, (items.Repeat, items.Ensemble)):
                self.value(item.times if isinstance(item, items.Repeat) else item.members, under)
            self.chain(item.layers, under)
