"""From a flat list of layers to a tree: residuals and branches where the network parts and meets again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from protokit.menu.items import Branch, Item, Layer, Residual, Source, Use
from protokit.menu.writing.shorter import shorter


@dataclass
class _Entry:
    item: Item
    source: Source


def leaves(source: Source | None) -> Iterator[str]:
    """The names in what an item takes."""
    if isinstance(source, str):
        yield source
    elif source is not None:
        for part in source.values() if isinstance(source, Mapping) else source:
            yield from leaves(part)


def base(name: str, known: Collection[str]) -> str:
    """The item that a name is of: `encoder.1` is an output of `encoder`."""
    return name if name in known else name.partition(".")[0]


@dataclass
class Flat:
    """Items one after the other, each with a name: those of a menu or of a block."""

    items: tuple[Item, ...]
    starts: Collection[str]  # the names of what they begin at
    ends: Collection[str]  # the names of what they give, the last item where there are none
    blocks: Collection[str] = ()  # those that they use

    @property
    def first(self) -> str:
        """What the first item takes where it does not say."""
        return next(iter(self.starts)) if len(self.starts) == 1 else "inputs"


def fold(flat: Flat, even: Collection[str]) -> tuple[Item, ...]:
    """The items as a tree, each still with its name.

    `even` are the sums whose inputs have one shape: only those may become residuals.
    """
    return _Folding(flat, even).chain()


class _Folding:
    def __init__(self, flat: Flat, even: Collection[str]) -> None:
        self.even = even
        self.start = last = flat.first
        self.entries: dict[str, _Entry] = {}
        self.pinned: set[str] = set()
        for item in flat.items:
            name = str(item.name)
            source = last if item.source is None else item.source
            bare = replace(item, name=None, source=None)
            self.entries[name] = _Entry(shorter(bare) if isinstance(bare, Layer) else bare, source)
            if isinstance(item, Use) and item.block not in flat.blocks:
                self.pinned |= {item.block, name}
            last = name
        known = {*self.entries, *flat.starts}
        self.uses: dict[str, set[str]] = {name: set() for name in (*known, self.start)}
        for name, entry in self.entries.items():
            for taken in leaves(entry.source):
                self.uses[base(taken, known)].add(name)
        for taken in flat.ends or (last,):
            self.uses[base(taken, known)].add("")

    def chain(self) -> tuple[Item, ...]:
        for name in list(self.entries):
            entry = self.entries[name]
            if isinstance(entry.source, tuple) and isinstance(entry.item, Layer) and name not in self.pinned:
                self.merge(name, entry)
        return self.written(list(self.entries), self.start)

    def merge(self, name: str, entry: _Entry) -> None:
        """A layer that takes several, as one item where they all come from one."""
        taken = [part for part in entry.source if isinstance(part, str) and part in self.uses]
        if len(taken) < max(2, len(entry.source)):
            return
        ways = [self.way(part, name) for part in taken]
        [(start, _), *_] = ways
        chains = [chain for _, chain in ways]
        if any(begin != start for begin, _ in ways) or not any(chains):
            return
        made = [self.written(chain, start) for chain in chains]
        empty = [not chain for chain in chains]
        assert isinstance(entry.item, Layer)
        if entry.item == Layer("Add") and len(ways) == 2 and any(empty) and name in self.even:
            entry.item = Residual(made[empty.index(False)])
        else:
            several = sum(not e for e in empty) > 1
            words = [
                ("skip" if empty.count(True) == 1 else f"skip_{i}") if e else f"path_{i}" if several else "path"
                for i, e in enumerate(empty, 1)
            ]
            entry.item = Branch(dict(zip(words, made, strict=True)), entry.item)
        entry.source = start
        inside = {part for chain in chains for part in chain}
        for part in inside:
            del self.entries[part]
        self.uses[start] = (self.uses[start] - inside) | {name}

    def way(self, name: str, to: str) -> tuple[str, list[str]]:
        """The items that lead to one alone, back to what others take too."""
        chain: list[str] = []
        while name in self.entries and self.uses[name] == {to} and name not in self.pinned:
            taken = set(leaves(self.entries[name].source))
            if len(taken) != 1 or not taken <= set(self.uses):
                break
            chain.insert(0, name)
            to, name = name, taken.pop()
        return name, chain

    def written(self, names: list[str], last: str) -> tuple[Item, ...]:
        found: list[Item] = []
        for name in names:
            entry = self.entries[name]
            found.append(replace(entry.item, name=name, source=None if entry.source == last else entry.source))
            last = name
        return tuple(found)
