"""The last rows of each series, as a part of the rows: `test: {last: 12}`."""

from __future__ import annotations

from pydantic import Field

from protokit.core.names import counted
from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import SHARE, TEXT, JsonSchema, Section, closed

CURE = "write 0.2, a table's name, or of series {last: 12}"
PART: JsonSchema = {
    "anyOf": [SHARE, TEXT, closed({"last": {"type": "integer", "minimum": 1}}, required=["last"])],
}


class Last(Section):
    """So many rows of each series: its last ones, or for validation the last before those of the test."""

    last: int = Field(ge=1, description="rows of each series", examples=[12])

    def __str__(self) -> str:
        return f"the last {counted(self.last, 'row')} of each series"


def part(value: object) -> object:
    """A share between 0 and 1, the name of a table, or so many rows of each series."""
    if isinstance(value, Last) or (isinstance(value, str) and value):
        return value
    if isinstance(value, dict) and set(value) == {"last"}:
        count = value["last"]
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise refuse(Fault(f"last is a number of rows from 1, not {count!r}", "write {last: 12}", ("last",)))
        return Last(last=count)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise refuse(Fault(f"a share of the rows is between 0 and 1, not {value!r}", CURE))
    return float(value)
