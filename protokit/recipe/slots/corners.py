"""Settings of a space that no network can be made of, found before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.menu.slots import Slot, label
from protokit.recipe.slots.walk import MOST, Draw, quiet, some_values, structures

_MOST_TRIED = 1_000  # settings


@dataclass(frozen=True)
class Corner:
    """Values of slots that cannot be together, and why: `fault` has the line and the cure.

    `values` are those that differ from the defaults.
    """

    values: Mapping[str, object]
    fault: Fault

    def __str__(self) -> str:
        said = ", ".join(f"{name} = {label(value)}" for name, value in self.values.items())
        return f"impossible where {said}\n{self.fault}" if said else str(self.fault)


def corners(slots: Mapping[str, Slot], deciding: frozenset[str], draw: Draw) -> tuple[Corner, ...]:
    """The corners among all structures, with the ends of each range, and the options of each choice once.

    `draw` raises what is wrong with the values that it is given.
    """
    return _Search(slots, draw).corners(deciding)


class _Search:
    def __init__(self, slots: Mapping[str, Slot], draw: Draw) -> None:
        self.slots, self.draw = slots, draw
        self.tried = 0
        self.alone: set[str] = set()  # slots whose values were each looked at

    def corners(self, deciding: frozenset[str]) -> tuple[Corner, ...]:
        found: dict[tuple[str, Path], Corner] = {}
        for structure in islice(structures(deciding, quiet(self.draw), lambda slot: slot.default), MOST):
            for values in self.settings(structure, deciding):
                fault = self.fault(values)
                if fault is not None and _kind(fault) not in found:
                    found[_kind(fault)] = self.least(values, fault)
            if self.tried >= _MOST_TRIED:
                break
        return tuple(found.values())

    def settings(self, structure: Mapping[str, object], deciding: frozenset[str]) -> Iterator[Mapping[str, object]]:
        """Settings of a structure: the defaults, both ends of all ranges, and each value of each slot that is new."""
        fixed = {name: value for name, value in structure.items() if name in deciding}
        free = [self.slots[name] for name in structure if name not in deciding]
        yield fixed
        for end in (0, -1):
            yield {**fixed, **{slot.name: slot.options[end] for slot in free}}
        for slot in free:
            if slot.name in self.alone:
                continue
            self.alone.add(slot.name)
            for value in some_values(slot)[1:] if slot.kind == "choice" else slot.options:
                yield {**fixed, slot.name: value}

    def fault(self, values: Mapping[str, object]) -> Fault | None:
        """What is wrong with some values, all others at their defaults."""
        self.tried += 1
        try:
            self.draw(lambda slot: values.get(slot.name, slot.default))
        except SpecError as error:
            return error.faults[0]
        return None

    def least(self, values: Mapping[str, object], fault: Fault) -> Corner:
        """The corner with no more values than the fault needs."""
        kept = {name: value for name, value in values.items() if value != self.slots[name].default}
        for name in list(kept):
            without = {other: value for other, value in kept.items() if other != name}
            again = self.fault(without)
            if again is not None and _kind(again) == _kind(fault):
                kept, fault = without, again
        return Corner(kept, fault)


def _kind(fault: Fault) -> tuple[str, Path]:
    """What is wrong, without its numbers: the same fault is told once."""
    return "".join(c for c in fault.rule if not c.isdigit()), fault.path
