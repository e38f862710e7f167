"""A space walked: how many settings it has, and those that differ in what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from protokit.core.errors import SpecError
from protokit.menu import items
from protokit.menu.expressions import Expression
from protokit.menu.menu import Menu
from protokit.menu.slots import Slot
from protokit.recipe.slots.placed import Slots

MOST = 256  # structures that are looked at: a check is to take no more than a moment
_FEW = 16  # values of a structural slot that are all looked at

Draw = Callable[[Callable[[Slot], object]], Mapping[str, object]]


@dataclass(frozen=True)
class Size:
    """How many settings a space has; None where a range without steps is in it. `exact`: or at most so many."""

    count: int | None
    exact: bool = True

    def times(self, other: Size) -> Size:
        """That of two spaces that have nothing to do with each other."""
        if self.count is None or other.count is None:
            return Size(None)
        return Size(self.count * other.count, self.exact and other.exact)


def structural(placed: Slots, menu: Menu) -> frozenset[str]:
    """The slots whose values decide which others are there, or which layers."""
    found = {name for one in placed for name, _ in one.within}
    names: set[str] = set()

    def look(part: Any) -> Any:
        if isinstance(part, items.Choose):
            found.add(part.slot.name)
        elif isinstance(part, items.Repeat):
            names.update(_names(part.times, found))
        elif isinstance(part, items.When):
            names.update(name for test, _ in part.conditions for name in test.names)
        return part

    blocks = menu.blocks.values()
    items.mapped([menu.layers, *(block.layers for block in blocks)], look)
    seen: set[str] = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        for values in (menu.hyperparameters, *(block.parameters for block in blocks), *_arguments(menu)):
            if name in values:
                names |= _names(values[name], found)
    return frozenset(found)


def _names(value: Any, found: set[str]) -> set[str]:
    """The names that a value refers to; its slots are found."""
    names: set[str] = set()

    def look(part: Any) -> Any:
        if isinstance(part, Slot):
            found.add(part.name)
        elif isinstance(part, Expression):
            names.update(part.names)
        return part

    items.mapped(value, look)
    return names


def _arguments(menu: Menu) -> list[Mapping[str, Any]]:
    """What blocks are used with."""
    found: list[Mapping[str, Any]] = []

    def look(part: Any) -> Any:
        if isinstance(part, items.Use):
            found.append(part.arguments)
        return part

    items.mapped([menu.layers, *(block.layers for block in menu.blocks.values())], look)
    return found


def structures(deciding: frozenset[str], draw: Draw, other: Callable[[Slot], object]) -> Iterator[Mapping[str, object]]:
    """The values of each structure, the slots that decide nothing as `other` says; what cannot be is left to `draw`.

    They come in the order of the values, the default of each slot first.
    """
    script: list[int] = []
    while True:
        counts: list[int] = []

        def choose(slot: Slot, counts: list[int] = counts) -> object:
            if slot.name not in deciding:
                return other(slot)
            values = some_values(slot)
            at = len(counts)
            counts.append(len(values))
            if at == len(script):
                script.append(0)
            return values[script[at]]

        yield draw(choose)
        del script[len(counts) :]
        while script and script[-1] + 1 >= counts[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1


def quiet(draw: Draw) -> Draw:
    """The same, that gives what was met until something was wrong."""

    def drawn(choose: Callable[[Slot], object]) -> Mapping[str, object]:
        chosen: dict[str, object] = {}

        def kept(slot: Slot) -> object:
            chosen[slot.name] = choose(slot)
            return chosen[slot.name]

        try:
            return draw(kept)
        except SpecError:
            return chosen

    return drawn


def some_values(slot: Slot) -> list[object]:
    """All values where they are few; else both ends and some between. The default comes first."""
    count = slot.count
    if count is not None and count <= _FEW:
        values = list(slot.values)
    elif slot.kind == "int" and count is not None:
        low, step = slot.options[0], int(slot.step or 1)
        values = [low + step * round(i * (count - 1) / (_FEW - 1)) for i in range(_FEW)]
    else:
        values = list(slot.options)
    return [
        slot.default,
        *(value for value in values if value != slot.default or type(value) is not type(slot.default)),
    ]


def size(slots: Mapping[str, Slot], deciding: frozenset[str], draw: Draw) -> Size:
    """How many settings there are; where there are very many structures, at most how many."""
    every = [slot.count for slot in slots.values()]
    total = 0
    deciding = deciding & set(slots)
    whole = all(len(some_values(slots[name])) == slots[name].count for name in deciding)
    for turn, values in enumerate(structures(deciding, quiet(draw), lambda slot: slot.default) if whole else ()):
        if turn >= MOST:
            whole = False
            break
        counts = [slots[name].count for name in values if name not in deciding]
        if any(count is None for count in counts):
            return Size(None)
        total += prod(count for count in counts if count is not None)
    if whole:
        return Size(total)
    if any(count is None for count in every):
        return Size(None)
    return Size(prod(count for count in every if count is not None), exact=False)
