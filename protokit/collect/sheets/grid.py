"""The cells of a sheet as a table: where its names stand, found or asked for, and what spans several cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Protocol

from protokit.collect.delimited import layout
from protokit.collect.delimited.footer import told_of_last
from protokit.collect.delimited.layout import Layout
from protokit.collect.files.cells import Cells
from protokit.collect.files.files import File
from protokit.collect.sheets.parts import Merged, address
from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.values.said import Notice

_SAMPLE = 1000
_LAST = 5
Line = tuple[int, list[object]]  # number of the row, and its cells from the first column on


class GridOptions(Protocol):
    """What a person writes of where a table stands in a sheet."""

    @property
    def header(self) -> int | str | tuple[int, ...] | None:
        """The row of the names, two rows, or `none`."""

    @property
    def names(self) -> tuple[str, ...] | None:
        """All names, in place of those in the sheet."""

    @property
    def footer(self) -> int | None:
        """Rows at the end that are none."""


@dataclass(frozen=True)
class _Spread:
    """Rows with the value of merged cells in each of them, and how many of these there are in each row."""

    rows: list[Line]
    counts: dict[int, int]


def table(
    lines: Iterable[tuple[int, Sequence[object]]], merged: Sequence[Merged], file: File, given: GridOptions
) -> Cells:
    """The columns of a sheet below its names. Cells are None where they are empty.

    Raises:
        DataError: there are no rows, or where the names stand is not clear.
    """
    rows = [(number, list(cells)) for number, cells in lines if any(cell is not None for cell in cells)]
    width = max((len(cells) for _, cells in rows), default=0)
    rows = [(number, [*cells, *[None] * (width - len(cells))]) for number, cells in rows]
    used = _used(rows)
    plain = [(number, [cells[i] for i in used]) for number, cells in rows]
    spread = _spread(plain, merged, used)
    if given.footer:
        del plain[-given.footer :], spread.rows[-given.footer :]

    def refuse(rule: str, cure: str, line: int, field: int) -> DataError:
        return file.error(rule, cure, line, used[field] + 1 if field < len(used) else 1)

    if not plain:
        raise file.error("no rows", "give a sheet with rows")
    where = _layout(plain, spread.rows, merged, given, refuse)
    below = [(number, cells) for number, cells in spread.rows if number > where.above]
    if not below:
        raise file.error("no rows below the header", "give a sheet with rows")
    _hold_rows(below, given, file)
    names = [f"column_{used[i] + 1}" if i in where.unnamed else name for i, name in enumerate(where.names)]
    where = layout.told_of_unnamed(replace(where, names=tuple(names)))
    columns = [list(cells) for cells in zip(*(cells[: len(names)] for _, cells in below), strict=True)]
    shown = [text for _, cells in below[-_LAST:] for text in [[as_text(cell) for cell in cells]]]
    count = sum(spread.counts.get(number, 0) for number, _ in below)
    told = (
        [Notice(f"{counted(count, 'cell', 'are')} part of merged ones: the value of these is read in each")]
        if count
        else []
    )
    return Cells(names, columns, (*where.notices, *told, *told_of_last(shown, given.footer or 0)))


def as_text(cell: object) -> str:
    """A cell as a person sees it, as far as telling names from rows takes it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    return str(cell).strip()


def _used(rows: Sequence[Line]) -> list[int]:
    """The columns of the table: those with a cell in a row that has several; of all rows where none has."""
    several = [cells for _, cells in rows if sum(cell is not None for cell in cells) > 1] or [
        cells for _, cells in rows
    ]
    return [i for i, cells in enumerate(zip(*several, strict=True)) if any(cell is not None for cell in cells)]


def _spread(rows: list[Line], merged: Sequence[Merged], used: Sequence[int]) -> _Spread:
    place = {number: i for i, (number, _) in enumerate(rows)}
    column = {i + 1: j for j, i in enumerate(used)}
    found = [(number, list(cells)) for number, cells in rows]
    counts: dict[int, int] = {}
    for area in merged:
        if area.top not in place or area.left not in column:
            continue
        value = rows[place[area.top]][1][column[area.left]]
        for number in range(area.top, area.bottom + 1):
            for i in range(area.left, area.right + 1):
                if number in place and i in column and (number, i) != (area.top, area.left):
                    found[place[number]][1][column[i]] = value
                    counts[number] = counts.get(number, 0) + (value is not None)
    return _Spread(found, counts)


def _layout(
    plain: list[Line], spread: list[Line], merged: Sequence[Merged], given: GridOptions, refuse: layout.Refuse
) -> Layout:
    header = layout.lines_of(given.header)
    named = given.names is not None
    if header:
        rows = [(number, [as_text(cell) for cell in cells]) for number, cells in spread if number >= header[0]]
        end = plain[-1][0]
        where = layout.asked(rows[:_SAMPLE], header, end, refuse, named=named, spans=bool(merged))
    else:
        rows = [(number, [as_text(cell) for cell in cells]) for number, cells in plain[:_SAMPLE]]
        if header == ():
            where = layout.nameless(rows)
        else:
            _hold_merged(rows, merged, refuse)
            where = layout.found(rows, plain[-1][0], refuse, named=named)
    return layout.with_names(where, given.names, rows, refuse) if given.names is not None else where


def _hold_merged(rows: Sequence[tuple[int, list[str]]], merged: Sequence[Merged], refuse: layout.Refuse) -> None:
    """Refuse names that span several columns, with others below them."""
    at = next((i for i, (_, row) in enumerate(rows) if sum(map(bool, row)) > 1), 0)
    number = rows[at][0]
    across = [area for area in merged if area.top == number and area.right > area.left and area.bottom == number]
    if across and at + 1 < len(rows) and all(area.right - area.left + 1 < len(rows[at][1]) for area in across):
        other = rows[at + 1][0]
        cell = address(number, across[0].left)
        rule = f"the cell {cell} spans {across[0].right - across[0].left + 1} columns: the names may stand in two rows"
        raise refuse(rule, f"write header: [{number}, {other}], or header: {number} if they do not", number, 0)


def _hold_rows(below: list[Line], given: GridOptions, file: File) -> None:
    """Refuse a row whose only cell stands beside the table."""
    for i, (number, cells) in enumerate(below):
        if all(cell is None for cell in cells):
            rest = len(below) - i
            cure = f"write footer: {(given.footer or 0) + rest}" if rest <= _LAST else "take it out of the sheet"
            raise file.error("a cell beside the table, in a row without any of the table's", cure, number)
