"""The things of one kind by name: a name has one owner, and an unknown name gets a suggestion."""

from __future__ import annotations

import importlib
import pkgutil
import re
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
    or all names are asked for; `key` is the kind's name there, and without one nobody else brings any. A thing's name
    is its attribute `name`, else its `__name__`. What is not protokit's own is looked at when it is added: a class of
    `base` that lacks nothing.
    """

    def __init__(self, kind: str, home: str = "", *, key: str = "", base: type | None = None) -> None:
        self.kind, self.key, self._home, self._base = kind, key, home, base
        self._things: dict[str, Thing] = {}
        self._loaded = not home

    def add(self, thing: Added, *, name: str | None = None) -> Added:
        """Give a thing its name; usable as a decorator. The same class defined anew, as in a notebook, takes its place.

        Raises:
            SpecError: the name already has an owner, or is none.
        """
        self._admit(thing)
        own = name if name is not None else _name(thing)
        if not own:
            raise SpecError.one(f"a {self.kind} needs a name: {thing!r}", 'write name = "..." in the class')
        if own in self._things and not _same(self._things[own], thing):
            rule = f"a {self.kind} named {own!r} is there already, of {_home(self._things[own])}"
            raise SpecError.one(rule, "choose another name")
        self._things[own] = thing  # type: ignore[assignment]
        return thing

    def _admit(self, thing: object) -> None:
        """Hold that a thing of somebody else is of the kind and whole, so that its fault is told where it is defined.

        Raises:
            SpecError: it is not.
        """
        base = self._base
        if base is None or _home(thing).startswith("protokit."):
            return
        self._registered()  # so that a name of protokit's own is taken before anybody else's
        kind = thing if isinstance(thing, type) else type(thing)
        called = f"the {self.kind} {kind.__name__!r} of {kind.__module__}"
        if not issubclass(kind, base):
            cure = f"class {kind.__name__ if isinstance(thing, type) else 'NAME'}({base.__name__}), of protokit.plugins"
            raise SpecError.one(f"{called} does not derive from {base.__name__}: {str(thing)[:80]}", cure)
        if lacks := sorted(getattr(kind, "__abstractmethods__", ())):
            raise SpecError.one(f"{called} lacks {', '.join(lacks)}", "write what is missing")
        for attribute, what in (("name", "letters, digits and '_'"), ("about", "a sentence")):
            given = getattr(thing, attribute, None)
            fits = isinstance(given, str) and (re.fullmatch(r"\w+", given) if attribute == "name" else given.strip())
            if not fits:
                rule = f"{called} has no `{attribute}`" if given is None else f"{called} has the {attribute} {given!r}"
                raise SpecError.one(rule, f'write {attribute} = "...": {what}')
        fault_of_class = getattr(kind, "fault_of_class", None)
        try:
            fault = fault_of_class() if fault_of_class is not None else None
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        if fault:
            raise SpecError.one(f"{called}: {fault}", "see the docstring of its base class")

    def house(self) -> dict[str, Thing]:
        """Protokit's own things by name: what a package or a person brings is never a default."""
        return {name: one for name, one in self._registered().items() if _home(one).startswith("protokit.")}

    def _registered(self) -> dict[str, Thing]:
        """The things that are here without any package of plug-ins having been looked for."""
        if not self._loaded:
            self._loaded = True  # before the import: a module of the home may ask for what is there so far
            try:
                package = importlib.import_module(self._home)
                for module in pkgutil.walk_packages(package.__path__, f"{self._home}."):
                    importlib.import_module(module.name)
            except BaseException:
                self._loaded = False
                raise
        return dict(sorted(self._things.items(), key=lambda item: getattr(item[1], "rank", 0)))

    def all(self) -> dict[str, Thing]:
        """All things by name, those of installed packages too."""
        found = self._registered()
        if not self.key:
            return found
        plugins.packages(self.key)
        return self._registered()

    def find(self, name: object) -> Thing | None:
        """The thing of a name, or of one that it had `formerly`; or None."""
        if not isinstance(name, str):
            return None
        known = self._registered()
        if name in known:
            return known[name]
        former = next((one for one in known.values() if name in getattr(one, "formerly", ())), None)
        return former if former is not None else self.all().get(name)

    def unknown(self, name: object) -> Fault:
        """The fault of a name that nothing here has: with the nearest name, and the packages that failed to load."""
        names = list(self.all())
        cure = did_you_mean(str(name), names) or (one_of(names) if len(names) <= 40 else None)
        return Fault(f"unknown {self.kind} {name!r}", plugins.or_failure(cure, self.key))

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
