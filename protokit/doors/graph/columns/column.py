"""The raw cells of a column, as a file takes them, and the numbers or codes that are made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import numpy as np
import pandas as pd

from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.represent.kind import FittedColumn

Value = TypeVar("Value")


@dataclass(frozen=True)
class RawColumn(ABC):
    """A column of a file's input. `marks` are the recipe's texts of missing cells.

    Of each example it has one cell, or so many `steps`: `span` says which these are.

    Attributes:
        dtype: float64, int64, uint8, or object for texts.
        takes: what a cell is, for the contract; `gone` what stands for a missing one.
    """

    fitted: FittedColumn
    marks: tuple[str, ...] = ()
    steps: int = field(default=1, kw_only=True)
    span: str = field(default="", kw_only=True)
    dtype: ClassVar[str]
    takes: ClassVar[str]
    gone: ClassVar[str]

    @property
    def name(self) -> str:
        """The column's name."""
        return self.fitted.column

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an example's cells in the file."""
        return (self.steps,)

    @property
    def levels(self) -> list[str] | None:
        """The texts that training knew, where it is one of levels."""
        return None

    @property
    def codes(self) -> Mapping[str, int]:
        """What stands for each text, where a file takes no texts."""
        return {}

    @property
    def missing_too(self) -> Sequence[str | float]:
        """Further cells that are missing: those of the recipe's marks that a cell can be."""
        return self.marks

    @abstractmethod
    def array(self, cells: pd.Series) -> np.ndarray:
        """Cells of a cleaned table as the file takes them. Shapes: (rows,) -> (rows, *shape)."""

    @abstractmethod
    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """What is made of cells: numbers (float64, NaN where missing), or of a category its code (int64).

        Of a column that is an input of its own, what the network takes.

        Shapes: (rows, *shape) -> (rows, numbers of the column), (rows, 1), or that of the input.
        """

    @abstractmethod
    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """Cells such as may come: as in training (`seen` has numbers of it), beyond it, and missing."""
