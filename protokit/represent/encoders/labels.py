"""Cells of several labels, such as `red|large`: the one separator that parts all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.said import Notice
from protokit.represent.encoders.distinct import distinct
from protokit.represent.encoders.lists.cells import holds_lists, values_of

SEPARATORS = ("|", ";", ",")
ORDERED = ("->", "\u2192", ">", *SEPARATORS)  # what stands between steps, the longer marks first
_ANY = re.compile("[|;,]")  # how models of before this was found part them


def separator_of(cells: pd.Series, cure: str, marks: Sequence[str] = SEPARATORS) -> tuple[str | None, list[Notice]]:
    """The separator of the labels of a column, found on all of its rows, and what is said of it; None where none is.

    `marks` are those that can be one; one that is part of another stands behind it.

    `cure` is the option as it is written, such as `represent: {separator: SEPARATOR}`.

    Raises:
        DataError: some cells have one, and others another.
    """

    def written(mark: str) -> str:
        return cure.replace("SEPARATOR", f'"{mark}"')

    texts = [cell for cell in cells if isinstance(cell, str) and values_of(cell) is None]
    rows: dict[str, set[int]] = {}
    left = texts
    for mark in marks:
        rows[mark] = {i for i, text in enumerate(left) if mark in text}
        left = [text.replace(mark, "") for text in left] if len(mark) > 1 and rows[mark] else left
    used = [mark for mark in marks if rows[mark]]
    if not used:
        return None, []
    best = max(used, key=lambda mark: len(rows[mark]))
    others = [mark for mark in used if mark != best]
    if any(not rows[mark] < rows[best] for mark in others):
        odd = next(mark for mark in others if not rows[mark] < rows[best])
        shown = texts[min(rows[odd] - rows[best] or rows[odd])]
        rule = f"the labels of {cells.name!r} are parted by {best!r} in some rows, and {odd!r} stands in {shown!r}"
        raise DataError(rule, cure=f"write {written(best)} or {written(odd)}")
    rule = f"{cells.name!r} holds several labels in a cell, parted by {best!r}"
    return best, [Notice(rule, (str(cells.name),), f"write {written(best)} to say so, or another one")]


def parted(cells: Sequence[object] | pd.Series, separator: str | None) -> list[list[str]]:
    """The labels of each cell; a list, or a text of one, is its labels already, a missing cell has none."""
    missing = [_is_missing(cell) for cell in cells]
    found: list[list[object]] = []
    for cell, gone in zip(cells, missing, strict=True):
        if gone:
            found.append([])
        elif (values := values_of(cell)) is not None:
            found.append([value for value in values if not _is_missing(value)])
        else:
            text = as_text(cell)
            found.append([*(_ANY.split(text) if separator is None else text.split(separator))])
    return [[label for part in cell if (label := as_text(part).strip())] for cell in found]


def pairs_of(series: pd.Series, separator: str | None) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Each label that a row has: the rows, the place of each label in the list of names, and that list.

    Shapes: rows, ascending, and places (pairs,) int64.
    """
    if holds_lists(series):
        codes, each = np.arange(len(series)), parted(series, separator)
    else:
        one = distinct(series)
        codes, each = one.codes, parted(one.cells, separator)
    place = {name: i for i, name in enumerate(dict.fromkeys(label for labels in each for label in labels))}
    flat = np.array([place[label] for labels in each for label in labels], np.int64)
    many = np.array([*map(len, each), 0], np.int64)  # the last is a missing cell's
    starts = np.cumsum(many) - many
    counts = many[codes]
    rows = np.repeat(np.arange(len(series)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, flat[np.repeat(starts[codes], counts) + within], list(place)


def _is_missing(cell: object) -> bool:
    return cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and cell != cell)
