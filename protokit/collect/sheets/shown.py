"""Numbers of a workbook that are shown with zeros before them, such as the zip code 501 as 00501."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

from protokit.core.values.said import Notice

_PART = re.compile(r"\[[^\]]*\]|\"[^\"]*\"|[\\_*].|.", re.DOTALL)
_OF_ZEROS = re.compile(r"(?:0|[-() /]|\\[^0#]|\"[^\"0#]*\")*00(?:0|[-() /]|\\[^0#]|\"[^\"0#]*\")*")
_COLOUR_OR_LOCALE = re.compile(
    r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|\$-[^\]]*)\]", re.IGNORECASE
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=) *(-?\d+(?:\.\d+)?)\]")
_HOLDS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


@dataclass(frozen=True)
class _Section:
    """What a format says of some numbers: the parts of what is shown, and the condition of a number, if it has one."""

    parts: tuple[str, ...]
    condition: tuple[str, float] | None = None

    @classmethod
    def of(cls, parts: Sequence[str]) -> _Section:
        condition = None
        shown: list[str] = []
        for part in parts:
            if match := _CONDITION.fullmatch(part):
                condition = match[1], float(match[2])
            elif not (part[0] in "_*" or _COLOUR_OR_LOCALE.fullmatch(part)):  # room beside it is not shown
                shown.append(part)
        return cls(tuple(shown), condition)

    @cached_property
    def is_of_zeros(self) -> bool:
        return _OF_ZEROS.fullmatch("".join(self.parts)) is not None


@lru_cache(maxsize=256)
def _sections(form: str) -> tuple[_Section, ...]:
    """Those of a format that are for numbers."""
    split: list[list[str]] = [[]]
    for part in _PART.findall(form):
        if part == ";":
            split.append([])
        else:
            split[-1].append(part)
    return tuple(_Section.of(parts) for parts in split[:3] if "@" not in parts)


def _section(form: str, number: int) -> _Section | None:
    """The one of a format that shows a number which is not negative."""
    sections = _sections(form)
    if not any(one.condition for one in sections):
        # of three the last is for zero; an empty one hides it
        return sections[2] if not number and len(sections) == 3 and sections[2].parts else next(iter(sections), None)
    for i, one in enumerate(sections):
        if one.condition:
            if _HOLDS[one.condition[0]](number, one.condition[1]):
                return one
        elif i == len(sections) - 1 or (i == 0 and number > 0):
            return one
    return None


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
    for cells in sheet.iter_rows():
        yield tuple(_value(cell) for cell in cells)


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
    return any(one.is_of_zeros for one in _sections(form))


def _value(cell: Any) -> object:
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0 or value != int(value):
        return value
    section = _section(cell.number_format, int(value))
    return _shown(int(value), section.parts) if section and section.is_of_zeros else value


def _shown(number: int, parts: Sequence[str]) -> Shown:
    """The number in its digits from the last on; what has no place stands before the first."""
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
