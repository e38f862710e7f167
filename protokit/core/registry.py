"""Named plug-ins of one kind: a name has one owner, and an unknown name gets a suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean

Plugin = TypeVar("Plugin")


class Registry(Generic[Plugin]):
    """The plug-ins of one kind by name, in the order in which they were added."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._owners: dict[str, Plugin] = {}

    def add(self, name: str, plugin: Plugin) -> Plugin:
        """Give a name to a plug-in.

        Raises:
            ValueError: the name already has an owner.
        """
        if name in self._owners:
            raise ValueError(f"{self.kind} {name!r} is already registered, by {self._owners[name]!r}")
        self._owners[name] = plugin
        return plugin

    def __getitem__(self, name: str) -> Plugin:
        if name not in self._owners:
            raise SpecError.one(f"unknown {self.kind} {name!r}", did_you_mean(name, self._owners))
        return self._owners[name]

    def __contains__(self, name: object) -> bool:
        return name in self._owners

    def __iter__(self) -> Iterator[str]:
        return iter(self._owners)

    def __len__(self) -> int:
        return len(self._owners)
