"""Metrics of texts that are said token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.arrays import Predictions
from protokit.core.values.tasks.structured.translation import PAST_END
from protokit.evaluate.metrics.metric import METRICS, Metric

if TYPE_CHECKING:
    import numpy as np


@METRICS.add
class ExactMatch(Metric):
    """The share of texts that are right to the last token."""

    name = "exact_match"
    about = "The share of rows whose text is right to the last token."
    tasks = ("translation",)
    bounds = (0.0, 1.0)

    def per_row(self, predictions: Predictions) -> np.ndarray:
        """See Metric."""
        right, there = _right(predictions)
        found: np.ndarray = (right | ~there).all(axis=1).astype(float)
        return found


@METRICS.add
class TokenAccuracy(Metric):
    """The share of tokens that are right at their place, the end among them."""

    name = "token_accuracy"
    about = "The share of a text's tokens that are right at their place, the end among them, mean over the rows."
    tasks = ("translation",)
    bounds = (0.0, 1.0)

    def per_row(self, predictions: Predictions) -> np.ndarray:
        """See Metric."""
        right, there = _right(predictions)
        found: np.ndarray = (right & there).sum(axis=1) / there.sum(axis=1)
        return found


def _right(p: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """Whether each token is right, and whether there is one. Shapes: (rows, tokens) each."""
    return p.truth == p.scores, p.truth != PAST_END
