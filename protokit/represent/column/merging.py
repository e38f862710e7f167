"""What is said of the batches of a column, as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from protokit.represent.column.context import Unusual
from protokit.represent.column.note import Note
from protokit.represent.column.outside import Outside

_EXAMPLES = 3
_NUMBER = re.compile(r"\d[\d,.]*")
_MORE = " (of the first rows that it is said of; later ones have more)"


def merged(parts: Sequence[Unusual]) -> Unusual:
    """What is unusual of a column, by its batches in their order."""
    notes: dict[str, str] = {}
    for part in parts:
        for note in part.own_notes:
            key = note.key if isinstance(note, Note) else _NUMBER.sub("#", note)
            known = notes.get(key)
            if known is None:
                notes[key] = note
            elif isinstance(note, Note) and isinstance(known, Note):
                notes[key] = known.with_(note)
            else:
                notes[key] = known.removesuffix(_MORE) + _MORE
    examples = dict.fromkeys(one for part in parts for one in part.examples)
    first, of_range = parts[0], [part.outside for part in parts if part.outside is not None]
    found = replace(
        first,
        cells=sum(part.cells for part in parts),
        unseen=sum(part.unseen for part in parts),
        examples=tuple(examples)[:_EXAMPLES],
        levels=next((part.levels for part in parts if part.levels), ()),
        notes=tuple(notes.values()),
        doubtful=next((part.doubtful for part in parts if part.doubtful), ()),
        outside=None,
    )
    return found.ranged(reduce(Outside.with_, of_range)) if of_range else found
