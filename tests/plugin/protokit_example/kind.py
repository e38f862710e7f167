"""A kind of column: directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, Kind, NumberColumn

if TYPE_CHECKING:  # and in the methods: what a recipe names is imported when it is checked, so it stays light
    import numpy as np
    import pandas as pd


@KINDS.add
@dataclass(frozen=True)
class Angle(NumberColumn, Kind):
    """Degrees as a place on the circle: 359 is next to 1."""

    name = "angle"
    about = "degrees, as their sine and cosine"
    example = "angle"
    audited_as = "number"

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return (0, 90.0, None, 359)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (f"{self.column} sine", f"{self.column} cosine")

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 2), NaN where missing."""
        import numpy as np

        from protokit.represent.encoders.cells import to_numbers

        turns = np.deg2rad(to_numbers(cells))
        return np.stack([np.sin(turns), np.cos(turns)], axis=1)
