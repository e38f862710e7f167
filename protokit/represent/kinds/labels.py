"""Several labels in a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from protokit.core.errors import DataError
from protokit.grammar.words import Section
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

_RARE = 3  # labels of fewer training rows say nothing
_MOST = 100  # labels that a column is taken for by itself


class LabelsOptions(Section):
    """What else may be said of a column of labels."""

    separator: str | None = Field(
        None, min_length=1, description="what parts the labels of a cell; found when not given", examples=[";"]
    )


@KINDS.add
@dataclass(frozen=True)
class Labels(NumberColumn, Kind):
    """Cells such as `red|large`: a number of 0 or 1 for each label that three training rows have."""

    name = "labels"
    about = "several labels in a cell, such as `red|large`: whether each is there"
    example = "{labels: {separator: ;}}"
    rank = 4
    options = LabelsOptions
    inference_rank = 45
    audited_as = "category"

    labels: tuple[str, ...]
    separator: str | None

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("red|large", "red", None, "blue|large|old")

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts parted by a bar or a semicolon into few labels, each of which comes again and again."""
        from protokit.represent.encoders.labels import parted, separator_of

        texts = cells.texts
        if len(texts) < len(cells.present) or not texts.str.contains(r"[|;]").mean() > 0.2:
            return None
        try:
            separator, _ = separator_of(texts, "")
        except DataError:
            return None
        if separator not in ("|", ";"):
            return None
        counts = Counter(label for cell in parted(texts, separator) for label in cell)
        if len(counts) > _MOST or len(counts) >= cells.different or min(counts.values()) < _RARE:
            return None
        return Guess(cls.name, note=f"holds several labels in a cell, parted by {separator!r}")

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Labels:
        """Learns the labels of at least three rows, in the order of the alphabet, and what parts them.

        Raises:
            DataError: some rows are parted by one mark, and others by another.
        """
        from protokit.represent.encoders.labels import parted, separator_of

        said = options.separator if isinstance(options, LabelsOptions) else None
        cure = f"columns: {{{cells.name}: {{labels: {{separator: SEPARATOR}}}}}}"
        separator = said or separator_of(cells, cure)[0]
        counts = Counter(label for cell in parted(cells, separator) for label in {*cell})
        kept = sorted(label for label, count in counts.items() if count >= _RARE)
        return cls(str(cells.name), tuple(kept), separator)

    @property
    def left_out(self) -> str:
        """Where every label is rare."""
        return "" if self.labels else f"no label is in {_RARE} training rows"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the number of each label."""
        return tuple(f"{self.column} = {label}" for label in self.labels)

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, labels) float64 of 0 and 1, NaN where missing."""
        import numpy as np

        from protokit.represent.encoders.labels import parted

        place = {label: i for i, label in enumerate(self.labels)}
        found = np.zeros((len(cells), len(place)))
        for row, labels in enumerate(parted(cells, self.separator)):
            for label in labels:
                if label in place:
                    found[row, place[label]] = 1.0
        found[cells.isna().to_numpy()] = np.nan
        return found
