"""Cleaned rows on their way through the parts of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import mean
from protokit.bundle.opened.learned import Learned
from protokit.bundle.spread import spread
from protokit.core.values.arrays import Features
from protokit.represent.encoding import Encoding
from protokit.represent.kind import Unusual


@dataclass(frozen=True)
class Rows:
    """Rows as each part of a model takes them, and what of their columns is not as the training rows were."""

    model: Learned
    frame: pd.DataFrame
    at: Path | None
    encoders: tuple[Encoding, ...]
    encoded: tuple[tuple[dict[str, np.ndarray], Features], ...]
    unusual: tuple[Mapping[str, Unusual], ...]

    @classmethod
    def of(cls, model: Learned, frame: pd.DataFrame, at: Path | None) -> Rows:
        """Those of a table as the encoders take it; paths in cells start `at` a folder.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """
        encoders = tuple(part.encoder if at is None else part.encoder.at(at) for part in model.parts)
        examples: list[Any] = [encoder.examples(frame) for encoder in encoders]
        encoded = tuple(encoder.encode(some) for encoder, some in zip(encoders, examples, strict=True))
        each = zip(encoders, examples, encoded, strict=True)
        unusual = tuple(encoder.unusual(some, features) for encoder, some, (_, features) in each)
        return cls(model, frame, at, encoders, encoded, unusual)

    def predicted(self, samples: int | None = None, seed: int = 0) -> pd.DataFrame:
        """What the networks say of them; see `Model.predict`."""
        drawn = self.model.answers(self.frame, self.encoded, samples, seed)
        scores = mean(drawn)
        if (clusters := self.model.parts[0].clusters) is not None:
            [found] = scores.values()
            return pd.DataFrame(clusters.columns(found))
        encoder = self.model.encoder if self.at is None else self.model.encoder.at(self.at)
        columns = dict(encoder.predictions(self.frame, scores))
        if samples is not None:
            said = [encoder.predictions(self.frame, one) for one in drawn]
            columns |= spread(said, self.model.signature.targets)
        return pd.DataFrame(columns)
