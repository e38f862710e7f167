"""Equal parts of a chain that follow each other, as `repeat`."""

from __future__ import annotations

from dataclasses import replace

from protokit.menu.items import Repeat
from protokit.menu.writing.alike import Alike, Links
from protokit.menu.writing.trees import Chain, in_chains

_OWN_LINES = 3  # of a repeat


def repeated(chain: Chain, alike: Alike) -> Chain:
    """The chain with what repeats said once, in the chains inside it too."""
    found = tuple(in_chains(item, lambda part: repeated(part, alike)) for item in chain)
    while best := _best(found, alike):
        first, size, times = best
        end = first + size * times
        turn = list(found[first : first + size])
        source, turn[0] = turn[0].source, replace(turn[0], source=None)
        turn[-1] = replace(turn[-1], name=None)
        whole = Repeat(times, tuple(turn), name=found[end - 1].name, source=source)
        found = (*found[:first], whole, *found[end:])
    return found


def _best(chain: Chain, alike: Alike) -> tuple[int, int, int] | None:
    """The first item, the size and the times of the repeat that saves most lines."""
    links = alike.links(chain)
    keys = [alike.key(item) for item in chain]
    takes = [links.takes(i) for i in range(len(chain))]
    lines = [0]
    for item in chain:
        lines.append(lines[-1] + alike.lines(item))
    most, best = 0, None
    for size in range(1, len(chain) // 2 + 1):
        run = 0  # items from here on that are as those one turn later
        for i in range(len(chain) - size - 1, -1, -1):
            same = keys[i] is not None and keys[i] == keys[i + size]
            # the first of all turns may take by name what the others have right before them
            times = (run + 1) // size + 1 if same and takes[i + size] in (None, takes[i]) else 1
            run = run + 1 if same and takes[i] == takes[i + size] else 0
            saved = (times - 1) * (lines[i + size] - lines[i]) - _OWN_LINES
            if times > 1 and saved > most and _are_turns(links, i, size, times):
                most, best = saved, (i, size, times)
    return best


def _are_turns(links: Links, first: int, size: int, times: int) -> bool:
    """Whether each turn takes the one before it and nothing of the others."""
    starts = range(first, first + size * times, size)
    if any(links.chain[i].source is not None for i in starts[1:]):
        return False
    names = [links.last_user[i - 1] >= i for i in starts[1:]]  # of a turn's last item
    return not any(names) and all(links.stands_alone(i, i + size) for i in starts)
