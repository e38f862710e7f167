"""What a runtime can do with columns of numbers and texts: the contract that encoders and ends are written on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeAlias, TypeVar

import numpy as np

Value = TypeVar("Value")
Given: TypeAlias = Value | np.ndarray | np.integer | float | int


class Arithmetic(ABC, Generic[Value]):
    """Operations on values of a runtime, (rows, columns) if nothing else is said. Arrays and numbers are constants.

    Operations of two values broadcast as NumPy's do, and take values of one type.
    """

    @abstractmethod
    def cast(self, value: Value, dtype: str) -> Value:
        """The value as another type, by its name in NumPy. To float32 it is rounded half to even."""

    @abstractmethod
    def binary(self, name: str, left: Given[Value], right: Given[Value]) -> Value:
        """`add`, `subtract`, `multiply`, `divide` (of whole numbers from 0: without the rest), `equal`, `less_equal`,
        `greater`, `minimum` or `maximum`.
        """

    @abstractmethod
    def unary(self, name: str, value: Value) -> Value:
        """`sqrt`, `exp`, `log`, `isnan` or `logical_not`."""

    @abstractmethod
    def where(self, condition: Value | np.ndarray, yes: Given[Value], no: Given[Value]) -> Value:
        """One or the other, by a truth value."""

    @abstractmethod
    def take(self, table: np.ndarray, places: Value) -> Value:
        """What stands in the table at each place. Shapes: table (many,), places (rows, columns) -> (rows, columns)."""

    @abstractmethod
    def columns(self, value: Value, places: Sequence[int]) -> Value:
        """Some columns of a value, in this order. Shapes: (rows, columns) -> (rows, places)."""

    @abstractmethod
    def concatenate(self, values: Sequence[Value]) -> Value:
        """Columns side by side."""

    @abstractmethod
    def reduce(self, name: str, value: Value) -> Value:
        """`sum` or `max` of each row. Shapes: (rows, columns) -> (rows, 1)."""

    @abstractmethod
    def ascending(self, value: Value) -> Value:
        """Each row in ascending order."""

    @abstractmethod
    def cumulated(self, value: Value) -> Value:
        """Sums of each row from its first column on."""

    @abstractmethod
    def most(self, value: Value) -> Value:
        """The first place of the largest number of each row. Shapes: (rows, columns) -> (rows, 1) int64."""

    @abstractmethod
    def lookup(self, texts: Value, keys: Sequence[str]) -> Value:
        """The place of each text among the keys, from 1; 0 of a text that is none. Shapes: (rows, 1) -> (rows, 1)."""

    @abstractmethod
    def texts(self, places: Value, texts: Sequence[str]) -> Value:
        """The text at each place, from 0. Shapes: (rows, 1) int64 -> (rows, 1)."""

    @abstractmethod
    def flat(self, value: Value) -> Value:
        """Shapes: (rows, 1) -> (rows,)."""
