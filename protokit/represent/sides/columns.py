"""Which column of one side of a pair is which of the other, and both sides as rows below each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import pandas as pd

from protokit.core.errors import DataError
from protokit.core.suggest import of_missing

SIDES = ("left", "right")
_NUMBERS = "iufb"  # kinds of NumPy


@dataclass(frozen=True)
class Sides:
    """The columns of both sides, in one order, and the names that two of them have together."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def by_column(self) -> dict[str, str]:
        """The shared name of each column."""
        return {**dict(zip(self.left, self.names, strict=True)), **dict(zip(self.right, self.names, strict=True))}

    def stacked(self, frame: pd.DataFrame, beside: Sequence[str] = ()) -> pd.DataFrame:
        """The left sides, and below them the right ones, under the shared names; columns `beside` stand in both.

        Raises:
            DataError: a column is missing, or holds numbers on one side and something else on the other.
        """
        for left, right, name in zip(self.left, self.right, self.names, strict=True):
            for column in (left, right):
                if column not in frame.columns:
                    cure = of_missing(column, list(frame.columns))
                    raise DataError(f"the column {column!r} is missing", cure=cure)
            there = [frame[one].dtype.kind in _NUMBERS for one in (left, right) if frame[one].notna().any()]
            if len({*there}) > 1:
                one, other = sorted((left, right), key=lambda column: frame[column].dtype.kind not in _NUMBERS)
                rule = f"both sides have one kind of {name!r}, and {one!r} holds numbers, {other!r} something else"
                raise DataError(rule, cure=f"cast one under collect.clean, or write columns: {{{one}: category}}")
        parts = [
            frame[[*columns, *beside]].set_axis([*self.names, *beside], axis=1) for columns in (self.left, self.right)
        ]
        return pd.concat(parts)

    def doubled(self, frame: pd.DataFrame, side: str | None) -> pd.DataFrame:
        """A table of one side, as both sides of its own rows: its columns as on one side, or by the shared names.

        Raises:
            DataError: it has the columns of neither side, or of both and none is named.
        """
        known = {"left": self.left, "right": self.right, "": self.names}
        there = [name for name, columns in known.items() if {*columns} <= {*map(str, frame.columns)}]
        if side is not None:
            there = [name for name in there if name == side]
        if not there:
            rule = f"the table has not the columns of {'a side' if side is None else f'the {side} side'}"
            raise DataError(rule, cure=f"bring {', '.join(self.left)}, or {', '.join(self.right)}")
        if {*SIDES} <= {*there}:
            raise DataError("the table has the columns of both sides", cure='write side="left", or side="right"')
        own = frame[list(known[there[0]])]
        both = [own.set_axis(list(columns), axis=1) for columns in (self.left, self.right)]
        return pd.concat(both, axis=1)

    def as_plain(self) -> dict[str, list[str]]:
        """As JSON values."""
        return {"left": list(self.left), "right": list(self.right), "names": list(self.names)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Sequence[str]]) -> Sides:
        """Those of `as_plain`."""
        return cls(tuple(plain["left"]), tuple(plain["right"]), tuple(plain["names"]))


NO_SIDES = Sides((), (), ())


def shared_name(one: str, other: str) -> str:
    """The words at the end, or the letters at the beginning, that two names share; nothing where they share neither.

    >>> shared_name("left_age", "right_age"), shared_name("age1", "age2"), shared_name("a", "b")
    ('age', 'age', '')
    """
    words = _alike(*(list(reversed(re.split(r"[ _.:/-]+", name))) for name in (one, other)))
    letters = "".join(_alike(list(one), list(other))).rstrip(" _-.:/")
    return max("_".join(reversed(words)), letters, key=len)


def _alike(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """What two sequences begin with."""
    return [a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))]
