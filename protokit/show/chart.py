"""A small chart of one line in text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

_ROWS, _COLUMNS = 12, 64


def chart(x: Sequence[float], y: Sequence[float], marks: Mapping[str, float], *, over: str, of: str) -> str:
    """`y` over `x`, whose axis is logarithmic; `marks` are letters and where on that axis they stand.

    >>> print(chart([1, 10, 100], [3.0, 2.0, 1.0], {"s": 10}, over="rate", of="loss"))  # doctest: +ELLIPSIS
    loss
    ...
    """
    low, high = min(y), max(y)
    span = (high - low) or 1.0
    first, last = math.log10(x[0]), math.log10(x[-1])
    width = (last - first) or 1.0

    def column(value: float) -> int:
        return min(_COLUMNS - 1, max(0, round((math.log10(value) - first) / width * (_COLUMNS - 1))))

    grid = [[" "] * _COLUMNS for _ in range(_ROWS)]
    for a, b in zip(x, y, strict=True):
        grid[min(_ROWS - 1, int((high - b) / span * (_ROWS - 1) + 0.5))][column(a)] = "•"
    labels = {0: f"{high:.3g}", _ROWS - 1: f"{low:.3g}"}
    lines = [of, *(f"{labels.get(i, ''):>8} │{''.join(row)}".rstrip() for i, row in enumerate(grid))]
    axis, letters = ["─"] * _COLUMNS, [" "] * _COLUMNS
    for decade in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1):
        axis[column(10.0**decade)] = "┴"
    for letter, value in marks.items():
        letters[column(value)] = letter
    lines += [" " * 9 + "└" + "".join(axis), (" " * 10 + "".join(letters)).rstrip()]
    return "\n".join([*lines, f"{' ' * 10}{over} from {x[0]:.0e} to {x[-1]:.0e}"])
