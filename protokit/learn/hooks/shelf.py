"""Where hooks and callbacks are looked up, and lists of them are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from protokit.core import plugins
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, nearest
from protokit.grammar.faults import refuse
from protokit.grammar.words import closed
from protokit.learn.parts.part import Part
from protokit.learn.parts.shelf import Reference, Shelf
from protokit.menu import catalogue


@dataclass(frozen=True)
class HookShelf(Shelf):
    """A shelf whose things are all registered: those of protokit too. A recipe names a list of them."""

    def find(self, name: object) -> Part | catalogue.Entry | None:
        """See Shelf."""
        found = self.registry.find(name)
        return found if isinstance(found, Part) else None

    def _of_keras(self, name: str) -> catalogue.Entry | None:
        return None

    def unknown(self, name: object) -> Fault:
        """See Shelf."""
        own = f"see protokit list {self.section}; register your own with @protokit.{self.registry.key}"
        known = [*self.registry.all(), *self.names]
        cure = did_you_mean(str(name), known) if nearest(str(name), known) else own
        return Fault(f"unknown {self.noun} {name!r}", plugins.or_failure(cure, self.registry.key))

    def parts_in(self, value: object) -> Iterator[Part]:
        """See Shelf."""
        yield from (part for part in super().parts_in(value) if not of_house(part))

    def several(self, value: object) -> tuple[Reference, ...]:
        """References of a list.

        Raises:
            PydanticCustomError: with what is wrong, at its place in the list.
        """
        if not isinstance(value, (list, tuple)):
            name = next(iter(self.registry.house()))
            raise refuse(Fault(f"{self.noun}s are a list, not {repr(value)[:80]}", f"write [{name}]"))
        found, faults = list[Reference](), list[Fault]()
        for i, one in enumerate(value):
            try:
                found.append(self.read(one))
            except PydanticCustomError as error:
                faults += [fault.under((i,)) for fault in (error.context or {})["faults"]]
        if faults:
            raise refuse(*faults)
        return tuple(found)

    def list_schema(self) -> dict[str, object]:
        """JSON Schema of a list of references."""
        parts = {name: one for name, one in self.registry.all().items() if isinstance(one, Part)}
        bare = [name for name, part in parts.items() if not part.entry.required]
        each = {name: _arguments(part.entry) for name, part in parts.items()}
        forms = [{"enum": bare}, {**closed(each, most=1), "minProperties": 1}]
        return {"type": "array", "items": {"anyOf": forms}}


def _arguments(entry: catalogue.Entry) -> dict[str, object]:
    """Arguments by name, or a lone value that is the first one."""
    by_name = closed({name: {} for name in entry.arguments}, required=entry.required)
    return {"anyOf": [{"not": {"type": ["object", "array"]}}, by_name]}


def of_house(part: Part) -> bool:
    """Whether a part is protokit's own."""
    return part.__module__.startswith("protokit.")


def has_own(kind: type, method: str) -> bool:
    """Whether a class, or one that it derives from, defines a method: each class can be called to make an object."""
    return any(method in vars(one) for one in kind.__mro__)
