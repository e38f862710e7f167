"""Equal parts of a chain that follow each other, as `repeat`."""

from __future__ import annotations

from collections import Counter

from protokit.menu.items import Item, Repeat, plain_item
from protokit.menu.writing.folding import leaves
from protokit.menu.writing.same import named_in
from protokit.menu.writing.text import lines_of
from protokit.menu.writing.trees import Chain, every, in_chains, renamed


def repeated(chain: Chain) -> Chain:
    """The chain with what repeats said once, in the chains inside it too."""
    return _Repeats(chain).of(chain)


class _Repeats:
    def __init__(self, chain: Chain) -> None:
        self.taken = Counter(name.partition(".")[0] for item in every(chain) for name in leaves(item.source))

    def key(self, item: Item) -> str:
        """What is the same for equal items, whatever names are only known inside them."""
        inside = Counter(name.partition(".")[0] for one in every((item,)) for name in leaves(one.source))
        own = sorted(named_in(item), key=[str(one.name) for one in every((item,))].index)
        local = [name for name in own if inside[name] == self.taken[name] and name != item.name]
        names = {name: f"={i}" for i, name in enumerate(local)}
        return repr(plain_item(renamed(item, names)))

    def of(self, chain: Chain) -> Chain:
        found = [in_chains(item, self.of) for item in chain]
        while True:
            keys = [self.key(item) for item in found]
            best = (0, 0, 0, 0)
            for size in range(1, len(found) // 2 + 1):
                run = 0
                for i in range(len(found) - size - 1, -1, -1):
                    run = run + 1 if keys[i] == keys[i + size] else 0
                    times = run // size + 1
                    if times == 1:
                        continue
                    saved = (times - 1) * lines_of(tuple(found[i : i + size])) - 3
                    if saved > best[0]:
                        best = (saved, i, size, times)
            saved, i, size, times = best
            if not saved:
                return tuple(found)
            found[i : i + size * times] = [Repeat(times, tuple(found[i : i + size]))]
