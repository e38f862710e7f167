"""Walks over chains of items: their inner chains changed, names that nothing refers to left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from protokit.menu import catalogue
from protokit.menu.items import Branch, Item, Layer, Repeat, Residual, Source, Use
from protokit.menu.writing.folding import leaves

Chain: TypeAlias = tuple[Item, ...]
Change: TypeAlias = Callable[[Chain], Chain]


def inner(item: Item) -> list[Chain]:
    """The chains in an item."""
    if isinstance(item, Branch):
        return list(item.branches.values())
    return [item.layers] if isinstance(item, (Repeat, Residual)) else []


def in_chains(item: Item, change: Change) -> Item:
    """The item with each of its chains changed."""
    if isinstance(item, Branch):
        return replace(item, branches={name: change(chain) for name, chain in item.branches.items()})
    return replace(item, layers=change(item.layers)) if isinstance(item, (Repeat, Residual)) else item


def every(chain: Chain) -> Iterator[Item]:
    """Each item, before those inside it."""
    for item in chain:
        yield item
        for part in inner(item):
            yield from every(part)


def chains_of(chain: Chain) -> Iterator[Chain]:
    """A chain, and those inside it."""
    yield chain
    for item in chain:
        for part in inner(item):
            yield from chains_of(part)


def bare(item: Item) -> Item:
    """An item without its name and `from`."""
    return item if item.name is None and item.source is None else replace(item, name=None, source=None)


def without_names(chain: Chain, outputs: tuple[str, ...]) -> Chain:
    """The chain with only those names that something refers to."""
    names = {str(item.name) for item in every(chain)}
    needed: set[str] = set()
    for item in every(chain):
        taken = [*leaves(item.source), *([item.block] if isinstance(item, Use) else [])]
        needed |= {name if name in names else name.partition(".")[0] for name in taken}
    needed |= {name if name in names else name.partition(".")[0] for name in outputs}

    def strip(part: Chain) -> Chain:
        return tuple(replace(in_chains(i, strip), name=i.name if i.name in needed else None) for i in part)

    return strip(chain)


def renamed(item: Item, names: Mapping[str, str]) -> Item:
    """The item, with other names for itself, those inside, and what they take."""

    def source(taken: Source) -> Source:
        if isinstance(taken, str):
            head, dot, part = taken.partition(".")
            return names.get(taken) or (names[head] + dot + part if head in names else taken)
        if isinstance(taken, Mapping):
            return {name: source(part) for name, part in taken.items()}
        return tuple(source(part) for part in taken)

    def one(part: Item) -> Item:
        found = in_chains(part, lambda chain: tuple(one(i) for i in chain))
        taken = None if part.source is None else source(part.source)
        if isinstance(found, Use):
            found = replace(found, block=names.get(found.block, found.block))
        return replace(found, name=names.get(part.name, part.name) if part.name else None, source=taken)

    return one(item)


def named_by_kind(chain: Chain, taken: Collection[str], *, inside: bool = False) -> Chain:
    """The chain with the names of their kinds for what is in its repeats, or for all where it is `inside` one."""
    local = [item for item in _inside_repeats(chain, inside) if item.name is not None]
    used = {*taken, *(str(item.name) for item in every(chain))} - {str(item.name) for item in local}
    names: dict[str, str] = {}
    for item in local:
        kind = item.kind if isinstance(item, Layer) else type(item).__name__
        name = word = catalogue.snake(kind.replace(".", "_")).lower()
        number = 2
        while name in used:
            name, number = f"{word}_{number}", number + 1
        used.add(name)
        names[str(item.name)] = name
    return tuple(renamed(item, names) for item in chain) if names else chain


def _inside_repeats(chain: Chain, inside: bool) -> Iterator[Item]:
    for item in chain:
        if inside:
            yield item
        for part in inner(item):
            yield from _inside_repeats(part, inside or isinstance(item, Repeat))
