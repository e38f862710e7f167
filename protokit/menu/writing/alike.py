"""Which items of a chain are alike, and which of its parts stand for themselves: no name leads into or out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from protokit.menu.items import Branch, Item, Layer, Repeat, Residual, Source, Use, plain_value
from protokit.menu.writing.folding import base, leaves
from protokit.menu.writing.text import lines_of
from protokit.menu.writing.trees import Chain, bare, every

_ELSEWHERE = 1 << 30  # an index in no chain


class Alike:
    """Compares items of some chains, `outputs` the names that the menu gives.

    Items that are alike are the same but for their names and `from`; where `open`, but for arguments too that may be
    parameters of a block, and what no block may hold is like no other.
    """

    def __init__(self, chains: Iterable[Chain], outputs: Iterable[str] = (), *, open: bool = False) -> None:
        self.open = open
        self.uses = Counter(name for chain in chains for item in every(chain) for name in _taken(item))
        self.uses.update(part for name in outputs for part in {name, name.partition(".")[0]})
        self.known: dict[int, tuple[Item, str | None]] = {}  # by id, with what keeps the id
        self.long: dict[int, tuple[Item, int]] = {}
        self.numbers: dict[str, int] = {}

    def links(self, chain: Chain) -> Links:
        """What leads where in a chain."""
        return Links(chain, self.uses)

    def key(self, item: Item) -> str | None:
        """What is the same for items that are alike; None for what is like no other."""
        found = self.known.get(id(item))
        if found is None:
            found = self.known[id(item)] = item, self._key(item)
        return found[1]

    def number(self, key: str) -> int:
        """A number for a key, the same for the same."""
        return self.numbers.setdefault(key, len(self.numbers))

    def lines(self, item: Item) -> int:
        """The lines that an item takes without its name and `from`."""
        found = self.long.get(id(item))
        if found is None:
            found = self.long[id(item)] = item, lines_of((bare(item),))
        return found[1]

    def _key(self, item: Item) -> str | None:
        if isinstance(item, (Layer, Use)):
            if isinstance(item, Use) and item.shared and self.open:
                return None
            fixed = {k: repr(plain_value(v)) for k, v in item.arguments.items() if not (self.open and varies(v))}
            kind = item.kind if isinstance(item, Layer) else (item.block, item.shared)
            return repr((kind, sorted(fixed.items()), plain_value(item.call)))
        if isinstance(item, Branch):
            merge = repr((item.merge.kind, plain_value(item.merge.arguments)))
            inner = [self._inside(chain) for chain in item.branches.values()]
            return None if None in inner else repr(("branch", merge, [*zip(item.branches, inner, strict=True)]))
        if isinstance(item, (Repeat, Residual)):
            times = item.times if isinstance(item, Repeat) else 0
            alone = self._inside(item.layers)
            return None if alone is None else repr((type(item).__name__, times, alone))
        return None

    def _inside(self, chain: Chain) -> str | None:
        links = self.links(chain)
        found = []
        for i, item in enumerate(chain):
            if (key := self.key(item)) is None or links.last_user[i] == _ELSEWHERE:
                return None
            if self.open and links.first_taken[i] < 0:
                return None
            found.append((key, links.takes(i)))
        return repr(found)


class Links:
    """Where in a chain names are given and taken."""

    def __init__(self, chain: Chain, uses: Mapping[str, int]) -> None:
        self.chain = chain
        self.place = {str(item.name): i for i, item in enumerate(chain) if item.name is not None}
        users: dict[str, list[int]] = {name: [] for name in self.place}
        for i, item in enumerate(chain):
            for name in _taken(item):
                if name in users:
                    users[name].append(i)
        last = {n: max(at, default=-1) if len(at) == uses[n] else _ELSEWHERE for n, at in users.items()}
        # the last item that takes each by its name, itself where none does; beyond all where that is elsewhere
        self.last_user = [i if item.name is None else max(i, last[str(item.name)]) for i, item in enumerate(chain)]
        # the first item that each takes by name, itself where it takes none; -1 where that is elsewhere
        self.first_taken = [
            min((self.place.get(base(n, self.place), -1) for n in leaves(item.source)), default=i)
            for i, item in enumerate(chain)
        ]

    def takes(self, at: int) -> Any:
        """What an item takes by name: how far back it stands where that is in the chain, else the name."""

        def read(source: Source | None) -> Any:
            if isinstance(source, str):
                given = base(source, self.place)
                return (at - self.place[given], source[len(given) :]) if given in self.place else source
            if isinstance(source, Mapping):
                return sorted((name, read(part)) for name, part in source.items())
            return source and [read(part) for part in source]

        return read(self.chain[at].source)

    def ends(self, first: int, longest: int) -> Iterator[int]:
        """The ends of the parts from an item on that stand for themselves, of at most so many items.

        Only the first of a part's items may take by name what is before it, and only the last be taken after it.
        """
        if not isinstance(self.chain[first].source, (str, type(None))):
            return
        last = first
        for end in range(first + 1, min(len(self.chain), first + longest) + 1):
            if end - 1 > first and self.first_taken[end - 1] < first:
                return
            if last < end:
                yield end
            last = max(last, self.last_user[end - 1])

    def stands_alone(self, first: int, end: int) -> bool:
        """Whether a part of the chain does."""
        return end in self.ends(first, end - first)


def varies(value: Any) -> bool:
    """Whether an argument may become a parameter."""
    if isinstance(value, (bool, int, float, str)):
        return True
    return isinstance(value, (list, tuple)) and all(varies(part) and not isinstance(part, str) for part in value)


def _taken(item: Item) -> Iterator[str]:
    """The names that an item takes, each and that of the item whose output it is."""
    for name in (*leaves(item.source), *([item.block] if isinstance(item, Use) else [])):
        yield from {name, name.partition(".")[0]}
