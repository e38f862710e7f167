"""What lists are taken for, by their lengths and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from protokit.core.names import counted


def size_of(lists: Sequence[list[object]] | None) -> str | None:
    """The one size of lists of numbers, in words, such as `lists of 3 numbers`; None where they are no vectors."""
    lists = [one for one in lists or () if one]  # an empty one is a missing vector
    if not lists:
        return None
    if not all(isinstance(one[0], list) for one in lists):
        length = _length(lists)
        return f"lists of {counted(length, 'number')}" if length > 1 else None
    rows = {len(one) for one in lists}
    inner = [*chain.from_iterable(lists)]
    if len(rows) > 1 or not all(isinstance(one, list) for one in inner):
        return None
    length = _length(inner)  # type: ignore[arg-type]
    return f"lists of {rows.pop()} lists of {counted(length, 'number')}" if length else None


def _length(lists: Sequence[list[object]]) -> int:
    """The one length of lists of numbers; 0 where they have several, or hold something else."""
    lengths = {len(one) for one in lists}
    kinds = set(map(type, chain.from_iterable(lists)))
    if len(lengths) > 1 or not kinds & {int, float} or kinds - {int, float, type(None)}:
        return 0
    return lengths.pop()
