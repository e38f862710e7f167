"""How the columns of a table of predictions are read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np


class Reader(Protocol):
    """The columns of a table of predictions, taken one after the other."""

    def take(self) -> np.ndarray:
        """The next column."""

    def skip(self, count: int) -> None:
        """Leave out so many columns."""

    def stacked(self, count: int) -> np.ndarray:
        """The next columns beside each other. Shapes: (rows, count)."""
