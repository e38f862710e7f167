"""Parts of a flat menu that are called more than once with the same weights, as blocks that are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from protokit.menu.items import Item, Layer, Outline, Source, Use, plain_value
from protokit.menu.writing.folding import Flat, base

_Path: TypeAlias = tuple[object, ...]  # where in what an item takes a name stands


@dataclass
class _Call:
    """One call of a layer: what it takes, whole, and each name by where it stands."""

    item: Item
    layer: str
    source: Source
    takes: dict[_Path, str]


_Part: TypeAlias = dict[str, list[str]]  # layers that are called together: the calls of each, in the same order


def with_shared(menu: Outline) -> tuple[Flat, dict[str, Flat]]:
    """The items with `share` where a part is called again, and the items of these parts by the names of blocks."""
    return _Sharing(menu).found()


class _Sharing:
    def __init__(self, menu: Outline) -> None:
        self.menu = menu
        self.blocks: dict[str, Flat] = {}
        self.calls: dict[str, _Call] = {}  # in their order
        self.known = {str(item.name) for item in menu.layers}
        again = {item.block for item in menu.layers if isinstance(item, Use)}
        self.operations: dict[str, str] = {}
        last = Flat((), menu.inputs, ()).first
        for item in menu.layers:
            source = last if item.source is None else item.source
            takes = dict(_paths(source))
            layer = item.block if isinstance(item, Use) else str(item.name)
            if isinstance(item, Layer) and item.kind.startswith("ops."):
                layer = self.operation(item, takes, again)
            self.calls[str(item.name)] = _Call(item, layer, source, takes)
            last = str(item.name)
        self.users: dict[str, set[str]] = {name: set() for name in (*self.calls, *menu.inputs, "inputs")}
        for name, call in self.calls.items():
            for taken in call.takes.values():
                self.users[self.owner(taken)].add(name)
        for taken in menu.outputs or (last,):
            self.users[self.owner(taken)].add("")

    def owner(self, name: str) -> str:
        """The call that gives a name."""
        return base(name, self.known)

    def operation(self, item: Layer, takes: Mapping[_Path, str], again: set[str]) -> str:
        """One name for all calls of an operation on what the same layers give: it has no weights."""
        givers = {path: self.calls.get(self.owner(name)) for path, name in takes.items()}
        shared = [(path, g.layer if g and g.layer in again else "") for path, g in givers.items()]
        if not any(layer for _, layer in shared):
            return str(item.name)
        key = repr((item.kind, plain_value(item.arguments), plain_value(item.call), shared))
        layer = self.operations.setdefault(key, f"={len(self.operations)}")
        again.add(layer)
        return layer

    def found(self) -> tuple[Flat, dict[str, Flat]]:
        parts: list[_Part] = []
        for part in self.parts():
            if part not in parts:
                parts.append(part)
        uses: dict[str, Use | None] = {}
        for part in parts:
            while (whole := self.whole(part)) is not None:
                uses |= self.shared(*whole)
                part = {layer: calls for layer, calls in part.items() if layer not in whole[0]}
        items: list[Item] = []
        for name, call in self.calls.items():
            if (item := uses.get(name, call.item)) is not None:
                items.append(item if name in uses else replace(item, source=call.source))
        return Flat(tuple(items), self.menu.inputs, self.menu.outputs, self.blocks), self.blocks

    def parts(self) -> list[_Part]:
        """The layers that are called more than once, with those that take from one another in each of the calls."""
        of: dict[str, list[str]] = {}
        for name, call in self.calls.items():
            of.setdefault(call.layer, []).append(name)
        found: dict[str, _Part] = {}
        for layer, calls in of.items():
            ways = [plain_value(getattr(self.calls[name].item, "call", {})) for name in calls]
            if len(calls) > 1 and all(way == ways[0] for way in ways):
                found[layer] = {layer: calls}
        for layer in found:
            for path in self.calls[of[layer][0]].takes:
                self.join(layer, path, found)
        return list(found.values())

    def join(self, layer: str, path: _Path, found: dict[str, _Part]) -> None:
        """Put a layer, and all that is called with it, to the one that it takes from, where each call has its own."""
        mine = found[layer]
        givers = [self.owner(self.calls[name].takes.get(path, "")) for name in mine[layer]]
        before = {self.calls[name].layer if name in self.calls else "" for name in givers}
        [other, *more] = before
        if more or other not in found or len(set(givers)) != len(givers) or len(givers) != len(found[other][other]):
            return
        theirs = found[other]
        if theirs is mine:
            return
        order = [givers.index(name) for name in theirs[other]]
        for name, calls in mine.items():
            theirs[name] = [calls[i] for i in order]
            found[name] = theirs

    def inner(self, layer: str, part: _Part) -> dict[_Path, str]:
        """What of a layer's inputs is given by another one of the part, in the same turn, always."""
        found: dict[_Path, str] = {}
        for path, first in self.calls[part[layer][0]].takes.items():
            other = self.calls[self.owner(first)].layer if self.owner(first) in self.calls else ""
            if other in part and all(
                self.owner(taken := self.calls[call].takes.get(path, "")) == giver
                and taken[len(giver) :] == first[len(self.owner(first)) :]
                for call, giver in zip(part[layer], part[other], strict=True)
            ):
                found[path] = other
        return found

    def whole(self, part: _Part) -> tuple[_Part, str] | None:
        """The largest part of a part that gives one output alone, and the layer that gives it."""
        inner = {layer: self.inner(layer, part) for layer in part}
        best: tuple[_Part, str] | None = None
        for end in part:
            members, waiting = {end}, [end]
            while waiting:
                new = set(inner[waiting.pop()].values()) - members
                members |= new
                waiting += new
            if len(members) < 2 or (best and len(members) <= len(best[0])) or all(m[0] == "=" for m in members):
                continue
            turns = [set(turn) for turn in zip(*(part[m] for m in members), strict=True)]
            paths = all(len({frozenset(self.calls[call].takes) for call in part[m]}) == 1 for m in members)
            if paths and all(self.users[part[m][i]] <= turn for m in members - {end} for i, turn in enumerate(turns)):
                best = {layer: calls for layer, calls in part.items() if layer in members}, end
        return best

    def shared(self, part: _Part, end: str) -> dict[str, Use | None]:
        """Make a part a block; what stands for each of its calls, where anything does."""
        order = list(self.calls)
        layers = sorted(part, key=lambda layer: order.index(part[layer][0]))
        names = {layer: calls[0] if layer[0] == "=" else layer for layer, calls in part.items()}
        outer: list[tuple[str, ...]] = []
        inner = {layer: self.inner(layer, part) for layer in layers}
        for layer in layers:
            for path in self.calls[part[layer][0]].takes:
                given = tuple(self.calls[call].takes[path] for call in part[layer])
                if path not in inner[layer] and given not in outer:
                    outer.append(given)
        inputs = ["input"] if len(outer) == 1 else [f"input_{i}" for i, _ in enumerate(outer, 1)]

        def within(layer: str) -> Callable[[_Path, str], str]:
            def name(path: _Path, taken: str) -> str:
                if path in inner[layer]:
                    return names[inner[layer][path]] + taken[len(self.owner(taken)) :]
                return inputs[outer.index(tuple(self.calls[call].takes[path] for call in part[layer]))]

            return name

        items: list[Item] = []
        for layer in layers:
            first = self.calls[part[layer][0]]
            item = self.calls[names[layer]].item
            items.append(replace(item, name=names[layer], source=_renamed(first.source, within(layer))))
        block = f"shared_{len(self.blocks) + 1}"
        self.blocks[block] = Flat(tuple(items), inputs, (names[end],))
        uses: dict[str, Use | None] = {call: None for calls in part.values() for call in calls}
        for i, call in enumerate(part[end]):
            taken = tuple(given[i] for given in outer)
            uses[call] = Use(block, {}, True, name=call, source=taken[0] if len(taken) == 1 else taken)
        return uses


def _paths(source: Source, path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    if isinstance(source, str):
        yield path, source
    elif isinstance(source, Mapping):
        for name, part in source.items():
            yield from _paths(part, (*path, name))
    else:
        for i, part in enumerate(source):
            yield from _paths(part, (*path, i))


def _renamed(source: Source, name: Callable[[_Path, str], str], path: _Path = ()) -> Source:
    if isinstance(source, str):
        return name(path, source)
    if isinstance(source, Mapping):
        return {key: _renamed(part, name, (*path, key)) for key, part in source.items()}
    return tuple(_renamed(part, name, (*path, i)) for i, part in enumerate(source))
