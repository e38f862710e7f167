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
    scores, positive = p.scores[:, 1], p.truth == 1
    different = np.concatenate([[0.0], np.unique(scores), [1.0]])
    tried = np.unique(np.concatenate([[0.5], (different[1:] + different[:-1]) / 2]))
    values = of_thresholds(scores, positive, tried, metric)
    best = tried[values >= values.max() - 1e-12]
    return float(best[np.abs(best - 0.5).argmin()])


def of_thresholds(scores: np.ndarray, positive: np.ndarray, tried: np.ndarray, metric: str) -> np.ndarray:
    """A metric of the labels at each threshold.

    Shapes: scores and positive (rows,), tried (thresholds,) -> (thresholds,).
    """
    cells = np.zeros((len(tried), 2, 2))
    for kind in (0, 1):
        ordered = np.sort(scores[positive == bool(kind)])
        above = len(ordered) - np.searchsorted(ordered, tried, side="right")
        cells[:, kind, 0], cells[:, kind, 1] = len(ordered) - above, above
    return np.asarray(np.nan_to_num(METRICS[metric].of_confusion(cells)))
