"""What lists are taken for, by their lengths and what is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.represent.encoders.cells import Cells
from protokit.represent.encoders.labels import parted, separator_of
from protokit.represent.kind import Guess

_WITH_MARK = 0.2  # of the texts that are to be parted have the mark
_AGAIN = 3  # rows that have a member which comes again
_OF_THOSE = 0.9  # of all that is between the marks
_REPEATED = 0.05  # of the cells have a member twice, where it is counted
_SINGLE = {str, int, bool}  # types of members; None is none
_LOOKED_AT = 1_000  # texts, for what they can be said to be
_NUMBERS = {int, float, bool}


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
    if len(lengths) > 1 or not kinds & _NUMBERS or kinds - _NUMBERS - {type(None)}:
        return 0
    return lengths.pop()


def members_in(cells: Cells, kind: str) -> Guess | None:
    """That the cells are sets, or bags where members repeat, if that is the `kind`; None where they are neither."""
    if cells.lists is not None:
        if not all(map(_is_member, chain.from_iterable(cells.lists))):
            return None
        each, held = parted(cells.present, None), "lists"
    else:
        found = _of_texts(cells)
        if found is None:
            return None
        each, held = parted(cells.texts, found), f"several members in a cell, parted by {found!r}"
    is_bag = sum(len({*one}) < len(one) for one in each) > _REPEATED * len(each)
    if kind != ("bag" if is_bag else "set"):
        return None
    name = cells.name
    note = f"holds {held}: they are read as {kind}s, {'whose members are counted' if is_bag else 'in no order'}"
    other = f"columns: {{{name}: {'set' if is_bag else 'bag'}}} {'does not count' if is_bag else 'counts'} them"
    other += f", columns: {{{name}: steps}} keeps their order"
    alone = "" if cells.lists is not None else f", columns: {{{name}: category}} keeps each cell as it is"
    return Guess(kind, note=note, cure=other + alone)


def _is_member(value: object) -> bool:
    """Whether a value of a list can be a member: a text, a whole number, or none, as programs with gaps write them."""
    return value is None or type(value) in _SINGLE or (type(value) is float and (value != value or value.is_integer()))


def unknown(cells: Cells) -> Guess:
    """Why lists that no kind takes are left out, and what can be done."""
    name, lists = cells.name, [one for one in cells.lists or [] if one]
    if lists and all(map(_is_number, chain.from_iterable(lists))):
        sizes = sorted({len(one) for one in lists})
        if len(sizes) == 1:
            return Guess(None, f"lists of {counted(sizes[0], 'number')}", f"columns: {{{name}: vector}}")
        why = f"lists of numbers of several lengths, from {sizes[0]} to {sizes[-1]}"
        return Guess(None, why, "make all of one length, by cutting or filling them, and they are vectors")
    if any(isinstance(value, list) for one in lists for value in one):
        why = "lists of lists of several sizes"
        cure = f"make all of one size, and they are vectors, or columns: {{{name}: images}} for pixels"
        return Guess(None, why, cure)
    cure = f"columns: {{{name}: set}}, or columns: {{{name}: images}}"
    return Guess(None, "lists, which say nothing of what they are", cure)


def _is_number(value: object) -> bool:
    return value is None or type(value) in _NUMBERS


def edits_of_ids(cells: Cells) -> str:
    """What a column of texts that differ in almost every row can be said to be: numbers in each, or a category."""
    from protokit.cells.intervals import like_intervals
    from protokit.represent.encoders.earth import can_be_places
    from protokit.represent.encoders.lists.vectors import numbers_of

    texts, kinds = list(cells.different_texts.head(_LOOKED_AT)), ["category"]
    if like_intervals(texts):
        kinds.insert(0, "interval")
    lists = [numbers_of(text) for text in texts] if numbers_of(texts[0]) is not None else [None]
    if all(one is not None and len(one) > 1 for one in lists) and len({len(one or ()) for one in lists}) == 1:
        kinds.insert(0, "vector")
        if can_be_places([one for one in lists if one is not None]):
            kinds.insert(0, "place")
    return ", or ".join(f"columns: {{{cells.name}: {kind}}}" for kind in kinds)


def _of_texts(cells: Cells) -> str | None:
    """The bar or semicolon that parts texts into members which come again and again."""
    texts = cells.texts
    if len(texts) < len(cells.present) or not texts.str.contains(r"[|;]").mean() > _WITH_MARK:
        return None
    try:
        separator, _ = separator_of(texts, "")
    except DataError:
        return None
    if separator not in ("|", ";"):
        return None
    counts = Counter(member for cell in parted(texts, separator) for member in {*cell})
    again = sum(count for count in counts.values() if count >= _AGAIN)
    return separator if len(counts) < texts.nunique() and again >= _OF_THOSE * counts.total() else None
