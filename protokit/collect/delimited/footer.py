"""What stands below the last row: a sum of the others, or their number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protokit.collect.delimited.shapes import is_missing, is_number
from protokit.core.values.said import Notice

_SUMS = frozenset(
    {"total", "totals", "sum", "subtotal", "average", "mean", "overall", "summe", "gesamt", "mittelwert", "somme"}
    | {"moyenne", "suma", "totale", "итого", "всего", "合計", "总计", "合计", "總計"}
)
_SHOWN = 60
_COUNT = re.compile(r"\(?\d[\d,]* (?:rows?|records?|lines?)(?: \w+)*\.?\)?", re.I)


def told_of_last(last: Sequence[Sequence[str]], footer: int) -> tuple[Notice, ...]:
    """What is said of last rows that look like a sum, a count or a remark, and were read as rows.

    `last` holds the last rows, five or fewer.
    """
    if footer or not last:
        return ()
    remarks = 0
    for row in reversed(last):
        present = [cell.strip() for cell in row if cell.strip()]
        if len(row) < 3 or len(present) != 1 or is_number(present[0]):
            break
        remarks += 1
    if remarks and remarks < len(last):
        shown = next(cell.strip() for cell in last[-remarks] if cell.strip())[:_SHOWN]
        which = f"the last {remarks} rows have" if remarks > 1 else "the last row has"
        return (
            Notice(f"{which} one cell only: {shown!r}", (), f"write footer: {remarks} to leave out what is no row"),
        )
    present = [cell.strip() for cell in last[-1] if not is_missing(cell)]
    words = [cell for cell in present if not is_number(cell)]
    if len(words) != 1:
        return ()
    first = words[0].casefold().strip(" :*")
    of_all = first in _SUMS or first.endswith(" total") or first.startswith("total ")
    if _COUNT.fullmatch(words[0]) is None and not (of_all and len(present) > 1):
        return ()
    rule = f"the last row may be the sum or the count of the others: {words[0]!r}"
    return (Notice(rule, (), "write footer: 1 to leave it out"),)
