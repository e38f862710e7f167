"""Parts that are equal but for some arguments, as blocks with parameters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from protokit.menu import catalogue
from protokit.menu.expressions import Expression
from protokit.menu.items import Block, Item, Layer, Use
from protokit.menu.writing.alike import Alike, varies
from protokit.menu.writing.repeats import repeated
from protokit.menu.writing.shorter import default_of
from protokit.menu.writing.text import lines_of
from protokit.menu.writing.trees import Chain, chains_of, every, in_chains

_LONGEST = 40  # items of a block
_MOST_BLOCKS = 8
_MOST_PARAMETERS = 6
_LEAST_SAVED = 3  # lines
_TRIED = 20  # of the parts that look best
_Keys = tuple[int, ...]


@dataclass
class Blocks:
    """A chain, and the blocks that it uses."""

    chain: Chain
    blocks: dict[str, Block] = field(default_factory=dict)

    @property
    def chains(self) -> list[Chain]:
        """The chain, and those of the blocks."""
        return [self.chain, *(block.layers for block in self.blocks.values())]

    def mapped(self, change: Any) -> Blocks:
        """The same with each of its chains changed."""
        chain = change(self.chain)
        return Blocks(chain, {name: replace(b, layers=change(b.layers)) for name, b in self.blocks.items()})


def in_blocks(found: Blocks, outputs: tuple[str, ...]) -> Blocks:
    """The chains with more blocks, as long as one more makes the text shorter."""
    for _ in range(_MOST_BLOCKS):
        more = _one_more(found, outputs)
        if more is None:
            break
        found = more
    return found


def with_repeats(found: Blocks, outputs: tuple[str, ...]) -> Blocks:
    """The chains with what repeats said once."""
    alike = Alike(found.chains, outputs)
    return found.mapped(lambda chain: repeated(chain, alike))


def _part(chain: Chain, first: int, end: int) -> Chain:
    """Items as they stand in a block: its use takes over the first one's `from`, and the last one's name."""
    part = list(chain[first:end])
    part[0], part[-1] = replace(part[0], source=None), replace(part[-1], name=None)
    return (replace(part[0], name=None, source=None),) if len(part) == 1 else tuple(part)


def _one_more(found: Blocks, outputs: tuple[str, ...]) -> Blocks | None:
    alike = Alike(found.chains, outputs, open=True)
    places: dict[_Keys, list[Chain]] = defaultdict(list)
    lines: dict[_Keys, list[int]] = defaultdict(list)
    for chain in (part for whole in found.chains for part in chains_of(whole)):
        ends: dict[_Keys, int] = {}
        before = [0]
        for item in chain:
            before.append(before[-1] + alike.lines(item))
        for first, end, keys in _windows(chain, alike):
            if ends.get(keys, 0) <= first:
                ends[keys] = end
                places[keys].append(chain[first:end])
                lines[keys].append(before[end] - before[first])
    ranked = []
    for number, (keys, uses) in enumerate(places.items()):
        guess = sum(lines[keys]) - lines[keys][0] - 3 - len(uses)
        if len(uses) > 1 and guess >= _LEAST_SAVED:
            ranked.append((-guess, number, keys))
    for _, _, keys in sorted(ranked)[:_TRIED]:
        uses = [_part(use, 0, len(use)) for use in places[keys]]
        name = f"block_{len(found.blocks) + 1}"
        made = _made(name, uses, found.blocks)
        if made is None:
            continue
        block, arguments = made
        saved = sum(map(lines_of, uses)) - lines_of(block.layers) - 2 - bool(block.parameters)
        saved -= sum(lines_of((Use(name, given),)) for given in arguments)
        if saved >= _LEAST_SAVED:
            return _put(found, name, block, keys, iter(arguments), alike, outputs)
    return None


def _windows(chain: Chain, alike: Alike) -> Iterator[tuple[int, int, _Keys]]:
    """The parts of a chain that a block may stand for: first item, end, and what is the same for equal ones."""
    links = alike.links(chain)
    keys = [alike.key(item) for item in chain]
    inner = [alike.number(f"{key}{links.takes(i)}") for i, key in enumerate(keys)]
    for first, key in enumerate(keys):
        stop = next((i for i in range(first, len(keys)) if keys[i] is None), len(keys))
        for end in links.ends(first, min(_LONGEST, stop - first)):
            yield first, end, (alike.number(str(key)), *inner[first + 1 : end])


def _cells(chain: Chain) -> list[Layer | Use]:
    return [item for item in every(chain) if isinstance(item, (Layer, Use))]


def _made(name: str, uses: list[Chain], blocks: Mapping[str, Block]) -> tuple[Block, list[dict[str, Any]]] | None:
    """The block that stands for all, and the arguments of each use."""
    cells = [_cells(use) for use in uses]
    columns: dict[str, list[Any]] = {}
    new: list[dict[str, Any]] = []
    for at, first in enumerate(cells[0]):
        kind = first.kind if isinstance(first, Layer) else first.block
        row = [use[at].arguments for use in cells]
        changed: dict[str, Any] = {}
        for argument in dict.fromkeys(k for given in row for k in given):
            values = [given.get(argument, default_of(kind, argument, blocks)) for given in row]
            if all(_equal(value, values[0]) for value in values):
                if argument in first.arguments:
                    changed[argument] = first.arguments[argument]
                elif argument in row[1]:
                    changed[argument] = values[0]
                continue
            if not all(value is not catalogue.OPEN and varies(value) for value in values):
                return None
            same = next((n for n, column in columns.items() if all(map(_equal, column, values))), None)
            if same is None:
                same, number = argument, 2
                while same in columns:
                    same, number = f"{argument}_{number}", number + 1
                columns[same] = values
            changed[argument] = Expression(f"${same}")
        new.append(changed)
    if len(columns) > _MOST_PARAMETERS:
        return None
    usual = {n: _most_common(column) for n, column in columns.items()}
    block = Block(_filled(uses[0], iter(new)), usual)
    given = [{n: c[i] for n, c in columns.items() if not _equal(c[i], usual[n])} for i in range(len(uses))]
    return block, given


def _most_common(column: list[Any]) -> Any:
    return max(column, key=lambda value: sum(_equal(value, other) for other in column))


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _filled(chain: Chain, new: Iterator[dict[str, Any]]) -> Chain:
    def one(item: Item) -> Item:
        if isinstance(item, (Layer, Use)):
            return replace(item, arguments=next(new))
        return in_chains(item, lambda part: tuple(one(i) for i in part))

    return tuple(one(item) for item in chain)


def _put(
    found: Blocks,
    name: str,
    block: Block,
    keys: _Keys,
    arguments: Iterator[dict[str, Any]],
    alike: Alike,
    outputs: tuple[str, ...],
) -> Blocks:
    """The block in the place of what it stands for, in the same order as it was found."""

    def change(chain: Chain) -> Chain:
        mine: dict[int, int] = {}
        free = 0
        for first, end, own in _windows(chain, alike):
            if own == keys and free <= first:
                mine[first] = free = end
        ends = {i: (chain[end - 1].name, chain[i].source) for i, end in mine.items()}
        uses = {i: Use(name, next(arguments), name=last, source=taken) for i, (last, taken) in ends.items()}
        out: list[Item] = []
        i = 0
        while i < len(chain):
            out.append(uses[i] if i in uses else in_chains(chain[i], change))
            i = mine.get(i, i + 1)
        return tuple(out)

    whole = found.mapped(change)
    whole.blocks[name] = block
    return with_repeats(whole, outputs)
