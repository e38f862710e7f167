"""Whole numbers of which some are missing, as memory has them, whatever stands in one batch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from protokit.collect.database.place import Rows

_WHOLE = re.compile(r"U?(?:TINY|SMALL|BIG)INT|U?INTEGER")
_EXACT = 1 << 53  # up to it a double has every whole number


def filled(run: Callable[[str], list[tuple[Any, ...]]], rows: Rows) -> frozenset[str]:
    """Make doubles of the columns of whole numbers with gaps, or texts where that would lose digits, in place.

    `run` runs SQL. The columns of true and false with gaps are given back.
    """
    named = [
        (name, one.inner, one.type == "BOOLEAN")
        for name, one in rows.columns.items()
        if one.type == "BOOLEAN" or _WHOLE.fullmatch(one.type)
    ]
    if not named:
        return frozenset()
    listed = ", ".join(f"count({c}), {'NULL, NULL' if of_two else f'min({c}), max({c})'}" for _, c, of_two in named)
    [found] = run(f"SELECT {listed} FROM {rows.table}")
    gaps: set[str] = set()
    for i, (name, inner, of_two) in enumerate(named):
        count, least, most = found[3 * i : 3 * i + 3]
        if count == rows.count:
            continue
        if of_two:
            gaps.add(name)
            continue
        exact = not count or (least >= -_EXACT and most <= _EXACT)
        run(f"ALTER TABLE {rows.table} ALTER {inner} SET DATA TYPE {'DOUBLE' if exact else 'VARCHAR'}")
    return frozenset(gaps)
