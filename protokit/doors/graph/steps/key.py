"""Which series a window is of, by its texts, and the units that it is measured in."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.represent.encoders.cells import texts_of
from protokit.represent.kinds.category import Category

Value = TypeVar("Value")
_MOST = 4_000_000  # keys that the levels of several columns could make together


class OfKey(RawColumn):
    """A column that tells series apart."""

    dtype, gone = "object", "never: each window is of a series"
    takes = "a text: that of a series of training, or any other for a series that is measured by its window"

    @classmethod
    def of(cls, column: str, known: Sequence[str]) -> OfKey:
        """That of a column with the texts that training had."""
        return cls(Category(column, tuple(dict.fromkeys(known))))

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        assert isinstance(self.fitted, Category), "it is made so"
        return [level for level in self.fitted.levels if level is not None]

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        return np.array([*texts_of(cells), None], object)[:-1, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn: its place among the levels, from 1."""
        return a.lookup(value, self.levels)

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        return pd.Series(rng.choice(np.array([*self.levels, "never seen"], object), rows), name=self.name)


def hold(columns: Sequence[OfKey]) -> None:
    """Hold that a table of all keys is not too large.

    Raises:
        SpecError: it is.
    """
    if (many := prod(len(one.levels) + 1 for one in columns)) > _MOST:
        names = ", ".join(one.name for one in columns)
        rule = f"{names} could tell {many:,} series apart, more than the {_MOST:,} that go into a file"
        raise SpecError.one(rule, "make one column of them: collect: {clean: [{derive: ...}]}")


def place_of(
    a: Arithmetic[Value], columns: Sequence[OfKey], keys: Sequence[tuple[str, ...]], raw: Sequence[Value]
) -> Value:
    """The place of each key among those that are known, from 1; 0 of another one. Shapes: (rows, 1) each -> (rows, 1).

    The places of its texts make one number, by which it is looked up.
    """
    levels = [{level: i for i, level in enumerate(one.levels, 1)} for one in columns]
    table = np.zeros([len(one) + 1 for one in levels], np.int64)
    for i, key in enumerate(keys, 1):
        table[tuple(one[text] for one, text in zip(levels, key, strict=True))] = i
    place = columns[0].made(a, raw[0])
    for one, given in zip(columns[1:], raw[1:], strict=True):
        place = a.binary("add", a.binary("multiply", place, np.int64(len(one.levels) + 1)), one.made(a, given))
    return a.take(table.ravel(), place)
