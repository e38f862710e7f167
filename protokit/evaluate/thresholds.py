"""Above which probability a row is called positive, chosen on validation rows."""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS


def chosen(p: Predictions, metric: str) -> float:
    """The threshold that a metric of the labels is best with on validation rows; of several the nearest to 0.5.

    Those tried lie in the middle between two probabilities that follow each other, below and above all of them, and
    at 0.5.
    """
    scores, positive = p.positive_scores, p.is_positive
    different = np.concatenate([[0.0], np.unique(scores), [1.0]])
    tried = np.unique(np.concatenate([[0.5], (different[1:] + different[:-1]) / 2]))
    values = of_thresholds(scores, positive, tried, metric, p.weights)
    best = tried[values >= values.max() - 1e-12]
    return float(best[np.abs(best - 0.5).argmin()])


def of_thresholds(
    scores: np.ndarray, positive: np.ndarray, tried: np.ndarray, metric: str, weights: np.ndarray | None = None
) -> np.ndarray:
    """A metric of the labels at each threshold.

    Shapes: scores, positive and weights (rows,), tried (thresholds,) -> (thresholds,).
    """
    cells = np.zeros((len(tried), 2, 2))
    for kind in (0, 1):
        own = positive == bool(kind)
        order = np.argsort(scores[own], kind="stable")
        each = np.ones(len(order)) if weights is None else np.asarray(weights, np.float64)[own][order]
        up_to = np.concatenate([[0.0], np.cumsum(each)])
        below = up_to[np.searchsorted(scores[own][order], tried, side="right")]
        cells[:, kind, 0], cells[:, kind, 1] = below, up_to[-1] - below
    return np.asarray(np.nan_to_num(METRICS[metric].of_confusion(cells)))
