"""Few cells of one column as what its kind makes of them; None where they are for the kind itself to read."""

from __future__ import annotations

from protokit.core.names import as_text
from protokit.represent.encoders.cells import FALSE, TRUE
from protokit.represent.few.table import FewCells
from protokit.represent.kind import NumberColumn
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.number import Number

_SURE = 1e30  # no number up to it is too large
_EXACT = 1 << 53  # up to it float64 has every whole number
_NUMBERS = frozenset({int, float})
_TRUTHS = frozenset({str, bool, int, float})
_WORDS = {**dict.fromkeys(TRUE, 1.0), "1": 1.0, **dict.fromkeys(FALSE, 0.0), "0": 0.0}
_GONE = float("nan")


def few_numbers(column: NumberColumn, cells: FewCells) -> list[float] | None:
    """What `column.numbers` gives, NaN where missing."""
    if type(column) is Number:
        return plain_numbers(cells, column.marks)
    return _truths(cells) if type(column) is Boolean else None


def plain_numbers(cells: FewCells, marks: tuple[str, ...] = ()) -> list[float] | None:
    """Cells that are numbers by their type and no `marks`, as they are."""
    if not cells.kinds <= _NUMBERS or (marks and cells.narrow):
        return None
    found = [_GONE if one is None else one for one in cells.values]
    for one in found:
        if type(one) is int and not -_EXACT <= one <= _EXACT:
            return None
        if one > _SURE or one < -_SURE or (marks and as_text(one) in marks):
            return None
    return [float(one) for one in found]


def _truths(cells: FewCells) -> list[float] | None:
    if not cells.kinds <= _TRUTHS or not cells.alike:
        return None
    found = [_GONE if one is None else _WORDS.get(as_text(one).lower()) for one in cells.values]
    return None if None in found else found
