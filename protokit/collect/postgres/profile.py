"""What is to be known of a table's columns before a row is read: the type that each would have here.

It depends on the values: whole numbers with gaps are other numbers than those without. So the database is asked for
the least and the greatest value of each column and whether one is missing, and a frame of these gets its types from
`typed_cells`, as all rows would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from protokit.collect.database.place import Unsaid
from protokit.collect.typed_cells import frame as typed
from protokit.core.values.said import Notice

_EXACT = 1 << 53  # up to it a double has every whole number
# the numbers of PostgreSQL's types
_KINDS = {16: "boolean", 20: "int", 21: "int", 23: "int", 25: "text", 1043: "text", 700: "real", 701: "double",
          1700: "numeric", 1082: "date", 1114: "timestamp", 1184: "zoned", 2950: "uuid"}  # fmt: skip
# what there is to ask of a kind beside the number of cells that are not missing
_ASKED = {
    "int": ("min({0})", "max({0})"),
    "text": ("bool_and(octet_length({0}) = length({0}))",),
    "double": ("bool_or({0} <> 'NaN')",),
    "real": ("bool_or({0} <> 'NaN')",),
    "numeric": (
        "bool_or({0} <> 'NaN')",
        "max(abs({0})) FILTER (WHERE CAST({0} AS text) NOT IN ('NaN', 'Infinity', '-Infinity'))",
    ),
    **dict.fromkeys(("date", "timestamp", "zoned"), ("min({0})", "max({0})")),
}
# a cell as a value of the type that it has here; a number that is none is missing
_CELLS = {
    "double": "nullif({0}, 'NaN')",
    "real": "nullif(CAST(CAST({0} AS text) AS float8), 'NaN')",  # the double that is written so
    "numeric": "nullif(CAST({0} AS float8), 'NaN')",
    "zoned": "({0} AT TIME ZONE 'UTC')",
}


@dataclass(frozen=True)
class Known:
    """One column: its quoted name, its kind in the database, whether all its texts are ASCII, all its numbers whole."""

    quoted: str
    kind: str
    empty: bool
    ascii: bool
    whole: bool

    def said(self, type_: str) -> str:
        """Its cells as SQL of one of PostgreSQL's types."""
        if self.empty:
            return f"CAST(NULL AS {type_})"
        cell = _CELLS.get(self.kind, "{0}").format(self.quoted)
        return f"CAST({cell} AS {type_})" + (' COLLATE "C"' if type_ == "text" else "")


@dataclass(frozen=True)
class Profile:
    """The number of a table's rows, its columns, and a frame of a few values that has their types."""

    rows: int
    columns: tuple[Known, ...]
    frame: pd.DataFrame
    notices: tuple[Notice, ...]


def looked_at(
    source: str,
    ask: Callable[[str], list[tuple[Any, ...]]],
    describe: Callable[[str], list[tuple[str, int]]],
) -> Profile:
    """What is known of the columns of a table or query.

    Raises:
        Unsaid: a column's type is none of ours, or depends on all of its values.
    """
    described = describe(source)
    names = [name for name, _ in described]
    if len(set(names)) < len(names) or not names:
        raise Unsaid("two columns have one name, or there is none")
    asked, kinds = ["count(*)"], list[tuple[str, str]]()
    for name, number in described:
        if number not in _KINDS:
            raise Unsaid(f"{name!r} is of a type that is known here only when it is read")
        kind, quoted = _KINDS[number], '"' + name.replace('"', '""') + '"'
        kinds.append((kind, quoted))
        asked += [f"count({quoted})", *(text.format(quoted) for text in _ASKED.get(kind, ()))]
    answers = iter(ask(f"SELECT {', '.join(asked)} FROM {source}")[0])
    rows = int(next(answers))
    if not rows:
        raise Unsaid("there is no row")
    known: list[Known] = []
    cells: list[list[Any]] = []
    for name, (kind, quoted) in zip(names, kinds, strict=True):
        count, found = int(next(answers)), [next(answers) for _ in _ASKED.get(kind, ())]
        values = _values(name, kind, count < rows, found) if count else []
        empty = not values
        known.append(
            Known(
                quoted, kind, empty, kind in ("uuid",) or (kind == "text" and bool(found[0])), _whole(kind, found, rows)
            )
        )
        cells.append([*values, None] if count < rows or empty else values)
    longest = max(map(len, cells))
    frame, notices = typed(names, [some + [some[-1]] * (longest - len(some)) for some in cells])
    return Profile(rows, tuple(known), frame, tuple(notices))


def _values(name: str, kind: str, missing: bool, found: Sequence[Any]) -> list[Any]:
    """Some values of a column; none where all are missing."""
    if kind in ("double", "real", "numeric"):
        if kind == "numeric" and found[1] is not None and found[1] > _EXACT:
            raise Unsaid(f"{name!r} has numbers above 2**53, whose type depends on all of them")
        return [] if not found[0] else [Decimal("0.5") if kind == "numeric" else 0.5]
    if kind in ("text", "uuid"):
        return ["text"]
    if kind == "boolean":
        return [True]
    some = [value for value in found if value is not None]
    if kind == "int" and missing and any(abs(value) > _EXACT for value in some):
        raise Unsaid(f"{name!r} has whole numbers above 2**53 and missing cells: its type depends on all of them")
    return some


def _whole(kind: str, found: Sequence[Any], rows: int) -> bool:
    """Whether a sum of such numbers is exact, in whatever order they come."""
    return kind == "int" and found[0] is not None and max(map(abs, found)) * rows <= _EXACT
