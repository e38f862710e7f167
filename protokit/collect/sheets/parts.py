"""What openpyxl does not say of a sheet that it reads row by row: merged cells, and formulas without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

_CHUNK = 1 << 20
_OVERLAP = 1 << 16  # more than a cell with a formula takes
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s(?P<head>[^>]*?)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ADDRESS = re.compile(rb'\br="([A-Z]+)(\d+)"')
_TEXT = re.compile(rb'\bt="str"')  # the value of such a formula is a text, which may be empty


@dataclass(frozen=True)
class Merged:
    """Cells that look like one: rows and columns from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Parts:
    """The merged cells of a sheet, and the cells (row, column) whose formula has no value saved with it."""

    merged: tuple[Merged, ...]
    empty: tuple[tuple[int, int], ...]


def parts_of(archive: zipfile.ZipFile, path: str) -> Parts:
    """The parts of the sheet that stands at a path of the workbook."""
    merged: dict[Merged, None] = {}
    empty: dict[tuple[int, int], None] = {}
    for text in _windows(archive, path):
        for left, top, right, bottom in _MERGED.findall(text):
            merged[Merged(int(top), number_of(left), int(bottom), number_of(right))] = None
        for match in _FORMULA.finditer(text):
            address = _ADDRESS.search(match["head"])
            if address is not None and _TEXT.search(match["head"]) is None:
                empty[int(address[2]), number_of(address[1])] = None
    return Parts(tuple(merged), tuple(sorted(empty)))


def number_of(letters: bytes) -> int:
    """The number of a column.

    >>> number_of(b"AA")
    27
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def address(row: int, column: int) -> str:
    """The name of a cell.

    >>> address(2, 27)
    'AA2'
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _windows(archive: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """A part of the workbook in pieces that overlap."""
    before = b""
    with archive.open(path) as file:
        while chunk := file.read(_CHUNK):
            yield before + chunk
            before = (before + chunk)[-_OVERLAP:]
