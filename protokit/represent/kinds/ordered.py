"""Categories that have an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Kind, NumberColumn, Unusual

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.levels import Levels


def _levels(value: object) -> tuple[str, ...]:
    """The levels of an ordered category, from the lowest."""
    if not isinstance(value, (list, tuple)) or len(value) < 2:
        raise refuse(Fault(f"an order is a list of two or more levels, not {value!r}", "write [low, middle, high]"))
    texts = tuple(as_text(level) for level in value)
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise refuse(Fault(f"the level {twice!r} stands twice in the order", "remove one"))
    return texts


@KINDS.add
@dataclass(frozen=True)
class Ordered(NumberColumn, Kind):
    """A category with an order as its place in it, from 0. A level that the order lacks is an error."""

    name = "ordered"
    about = "a category with an order, as its place in it: the levels, from the lowest"
    example = "{ordered: [low, middle, high]}"
    as_written = True
    rank = 3
    options = Word(_levels, {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 2})
    required = "its order"
    one_number = True

    levels: tuple[str, ...]

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("low", "high", None, "middle")

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Ordered:
        """Nothing is learned: the levels are those that were written.

        Raises:
            DataError: none were.
        """
        if not isinstance(options, tuple):
            raise DataError(f"the ordered column {cells.name!r} needs its order", cure=f"write {cls.example}")
        return cls(str(cells.name), tuple(as_text(level) for level in options))

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        import numpy as np

        from protokit.represent.encoders.cells import blank, wrong

        found = self._known.places(cells)
        bad = (found < 0) & cells.notna().to_numpy() & ~blank(cells)
        if bad.any():
            raise wrong(cells, int(bad.argmax()), "one of " + ", ".join(self.levels))
        return np.where(found < 0, np.nan, found)[:, None]

    def unusual(self, cells: pd.Series) -> Unusual:
        """Numbers that were taken for a level."""
        return replace(self._known.unusual(cells[cells.notna()]), unseen=0)

    @cached_property
    def _known(self) -> Levels:
        from protokit.represent.encoders.levels import Levels

        return Levels(self.levels, (), texts=True)
