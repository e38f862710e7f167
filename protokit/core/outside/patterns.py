"""Which folders a pattern has listed, told before each of them is: a link among them may lead elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

_MAGIC = re.compile(r"[*?\[]")


def listed(pattern: str, folder: Path) -> Iterator[Path]:
    """The folders that `glob` lists for a pattern, which starts at `folder`. None is listed before it was given out."""
    heads = [folder]
    for part in Path(pattern).parts:
        if not _MAGIC.search(part):
            heads = [head / part for head in heads]
            continue
        found: list[Path] = []
        for head in heads:
            if part == "**":
                for one in _below(head):
                    yield one
                    found.append(one)
            else:
                yield head
                found += [one for one in _folders(head) if fnmatch(one.name, part)]
        heads = found


def _below(folder: Path) -> Iterator[Path]:
    """A folder and all in it, links too, each once."""
    left, seen = [folder], set[str]()
    while left:
        one = left.pop()
        if (real := os.path.realpath(one)) not in seen:
            seen.add(real)
            yield one
            left += _folders(one)


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, without hidden ones; none where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / one.name for one in entries if one.is_dir() and not one.name.startswith("."))
    except (OSError, ValueError):
        return []
