"""What a runtime can do with columns of several steps: what series and sequences are written on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from protokit.doors.arithmetic.arithmetic import Arithmetic

Value = TypeVar("Value")


class StepArithmetic(Arithmetic[Value]):
    """Operations on values (rows, steps, columns) beside those of Arithmetic, whose columns are steps there.

    `take` takes tables of several columns, too: table (many, columns), places (rows, 1) -> (rows, 1, columns).
    """

    @abstractmethod
    def flattened(self, value: Value) -> Value:
        """Each step as a row. Shapes: (rows, steps) -> (rows * steps, 1)."""

    @abstractmethod
    def folded(self, value: Value, steps: int) -> Value:
        """So many rows as one. Shapes: (rows * steps, columns) -> (rows, steps, columns)."""

    @abstractmethod
    def channels(self, values: Sequence[Value]) -> Value:
        """Columns of the same steps side by side. Shapes: (rows, steps, some) each -> (rows, steps, all)."""

    @abstractmethod
    def channel(self, value: Value, place: int) -> Value:
        """One of them. Shapes: (rows, steps, columns) -> (rows, steps)."""
