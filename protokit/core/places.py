"""Where in a file or a Python value something stands, and the faults that are found there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Path = tuple[str | int, ...]
Part = Literal["key", "value"]


@dataclass(frozen=True)
class Place:
    """A stretch of one line of a text: `line` and `column` count from 1, `width` is in characters."""

    source: str
    line: int
    column: int
    width: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Fault:
    """One broken rule: what is wrong (with the value), how to mend it, and the path to it in the data.

    `offset` is where it is in the value, of a text that has parts, such as an expression; 0 where that is the start.
    """

    rule: str
    cure: str | None = None
    path: Path = ()
    part: Part = "value"
    place: Place | None = None
    offset: int = 0

    def under(self, prefix: Path) -> Fault:
        """The same fault, seen from a container that holds the data at `prefix`."""
        return replace(self, path=prefix + self.path)

    def at(self, place: Place | None) -> Fault:
        """The same fault with its place filled in, unless it already has one."""
        return self if self.place is not None or place is None else replace(self, place=place)

    def __str__(self) -> str:
        if self.place is None:
            where = f"{dotted(self.path)}: " if self.path else ""
            return f"{where}{self.rule}" + (f"\n    {self.cure}" if self.cure else "")
        head = f"{self.place}: {self.rule}"
        if not self.place.text:
            return head + (f"\n    {self.cure}" if self.cure else "")
        return f"{head}\n{excerpt(self.place, self.cure)}"


def dotted(path: Path) -> str:
    """A path as a person would type it.

    >>> dotted(("learn", "menu", 2, "Dense", "units"))
    'learn.menu[2].Dense.units'
    """
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{step}" if parts else str(step))
    return "".join(parts)


def excerpt(place: Place, remark: str | None, *, widest: int = 110) -> str:
    """The line of a place with a marker under it, cut to what fits on a screen."""
    text, column = place.text.replace("\t", " "), place.column - 1
    start = max(0, min(column - 30, len(text) - widest)) if len(text) > widest else 0
    shown = ("…" if start else "") + text[start : start + widest]
    indent = column - start + (1 if start else 0)
    width = max(1, min(place.width, len(shown) - indent))
    gutter = f"{place.line:>5} | "
    marker = f"{'':>5} | {' ' * indent}{'^' * width}"
    return f"{gutter}{shown}\n{marker}" + (f" {remark}" if remark else "")


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults as a reader meets them: file by file, by line and column, those without a place last, each one once."""
    unique: Sequence[Fault] = list(dict.fromkeys(faults))
    files = list(dict.fromkeys(fault.place.source for fault in unique if fault.place))

    def key(fault: Fault) -> tuple[float, int, int]:
        place = fault.place
        return (files.index(place.source), place.line, place.column) if place else (float("inf"), 0, 0)

    return tuple(sorted(unique, key=key))
