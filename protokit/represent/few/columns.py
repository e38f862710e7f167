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
_GONE, _NEITHER = float("nan"), -1.0


def few_numbers(column: NumberColumn, cells: FewCells) -> list[float] | None:
    """What `column.numbers` gives, NaN where missing."""
    if type(column) is Number:
        return plain_numbers(cells, column.marks)
    return _truths(cells) if type(column) is Boolean else None


def plain_numbers(cells: FewCells, marks: tuple[str, ...] = ()) -> list[float] | None:
    """Cells that are numbers by their type and no `marks`, as they are."""
    if not cells.kinds <= _NUMBERS or (marks and cells.narrow):
        return None
    found = list[float]()
    for one in cells.values:
        number = _GONE if one is None else one
        assert isinstance(number, (int, float)), "the kinds are those"
        if isinstance(number, int) and not -_EXACT <= number <= _EXACT:
            return None
        if number > _SURE or number < -_SURE or (marks and as_text(number) in marks):
            return None
        found.append(float(number))
    return found


def _truths(cells: FewCells) -> list[float] | None:
    if not cells.kinds <= _TRUTHS or not cells.alike:
        return None
    found = [_GONE if one is None else _WORDS.get(as_text(one).lower(), _NEITHER) for one in cells.values]
    return None if _NEITHER in found else found
