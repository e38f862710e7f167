"""What was learned of one set of training rows, whatever computes it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from protokit.represent.encoding import Encoding


class FoundClusters(Protocol):
    """Clusters that were found in the embedding; see `Clusters`."""

    def columns(self, scores: np.ndarray) -> dict[str, np.ndarray]:
        """The columns of a table of predictions."""


class LearnedPart(Protocol):
    """See `Part`."""

    @property
    def encoder(self) -> Encoding:
        """What was learned of the columns."""

    @property
    def clusters(self) -> FoundClusters | None:
        """What was found, where there is no target."""
