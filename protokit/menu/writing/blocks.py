"""Parts that are equal but for some arguments, as blocks with parameters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from protokit.menu import catalogue
from protokit.menu.expressions import Expression
from protokit.menu.items import Block, Branch, Item, Layer, Repeat, Residual, Use, plain_value
from protokit.menu.writing.repeats import repeated
from protokit.menu.writing.shorter import default_of
from protokit.menu.writing.text import lines_of
from protokit.menu.writing.trees import Chain, chains_of, every, in_chains

_LONGEST = 40  # items of a block
_MOST_BLOCKS = 8
_MOST_PARAMETERS = 6
_LEAST_SAVED = 3  # lines


@dataclass
class Blocks:
    """A chain, and the blocks that it uses."""

    chain: Chain
    blocks: dict[str, Block] = field(default_factory=dict)


def in_blocks(chain: Chain) -> Blocks:
    """The chain with its blocks, as long as one more makes the text shorter."""
    found = Blocks(chain)
    while len(found.blocks) < _MOST_BLOCKS and _one_more(found):
        pass
    return found


def _key(item: Item) -> str | None:
    """What is the same for items that one block may stand for."""
    if item.source is not None or item.name is not None or (isinstance(item, Use) and item.shared):
        return None
    if isinstance(item, (Layer, Use)):
        fixed = sorted((k, repr(plain_value(v))) for k, v in item.arguments.items() if not _varies(v))
        return repr(("use", item.block, fixed) if isinstance(item, Use) else (item.kind, fixed))
    if isinstance(item, Branch):
        if (merge := _key(item.merge)) is None:
            return None
        inside = [(name, [_key(one) for one in chain]) for name, chain in item.branches.items()]
        return None if any(None in keys for _, keys in inside) else repr(("branch", merge, item.merge, inside))
    if isinstance(item, (Repeat, Residual)):
        keys = [_key(one) for one in item.layers]
        times = item.times if isinstance(item, Repeat) else 0
        return None if None in keys else repr((type(item).__name__, times, keys))
    return None


def _bare(item: Item) -> Item:
    """An item whose name and `from` the use of a block takes over."""
    return replace(item, name=None, source=None)


def _joins(chain: Chain, first: int, at: int) -> bool:
    """Whether an item may be of a block that begins at `first`: only the first takes by name, only the last has one."""
    if at == first:
        return chain[at].source is None or isinstance(chain[at].source, str)
    return chain[at].source is None and chain[at - 1].name is None


def _varies(value: Any) -> bool:
    """Whether an argument may become a parameter."""
    if isinstance(value, (bool, int, float, str)):
        return True
    return isinstance(value, (list, tuple)) and all(_varies(part) and not isinstance(part, str) for part in value)


def _one_more(found: Blocks) -> bool:
    chains = list(chains_of(found.chain))
    for block in found.blocks.values():
        chains += chains_of(block.layers)
    places: dict[tuple[str, ...], list[Chain]] = defaultdict(list)
    for chain in chains:
        keys = [_key(_bare(item)) for item in chain]
        ends: dict[tuple[str, ...], int] = {}
        for i in range(len(keys)):
            window: list[str] = []
            for j in range(i, min(len(keys), i + _LONGEST)):
                if (key := keys[j]) is None or not _joins(chain, i, j):
                    break
                window.append(key)
                known = tuple(window)
                if ends.get(known, 0) <= i:
                    ends[known] = j + 1
                    places[known].append(tuple(map(_bare, chain[i : j + 1])))
    ranked: list[tuple[int, int, tuple[str, ...], list[Chain]]] = []
    for window_keys, uses in places.items():
        if len(uses) > 1 and (guess := _guess(uses)) >= _LEAST_SAVED:
            ranked.append((guess, len(ranked), window_keys, uses))
    for _, _, window_keys, uses in sorted(ranked, key=lambda r: (-r[0], r[1]))[:20]:
        name = f"block_{len(found.blocks) + 1}"
        made = _made(name, uses, found.blocks)
        if made is None:
            continue
        block, arguments = made
        head = 2 + bool(block.parameters)
        saved = sum(lines_of(use) for use in uses) - lines_of(block.layers) - head
        saved -= sum(lines_of((Use(name, given),)) for given in arguments)
        if saved < _LEAST_SAVED:
            continue
        _put(found, name, block, window_keys, arguments)
        return True
    return False


def _guess(uses: list[Chain]) -> int:
    return sum(lines_of(use) for use in uses) - lines_of(uses[0]) - 3 - len(uses)


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
            if not all(value is not catalogue.OPEN and _varies(value) for value in values):
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


def _filled(chain: Chain, new: Any) -> Chain:
    def one(item: Item) -> Item:
        if isinstance(item, (Layer, Use)):
            return replace(item, arguments=next(new))
        return in_chains(item, lambda part: tuple(one(i) for i in part))

    return tuple(one(item) for item in chain)


def _put(found: Blocks, name: str, block: Block, keys: tuple[str, ...], arguments: list[dict[str, Any]]) -> None:
    """The block in the place of what it stands for, in the same order as it was found."""
    given = iter(arguments)

    def change(chain: Chain) -> Chain:
        own = [_key(_bare(item)) for item in chain]
        starts: list[int] = []
        for i in range(len(own) - len(keys) + 1):
            free = not starts or starts[-1] + len(keys) <= i
            if (
                free
                and tuple(own[i : i + len(keys)]) == keys
                and all(_joins(chain, i, i + j) for j in range(len(keys)))
            ):
                starts.append(i)
        ends = {i: chain[i + len(keys) - 1].name for i in starts}
        mine = {i: Use(name, next(given), name=ends[i], source=chain[i].source) for i in starts}
        out: list[Item] = []
        i = 0
        while i < len(chain):
            if i in mine:
                out.append(mine[i])
                i += len(keys)
            else:
                out.append(in_chains(chain[i], change))
                i += 1
        return tuple(out)

    found.chain = repeated(change(found.chain))
    for other, old in found.blocks.items():
        found.blocks[other] = replace(old, layers=repeated(change(old.layers)))
    found.blocks[name] = block
