"""What was learned, whatever computes it: the encoders, and a table on its way into them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.opened.averaging import needed, settled
from protokit.bundle.opened.learned_part import LearnedPart
from protokit.collect.files.nested import filled
from protokit.collect.frames import as_frame, told_of_zones
from protokit.core.values.arrays import Features
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.target import TargetEncoder

Encoded = Sequence[tuple[dict[str, np.ndarray], Features]]  # rows as each part takes them


class Learned(ABC):
    """What predicts a table: encoders, and something that computes what the networks say. See `Model`."""

    parts: Sequence[LearnedPart]
    input_schema: InputSchema | None

    @abstractmethod
    def answers(
        self, frame: pd.DataFrame, encoded: Encoded, samples: int | None = None, seed: int = 0
    ) -> list[dict[str, np.ndarray]]:
        """What networks say of the rows of a table, by target, as the first part has its targets.

        Their mean is what is predicted. With `samples`, each is asked so many times with its dropout on.
        """

    @abstractmethod
    def predict(
        self, table: object, *, folder: str | Path | None = None, unseen: Literal["refuse", "allow"] = "refuse",
        samples: int | None = None, seed: int = 0,
    ) -> pd.DataFrame:  # fmt: skip
        """See `Model.predict`."""

    @property
    def signature(self) -> Signature:
        """What the network takes and gives; that of the first part where folds differ in their columns' levels."""
        return self.parts[0].encoder.signature

    @property
    def encoder(self) -> Encoding:
        """What was learned of the columns; that of the first part, with means of the parts' thresholds and spreads."""
        first = self.parts[0].encoder
        if len(self.parts) == 1 or not isinstance(first, Encoder):
            return first
        of_parts = [part.encoder.signature.targets for part in self.parts]
        return first.settled({specs[0].name: settled(specs) for specs in zip(*of_parts, strict=True)})

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return self.input_schema.columns if self.input_schema else needed(self.parts)

    @property
    def kinds(self) -> dict[str, str]:
        """What each column is that is learned from, or that holds the truth.

        >>> model.kinds["wing"], model.kinds["island"]
        ('number', 'category')
        """
        learned = {name: kind for part in self.parts for name, kind in part.encoder.kinds.items()}
        return {**target_columns(self.parts[0].encoder), **learned}

    def rows(self, table: object) -> tuple[pd.DataFrame, list[Notice]]:
        """A table as the encoders take it, read and cleaned as the recipe's was; and what was decided in that.

        Columns of the truth come with it, where they are there.

        Raises:
            DataError: a column is missing, or a cell is not what a step says.
        """
        frame, notices = filled(as_frame(table), self.columns), list[Notice]()
        if self.input_schema is not None:
            notices = list(told_of_zones(frame[[name for name in self.input_schema.columns if name in frame.columns]]))
            frame, told = self.input_schema.read(frame, self.kinds)
            notices += told
            frame = self.input_schema.cleaned(frame, needed(self.parts), notices.append)
        return frame, notices


def target_columns(encoder: Encoding) -> dict[str, str]:
    """The columns of a table that hold the truth, each with the kind that it is read as."""
    if isinstance(encoder, SeriesEncoder):
        return dict.fromkeys(encoder.columns, "number")
    found: dict[str, str] = {}
    for target in encoder.targets if isinstance(encoder, Encoder) else ():
        spec = target.spec
        numeric = spec.form in ("number", "quantiles", "vector", "survival") and not target.in_one_column
        found |= dict.fromkeys(columns_of(target), "number" if numeric else "category")
    return found


def columns_of(target: TargetEncoder) -> tuple[str, ...]:
    """Those of one target; of inputs that are given back none."""
    spec = target.spec
    if not spec.of_task.has_target or spec.form == "inputs":
        return ()
    return (spec.name,) if target.in_one_column or spec.form == "mask" or not spec.columns else spec.columns


def knowing(schema: InputSchema | None, parts: Sequence[LearnedPart]) -> InputSchema | None:
    """How a later table is read: its numbers as training's were written."""
    if schema is None:
        return None
    return schema.knowing({name: reading for part in parts for name, reading in part.encoder.notations.items()})
