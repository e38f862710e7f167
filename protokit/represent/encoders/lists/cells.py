"""Cells that hold several values: lists, tuples, sets and arrays, and texts of them such as `["red", "old"]`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from protokit.cells.literals import bare, literal

_LOOKED_AT = 20  # first cells, which show that a column is none of lists
_LONGEST = 1_000_000  # characters of a text that is read as Python or NumPy write lists
_OPENS = {"[": "]", "(": ")", "{": "}"}
_OF_NUMPY = re.compile(r"\[[\s\d.,eE+\-naif]*\]")
_DEEPEST = 4  # lists in lists


def holds_lists(column: pd.Series) -> bool:
    """Whether the first cells that are there hold several values by their type; texts of lists do not."""
    if column.dtype != object:
        return False
    first = column.dropna().head(_LOOKED_AT)
    return len(first) > 0 and all(not isinstance(cell, str) and values_of(cell) is not None for cell in first)


def lists_of(present: pd.Series) -> list[list[object]] | None:
    """Each cell as the list of its values; None where there is none, or one is a single value.

    Cells are those that are not missing.
    """
    if present.dtype != object and not pd.api.types.is_string_dtype(present.dtype):
        return None
    if not len(present) or any(values_of(cell) is None for cell in present.head(_LOOKED_AT)):
        return None
    found: list[list[object]] = []
    for cell in present:
        values = values_of(cell)
        if values is None:
            return None
        found.append(values)
    return found


def values_of(cell: object) -> list[object] | None:
    """The values of a cell in their order, those of a set in the order of their texts; None where it is no list.

    >>> values_of((1, 2)), values_of('["a", null]'), values_of("[0.5  1.5]"), values_of("a"), values_of({"a": 1})
    ([1, 2], ['a', None], [0.5, 1.5], None, None)
    """
    if isinstance(cell, str):
        return _of_text(cell)
    if isinstance(cell, (list, tuple)):
        return [_plain(value) for value in cell]
    if isinstance(cell, (set, frozenset)):
        return sorted(map(_plain, cell), key=str)
    if isinstance(cell, (bytes, bytearray, memoryview)) or not isinstance(getattr(cell, "shape", None), tuple):
        return None
    array = cell if isinstance(cell, np.ndarray) else np.asarray(cell)
    if not array.ndim:  # a single number of NumPy
        return None
    return [_plain(value) for value in array.tolist()] if array.dtype == object else [*array.tolist()]


def _plain(value: object, depth: int = 1) -> object:
    """A value, arrays and tuples in it as lists, a single one of NumPy as Python's."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, Decimal):
        value = float("nan") if value.is_nan() else int(value) if _is_whole(value) else float(value)
    if isinstance(value, (list, tuple)) and depth < _DEEPEST:
        return [_plain(one, depth + 1) for one in value]
    return value


def _is_whole(value: Decimal) -> bool:
    return value.is_finite() and value == value.to_integral_value()


def _of_text(text: str) -> list[object] | None:
    """A text as JSON, Python or NumPy write a list."""
    text = bare(text.strip())
    if len(text) < 2 or _OPENS.get(text[0]) != text[-1]:
        return None
    found: object = None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if len(text) <= _LONGEST and _OF_NUMPY.fullmatch(text):
            return _numbers(text[1:-1].replace(",", " ").split())
        found = literal(text)
    return None if isinstance(found, (str, bytes, dict)) or not isinstance(found, Iterable) else values_of(found)


def _numbers(texts: list[str]) -> list[object] | None:
    try:
        return [*map(float, texts)]
    except ValueError:
        return None
