"""What every encoder of a whole table does: from rows to arrays, and from scores to a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.signature import Signature
from protokit.represent.encoder import Encoder
from protokit.represent.kind import Unusual
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.sides.encoder import PairEncoder

PredictedColumns = Mapping[str, np.ndarray | pd.Series]


class Encoding(Protocol):
    """All that was learned of a table's training rows. `examples` are one for each prediction."""

    @property
    def signature(self) -> Signature:
        """What the network takes and gives."""

    @property
    def one_for_each_row(self) -> bool:
        """Whether there is a prediction for each row of a table, in their order."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a table must have."""

    @property
    def kinds(self) -> dict[str, str]:
        """What each column that is learned from is."""

    @property
    def notations(self) -> dict[str, tuple[str, ...]]:
        """How the numbers of a column were written in training, where not as computers write them."""

    def at(self, folder: Path) -> Encoding:
        """The same, with paths in cells that start at a folder."""

    def examples(self, frame: pd.DataFrame) -> Any:
        """What there is to predict in a table.

        Raises:
            DataError: the table cannot give it.
        """

    def encode(self, examples: Any) -> tuple[dict[str, np.ndarray], Features]:
        """What the network takes, by the input's name, and the examples in plain form.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """

    def unusual(self, examples: Any, features: Features) -> Mapping[str, Unusual]:
        """What of the examples' columns is not as the training rows were."""

    def arrays(self, examples: Any) -> Arrays:
        """Inputs, targets and plain features of examples whose truth is there."""

    def scores(self, outputs: Mapping[str, np.ndarray], features: Features) -> dict[str, np.ndarray]:
        """From what the network gives, by the target's name: see Predictions.scores."""

    def predictions(self, frame: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> PredictedColumns:
        """The columns of a table of predictions."""

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit."""


def from_plain(plain: Mapping[str, Any]) -> Encoding:
    """The encoder of `as_plain`."""
    if "clock" in plain:
        return SeriesEncoder.from_plain(plain)
    return PairEncoder.from_plain(plain) if "pairs" in plain else Encoder.from_plain(plain)
