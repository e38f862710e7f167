"""The things of one kind by name: a name has one owner, and an unknown name gets a suggestion."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Generic, TypeVar

from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of

Thing = TypeVar("Thing")
Added = TypeVar("Added")


class Registry(Generic[Thing]):
    """The things of one kind, in the order of their `rank` (0 where a thing has none), then as they were added.

    Those of the house are the modules of `home`, a package: a file each, imported when the first name is asked for.
    Those of other packages are found through the entry-point group `protokit.plugins`, when a name is not of the house
    or all names are asked for; `key` is the kind's name there. A thing's name is its attribute `name`, else its
    `__name__`.
    """

    def __init__(self, kind: str, home: str = "", *, key: str = "") -> None:
        self.kind, self.key, self._home = kind, key, home
        self._things: dict[str, Thing] = {}
        self._loaded = not home

    def add(self, thing: Added, *, name: str | None = None) -> Added:
        """Give a thing its name; usable as a decorator. The same class defined anew, as in a notebook, takes its place.

        Raises:
            SpecError: the name already has an owner, or is none.
        """
        own = name if name is not None else _name(thing)
        if not own:
            raise SpecError.one(f"a {self.kind} needs a name: {thing!r}", 'write name = "..." in the class')
        if own in self._things and not _same(self._things[own], thing):
            rule = f"a {self.kind} named {own!r} is there already, of {_home(self._things[own])}"
            raise SpecError.one(rule, "choose another name")
        self._things[own] = thing  # type: ignore[assignment]
        return thing

    def house(self) -> dict[str, Thing]:
        """Protokit's own things by name: what a package or a person brings is never a default."""
        return {name: one for name, one in self._registered().items() if _home(one).startswith("protokit.")}

    def _registered(self) -> dict[str, Thing]:
        """The things that are here without any package of plug-ins having been looked for."""
        if not self._loaded:
            self._loaded = True  # before the import: a module of the home may ask for what is there so far
            package = importlib.import_module(self._home)
            for module in pkgutil.walk_packages(package.__path__, f"{self._home}."):
                importlib.import_module(module.name)
        return dict(sorted(self._things.items(), key=lambda item: getattr(item[1], "rank", 0)))

    def all(self) -> dict[str, Thing]:
        """All things by name, those of installed packages too."""
        self._registered()
        plugins.packages(self.key)
        return self._registered()

    def find(self, name: object) -> Thing | None:
        """The thing of a name, or None."""
        if not isinstance(name, str):
            return None
        known = self._registered()
        return known[name] if name in known else self.all().get(name)

    def unknown(self, name: object) -> Fault:
        """The fault of a name that nothing here has: with the nearest name, and the packages that failed to load."""
        names = list(self.all())
        cure = did_you_mean(str(name), names) or (one_of(names) if len(names) <= 40 else None)
        said = [text for text in (cure, *plugins.failures(self.key)) if text]
        return Fault(f"unknown {self.kind} {name!r}", "; ".join(said) or None)

    def __getitem__(self, name: str) -> Thing:
        found = self.find(name)
        if found is None:
            raise SpecError([self.unknown(name)])
        return found

    def __contains__(self, name: object) -> bool:
        return self.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())


def _name(thing: object) -> str:
    found = getattr(thing, "name", None) or getattr(thing, "__name__", "")
    return found if isinstance(found, str) else ""


def _same(one: object, other: object) -> bool:
    """Whether a class or function is the other one read anew, as a notebook does when a cell is run again."""
    places = [
        (getattr(thing, "__module__", None), getattr(thing, "__qualname__", type(thing).__qualname__))
        for thing in (one, other)
    ]
    return one is other or (places[0] == places[1] and places[0][0] is not None and hasattr(one, "__qualname__"))


def _home(thing: object) -> str:
    return str(getattr(thing, "__module__", type(thing).__module__))
