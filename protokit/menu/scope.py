"""Where the names in a chain are looked up while it is written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from protokit.menu.graph import Ref


@dataclass
class Scope:
    """Where names are looked up, and what comes before the names of layers made here."""

    names: dict[str, Ref]
    known: Any
    prefix: str = ""
    twin: str = ""  # the prefix, were every repeat in its first turn
    shared: bool = False
    made: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    around: Scope | None = None  # of a repeat's turn: the menu or block that it is in, which has what it shares


class Known(Mapping[str, Any]):
    """The values of names in expressions, computed when asked for."""

    def __init__(self, given: Mapping[str, Any], settle: Callable[[Any, Any], Any], outer: Any = None) -> None:
        self._given, self._settle, self._outer = given, settle, outer
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._given and self._outer is not None:
            return self._outer[name]
        if name not in self._values:
            self._values[name] = self._settle(self._given[name], self._outer if self._outer is not None else self)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)
