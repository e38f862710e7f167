"""What stands below the last row: a sum of the others, or their number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protokit.collect.delimited.shapes import is_missing, is_number
from protokit.core.values import Notice

_SUMS = frozenset(
    {"total", "totals", "sum", "subtotal", "average", "mean", "overall", "summe", "gesamt", "mittelwert", "somme"}
    | {"moyenne", "suma", "totale", "итого", "всего", "合計", "总计", "合计", "總計"}
)
_COUNT = re.compile(r"\(?\d[\d,]* (?:rows?|records?|lines?)(?: \w+)*\.?\)?", re.I)


def told_of_last(last: Sequence[Sequence[str]], footer: int) -> tuple[Notice, ...]:
    """What is said of a last row that looks like the sum or the number of the others, and was read as one.

    `last` is the last row, or nothing.
    """
    if footer or not last:
        return ()
    present = [cell.strip() for cell in last[0] if not is_missing(cell)]
    words = [cell for cell in present if not is_number(cell)]
    if len(words) != 1:
        return ()
    first = words[0].casefold().strip(" :*")
    if _COUNT.fullmatch(words[0]) is None and not (
        len(present) > 1 and (first in _SUMS or first.split()[-1:] == ["total"] or first.startswith("total "))
    ):
        return ()
    return (Notice(f"the last row may be the sum or the count of the others: {words[0]!r}", (), "write footer: 1"),)
