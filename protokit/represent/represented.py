"""What the second step takes beside its own words, and what it gives to the next ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.core.rows import SourceRows
from protokit.core.values.arrays import Arrays
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Split
from protokit.represent.encoding import Encoding


@dataclass(frozen=True)
class Setting:
    """What the other parts of a recipe say that columns are represented for.

    `sample_weights` and `labels` name columns that are not learned from: the weight of each row, and what clusters
    are held against. `own_menu` is whether the recipe names its network, so that texts and images cannot be added to
    it unasked. Paths in cells start at `folder`.
    """

    seed: int = 0
    task: str | None = None
    quantiles: tuple[float, ...] = ()
    sample_weights: str | None = None
    labels: str | None = None
    own_menu: bool = False
    folder: Path = Path()


@dataclass(frozen=True)
class Represented:
    """The result of the second step."""

    encoder: Encoding
    split: Split
    train: Arrays
    validation: Arrays
    test: Arrays
    notices: tuple[Notice, ...]
    steps: tuple[Step, ...]
    positions: np.ndarray  # of each example's first row in the collected table; of a window its last known row
    frame: pd.DataFrame  # one row for each example, as split and positions count them
    source: SourceRows  # where each example stands in the source of the first table, as `positions` count them
    sample: Arrays | None = (
        None  # of the training rows, where they are too many for memory; `split` and `frame` have it
    )

    @property
    def in_memory(self) -> Arrays:
        """The training rows of `split`: all of them, or the sample."""
        return self.train if self.sample is None else self.sample
