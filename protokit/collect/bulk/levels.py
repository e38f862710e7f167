"""A column of texts by its different texts: what a cell says is decided once for all cells that say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

_MANY = 1 << 20


@dataclass(frozen=True)
class Levels:
    """The different texts of a column, and which of them each cell is. `codes` has the shape (rows,)."""

    texts: list[str]
    codes: np.ndarray

    @classmethod
    def of(cls, cells: Sequence[str] | pd.Series) -> Levels:
        """Those of a column without missing cells."""
        if not isinstance(cells, pd.Series):
            cells = pd.Series(np.array(cells, object), dtype=object)
        codes, texts = pd.factorize(cells)
        # in half the memory, where that is worth the time
        return cls(list(texts.to_numpy(object)), codes.astype(np.int32) if len(codes) > _MANY else codes)

    def __len__(self) -> int:
        return len(self.codes)

    def counts(self) -> np.ndarray:
        """How many cells say each text. Shape (texts,)."""
        return np.bincount(self.codes, minlength=len(self.texts))

    def count(self, text: str) -> int:
        """How many cells say a text."""
        return int(self.counts()[self.texts.index(text)]) if text in self.texts else 0
