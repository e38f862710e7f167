"""Random numbers, which a network that draws rows makes them of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.menu.network.noise.noise import SEED

Value = TypeVar("Value")


@dataclass(frozen=True)
class OfNoise(RawColumn):
    """Random numbers of each row, `units` of them. `at_once` are the rows that `predict` draws for at once."""

    units: int = field(default=1, kw_only=True)
    at_once: int = field(default=1, kw_only=True)
    dtype, takes, gone = "float32", "numbers of a standard normal distribution", "none: each has to be there"

    @property
    def shape(self) -> tuple[int, ...]:
        """See RawColumn."""
        return (self.units,)

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        return np.stack([*cells, np.zeros(self.units, np.float32)])[:-1]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        return value

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn: those that `predict` takes."""
        shapes = [(min(self.at_once, rows - start), self.units) for start in range(0, rows, self.at_once)]
        found = [np.asarray(keras.random.normal(shape, dtype="float32", seed=SEED)) for shape in shapes]
        return pd.Series([cell for some in found for cell in some], name=self.name, dtype=object)
