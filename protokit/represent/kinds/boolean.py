"""True and false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


@KINDS.add
@dataclass(frozen=True)
class Boolean(NumberColumn, Kind):
    """True and false (or yes and no, 1 and 0) as 1 and 0."""

    name = "boolean"
    about = "true or false, yes or no, 1 or 0"
    example = "boolean"
    rank = 4
    one_number = True
    inference_rank = 10

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("yes", "no", None)

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Truth values by their type, or at most one word for true and one for false."""
        from protokit.represent.encoders.cells import FALSE, TRUE

        if cells.are_truth_values:
            return Guess("boolean")
        if cells.are_numbers:
            return None
        lowered = set(cells.different_texts.str.lower())
        if lowered <= TRUE | FALSE and len(lowered & TRUE) <= 1 and len(lowered & FALSE) <= 1:
            return Guess("boolean")
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        return (self.column,)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 1), NaN where missing."""
        import numpy as np

        from protokit.represent.encoders.cells import BLANK, FALSE, TRUE, wrong
        from protokit.represent.encoders.distinct import distinct

        one = distinct(cells)
        numbers = {**dict.fromkeys(TRUE, 1.0), "1": 1.0, **dict.fromkeys(FALSE, 0.0), "0": 0.0}
        each = np.array([numbers.get(text.lower(), np.nan) for text in one.texts], float)
        if (odd := np.isnan(each) & (one.texts != BLANK)).any():
            raise wrong(cells, int(one.spread(odd, missing=False).argmax()), "true or false")
        return one.spread(each, missing=np.nan)[:, None]
