"""What the text of a cell looks like, as far as telling names from rows takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[-+(]?\s*[$€£]?\s*(?:\d[\d.,' \u00a0]*|[.,]\d+)(?:[eE][-+]?\d+)?\s*[%)]?")
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?|\d{1,2}:\d{2}(?::\d{2})?"
)
_HEAD = re.compile(r"[-+]?[$€£]?[1-9]\d{0,2}")
_GROUP = re.compile(r"\d{3}(?:\.\d+)?")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "<na>", "#n/a", "?", "-", "."})


def is_number(text: str) -> bool:
    """Whether a cell may be a number or a date in any notation."""
    text = text.strip()
    return _NUMBER.fullmatch(text) is not None or _DATE.fullmatch(text) is not None


def is_missing(text: str) -> bool:
    """Whether a cell may stand for no value."""
    return text.strip().casefold() in MISSING


def of_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are numbers, but for missing ones."""
    some = False
    for cell in cells:
        if is_number(cell):
            some = True
        elif not is_missing(cell):
            return False
    return some


def groups_of(rows: Sequence[Sequence[str]]) -> str | None:
    """A number that a delimiter between its thousands has parted in all rows, with a comma; None where there is none.

    >>> groups_of([["Oslo", "1", "200"], ["Rome", "12", "300"]])
    '1,200'
    """
    for i in range(len(rows[0]) - 1):
        if all(_HEAD.fullmatch(row[i].strip()) and _GROUP.fullmatch(row[i + 1]) for row in rows):
            return f"{rows[0][i].strip()},{rows[0][i + 1]}"
    return None


def is_year(text: str) -> bool:
    """Whether a number may be a year."""
    return _YEAR.fullmatch(text.strip()) is not None


def may_be_names(cells: Sequence[str]) -> bool:
    """Whether a row of numbers may be names all the same: years, or a count from 0 or 1."""
    numbers = [cell.strip() for cell in cells if is_number(cell)]
    if all(map(is_year, numbers)):
        return True
    whole = [int(text) for text in numbers if text.isdecimal() and len(text) < 9]
    return len(whole) == len(numbers) and whole in (list(range(len(whole))), list(range(1, len(whole) + 1)))
