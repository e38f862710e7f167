"""The encoder of rows that hold both sides of a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.values.arrays import Features
from protokit.core.values.signature import Signature
from protokit.represent.encoder import Encoder
from protokit.represent.kind import Unusual
from protokit.represent.sides.columns import NO_SIDES, SIDES, Sides


@dataclass(frozen=True)
class PairEncoder(Encoder):
    """Both sides of each row by one encoder, which was fitted on both: inputs have an axis for them after the rows.

    Columns have the names that both sides share.
    """

    sides: Sides = NO_SIDES

    @property
    def signature(self) -> Signature:
        """What the network takes and gives: the inputs are those of one side."""
        return replace(super().signature, pairs=True)

    @property
    def needed(self) -> tuple[str, ...]:
        """See Encoder: the columns of both sides."""
        used = {column.column for column in self._all}
        return tuple(column for column, name in self.sides.by_column.items() if name in used)

    @property
    def kinds(self) -> dict[str, str]:
        """See Encoder."""
        return self._of_both(super().kinds)

    @property
    def notations(self) -> dict[str, tuple[str, ...]]:
        """See Encoder."""
        return self._of_both(super().notations)

    def encode(self, examples: pd.DataFrame) -> tuple[dict[str, np.ndarray], Features]:
        """See Encoder. Simple models see both sides, and how far apart they are.

        Shapes: inputs (rows, 2, *shape).
        """
        made, features = super().encode(self.sides.stacked(examples))
        return {name: _paired(values) for name, values in made.items()}, _beside(features)

    def unusual(self, examples: pd.DataFrame, features: Features) -> dict[str, Unusual]:
        """See Encoder: of both sides together."""
        stacked = self.sides.stacked(examples)
        return super().unusual(stacked, super().encode(stacked)[1])

    def as_plain(self) -> dict[str, object]:
        """See Encoder."""
        return {**super().as_plain(), "pairs": self.sides.as_plain()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> PairEncoder:
        """See Encoder."""
        return cls(**vars(Encoder.from_plain(plain)), sides=Sides.from_plain(plain["pairs"]))

    def _of_both(self, by_name: Mapping[str, Any]) -> dict[str, Any]:
        by_column = self.sides.by_column.items()
        return {column: by_name[name] for column, name in by_column if name in by_name}


def _paired(values: np.ndarray) -> np.ndarray:
    """Shapes: (2 * rows, ...), one side below the other -> (rows, 2, ...)."""
    return np.stack(np.split(values, 2), axis=1)


def _beside(features: Features) -> Features:
    """Both sides of a row beside each other, with the differences of numbers, and whether levels are equal."""
    numbers, codes = np.split(features.numbers, 2), np.split(features.codes, 2)
    apart = [np.abs(numbers[0] - numbers[1]), (codes[0] == codes[1]).astype(float)]

    def both(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {
            f"{side} {name}": half
            for name, cells in columns.items()
            for side, half in zip(SIDES, np.split(cells, 2), strict=True)
        }

    return Features(
        np.concatenate([*numbers, *apart], axis=1),
        np.concatenate(codes, axis=1),
        features.levels * 2,
        both(features.texts),
        both(features.wide),
    )
