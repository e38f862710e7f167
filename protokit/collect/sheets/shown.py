"""Numbers of a workbook that are shown with zeros before them, such as the zip code 501 as 00501."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from protokit.core.values.said import Notice

_FORM = re.compile(r"(?:0|[-() /]|\\[^0#]|\"[^\"0#]*\")*00(?:0|[-() /]|\\[^0#]|\"[^\"0#]*\")*")


class Shown(int):
    """A whole number with the text that a person sees."""

    text: str

    def __str__(self) -> str:
        return self.text


def rows(book: Any, sheet: Any) -> Iterator[tuple[object, ...]]:
    """The values of a sheet, row by row; looked at with their formats only where the workbook has one of zeros."""
    if not any(_is_of_zeros(form) for form in book._number_formats):
        yield from sheet.iter_rows(values_only=True)
        return
    known: dict[str, bool] = {}
    for cells in sheet.iter_rows():
        yield tuple(_value(cell, known) for cell in cells)


def as_shown(columns: Sequence[Sequence[object]], names: Sequence[str]) -> tuple[list[list[object]], list[Notice]]:
    """The columns with the texts that a person sees where a number is shown with zeros before it, and what is told.

    A column that has other numbers, such as 0.5 or -2, is one of numbers.
    """
    found: list[list[object]] = []
    told: list[Notice] = []
    for name, cells in zip(names, columns, strict=True):
        numbers = [cell for cell in cells if isinstance(cell, (int, float)) and not isinstance(cell, bool)]
        padded = next((one for one in numbers if isinstance(one, Shown) and one.text != repr(int(one))), None)
        if padded is None or not all(one >= 0 and one == int(one) for one in numbers):
            found.append([int(cell) if isinstance(cell, Shown) else cell for cell in cells])
            continue
        found.append([_text(cell) for cell in cells])
        rule = f"{name!r}: numbers that the workbook shows with zeros before them are read so, such as {padded.text!r}"
        told.append(Notice(rule, (name,), f"columns: {{{name}: number}} makes them numbers"))
    return found, told


def _text(cell: object) -> object:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return cell
    return cell.text if isinstance(cell, Shown) else str(int(cell))


def _is_of_zeros(form: str) -> bool:
    return _FORM.fullmatch(form) is not None


def _value(cell: Any, known: dict[str, bool]) -> object:
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0 or value != int(value):
        return value
    form = cell.number_format
    if form not in known:
        known[form] = _is_of_zeros(form)
    return _shown(int(value), form) if known[form] else value


def _shown(number: int, form: str) -> Shown:
    """The number in its digits from the last on; what has no place stands before the first."""
    parts = re.findall(r"\\.|\"[^\"]*\"|.", form)
    digits = list(str(number).rjust(parts.count("0"), "0"))
    text = ""
    for is_digit, group in groupby(reversed(parts), key="0".__eq__):
        for part in group:
            text = (digits.pop() if is_digit else part.strip('\\"')) + text
    found = Shown(number)
    first = re.search(r"\d", text)
    at = first.start() if first else 0
    found.text = text[:at] + "".join(digits) + text[at:]
    return found
