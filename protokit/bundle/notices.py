"""What there is to say of a table that a model predicts, where its cells are not as those of training were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.values.said import Notice
from protokit.represent.kind import Unusual

_FEWEST = 2  # cells of which not one was seen: an error, where a single new level is not
_SHOWN = 10


def notices_of(parts: Sequence[Mapping[str, Unusual]], *, allow: bool) -> list[Notice]:
    """What is unusual in each column, of the part of the model that has seen the most of it.

    Raises:
        DataError: no cell of a column was seen in training, or a number may be either of two levels; unless that is
            to `allow`.
    """
    found: list[Notice] = []
    for name in parts[0]:
        one = min((part[name] for part in parts if name in part), key=lambda some: some.unseen)
        if one.doubtful and not allow:
            raise _doubtful(name, one)
        if one.unseen and one.unseen == one.cells >= _FEWEST and not allow:
            raise _nothing_seen(name, one)
        if one.unseen:
            shown = ", ".join(map(repr, one.examples))
            cells = f"{one.unseen:,} of {counted(one.cells, 'cell', 'were')}"
            rule = f"{name!r}: {cells} not in the training rows, such as {shown}"
            found.append(Notice(rule, (name,), "they count as unseen"))
        found += [Notice(f"{name!r}: {note}", (name,)) for note in one.notes]
    return found


def _doubtful(name: str, one: Unusual) -> DataError:
    number, first, second, *_ = one.doubtful
    rule = f"column {name!r} holds the number {number}, which may be {first!r} or {second!r}"
    cure = f"give its texts: read the file with dtype={{{name!r}: str}}, or allow it: "
    return DataError(rule, cure=cure + 'predict(table, unseen="allow"), --unseen allow')


def _nothing_seen(name: str, one: Unusual) -> DataError:
    levels = ", ".join(map(repr, one.levels[:_SHOWN])) + (", ..." if len(one.levels) > _SHOWN else "")
    shown = ", ".join(map(repr, one.examples))
    rule = f"column {name!r}: none of its {counted(one.cells, 'cell')} was in the training rows; it has {shown}"
    spelled = {level.strip().casefold(): level for level in one.levels}
    near = next((text for text in one.examples if text.strip().casefold() in spelled), None)
    meant = f"write {spelled[near.strip().casefold()]!r} for {near!r}, " if near is not None else ""
    cure = f"those have {levels}: {meant}give its cells as training had them, or allow it: "
    return DataError(rule, cure=cure + 'predict(table, unseen="allow"), --unseen allow')
