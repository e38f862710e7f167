"""The rows of a run as its model keeps them, so that a later table's are known again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.core.values.tables import Split
from protokit.evaluate.audit.row_hashes import TELLING, hashes_of, plain_hashes, seen

PARTS = ("train", "validation", "test")
NONE = len(PARTS)  # of a row that is in no part
NEW = -1


@dataclass(frozen=True)
class KeptRows:
    """A hash of each row, in their order, and the part that it was in; no cell can be read from them.

    Shapes: hashes (rows,) uint64; parts (rows,) uint8, a place in PARTS, or NONE.
    """

    columns: tuple[str, ...]
    hashes: np.ndarray
    parts: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Sequence[str], split: Split) -> KeptRows:
        """Of a table as the audit looks at it: dates are dates."""
        parts = np.full(len(frame), NONE, np.uint8)
        for i, name in enumerate(PARTS):
            parts[getattr(split, name)] = i
        names = tuple(sorted(columns))
        return cls(names, hashes_of(frame, names), parts)

    @property
    def fitted(self) -> np.ndarray:
        """The hashes of rows that a network has learned from: for training or validation."""
        found: np.ndarray = self.hashes[self.parts < PARTS.index("test")]
        return found

    def places(self, frame: pd.DataFrame) -> np.ndarray:
        """Which of the rows each row of a later table is, or NEW. Shapes: (rows,) int64.

        Of equal rows the first is the first, and so on. A further copy of one is that one too, of those that were
        learned from where there are some; further rows that may be equal by chance are new.
        """
        rows, kept = plain_hashes(frame, self.columns), self.hashes & ~TELLING
        order = pd.DataFrame({"hash": kept, "nth": _nth(kept), "place": np.arange(len(kept))})
        wanted = pd.DataFrame({"hash": rows, "nth": _nth(rows)})
        found = wanted.merge(order, "left", ["hash", "nth"])["place"].fillna(NEW).to_numpy(np.int64, copy=True)
        telling = np.flatnonzero((self.hashes & TELLING) > 0)
        telling = telling[np.argsort(self.parts[telling], kind="stable")]
        first = pd.Series(telling, kept[telling])
        first = first[~first.index.duplicated()]
        further = (found == NEW) & np.isin(rows, first.index.to_numpy())
        found[further] = first.loc[rows[further]].to_numpy()
        return found

    def copies(self, frame: pd.DataFrame) -> np.ndarray:
        """Which rows of a later table are copies of such as a network has learned from. Shapes: (rows,) bool."""
        return seen(self.fitted, frame, self.columns)

    def as_tensors(self) -> dict[str, np.ndarray]:
        """As a model's file has them."""
        return {"hashes": self.hashes, "parts": self.parts}

    @classmethod
    def from_tensors(cls, columns: Sequence[str], tensors: Mapping[str, np.ndarray]) -> KeptRows:
        """Those of `as_tensors`.

        Raises:
            ValueError: they are nothing of the kind.
        """
        hashes, parts = tensors.get("hashes"), tensors.get("parts")
        if hashes is None or parts is None or hashes.dtype != np.uint64 or parts.dtype != np.uint8:
            raise ValueError("rows are hashes and parts")
        if hashes.ndim != 1 or hashes.shape != parts.shape or (len(parts) and parts.max() > NONE):
            raise ValueError("each row has a hash and a part")
        return cls(tuple(columns), hashes, parts)


def _nth(hashes: np.ndarray) -> np.ndarray:
    """The how manieth of its equals each is, from 0."""
    found: np.ndarray = pd.Series(hashes).groupby(hashes).cumcount().to_numpy()
    return found
