"""True and false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protokit.core.names import as_text
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

        from protokit.represent.encoders.cells import FALSE, TRUE, wrong

        out = np.full(len(cells), np.nan)
        for i, (value, missing) in enumerate(zip(cells, cells.isna(), strict=True)):
            if missing:
                continue
            text = as_text(value).lower()
            if text in TRUE or text == "1":
                out[i] = 1.0
            elif text in FALSE or text == "0":
                out[i] = 0.0
            else:
                raise wrong(cells, i, "true or false")
        return out[:, None]
