"""Numbers and lengths of time."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.cells.missing import Marks
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.represent.kind import NumberColumn

Value = TypeVar("Value")


class OfNumber(RawColumn):
    """Numbers."""

    dtype, takes, gone = "float64", "a number", "NaN"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        assert isinstance(self.fitted, NumberColumn), "it gives numbers"
        return self.fitted.numbers(cells)

    @property
    def missing_too(self) -> list[float]:
        """See RawColumn."""
        return sorted(Marks.of(self.marks).floats)

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        for mark in self.missing_too:
            value = a.where(a.binary("equal", value, mark), np.nan, value)
        return value

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        seen = seen if len(seen) else np.array([0.0, 1.0])
        own = rng.choice(seen, rows)
        between = own + rng.uniform(-1, 1, rows) * (np.ptp(seen) or 1.0)
        found = np.select([rng.random(rows) < 0.5, rng.random(rows) < 0.8], [own, between], np.nan)
        return pd.Series(found, name=self.name)


class OfSeconds(OfNumber):
    """Lengths of time."""

    takes = "a length of time in seconds"

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        return super().drawn(rng, rows, seen).abs()
