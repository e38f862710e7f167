"""Metrics of many resamplings at once that are neither means nor of confusion matrices.

Shapes of the functions that are given: how often each row was drawn, (resamplings, rows) -> (resamplings,).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from protokit.core.values.arrays import Predictions

Fast = Callable[[Predictions, np.ndarray], np.ndarray]


def roc_auc(predictions: Predictions) -> Fast | None:
    """The area under the ROC curve of two classes."""
    return _roc_auc if predictions.target.task == "binary" else None


def average_precision(predictions: Predictions) -> Fast | None:
    """The average precision of the positive class, or of each class, mean over the classes."""
    if predictions.target.task not in {"binary", "multiclass"}:
        return None
    return _average_precision


def r2(predictions: Predictions) -> Fast | None:
    """The coefficient of determination of numbers, one a row."""
    return _r2 if predictions.target.task == "regression" else None


def _roc_auc(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    """Pairs of a positive and a negative row in the right order, ties half, from sorted cumulative counts."""
    order = np.argsort(predictions.positive_scores, kind="stable")
    scores, positive = predictions.positive_scores[order], predictions.is_positive[order]
    ends = np.flatnonzero(np.concatenate([scores[1:] != scores[:-1], [True]]))
    sorted_counts = counts[:, order]
    up_to_pos = np.cumsum(sorted_counts * positive, axis=1)[:, ends]
    up_to_neg = np.cumsum(sorted_counts * ~positive, axis=1)[:, ends]
    pairs = up_to_pos[:, -1] * up_to_neg[:, -1]
    pos = np.diff(up_to_pos, axis=1, prepend=0)
    below_and_half_of_ties = up_to_neg - np.diff(up_to_neg, axis=1, prepend=0) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        result: np.ndarray = np.einsum("ij,ij->i", pos, below_and_half_of_ties) / pairs
    return result


def _average_precision(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    """Precision at each threshold, by the positive rows that it adds; NaN where a class is missing."""
    if predictions.target.task == "binary":
        found = _area(predictions.is_positive, predictions.positive_scores, counts)
        return np.where(counts @ ~predictions.is_positive > 0, found, np.nan)
    places = range(len(predictions.target.classes))
    areas = [_area(predictions.truth == i, predictions.scores[:, i], counts) for i in places]
    return np.asarray(np.mean(areas, axis=0))


def _area(positive: np.ndarray, scores: np.ndarray, counts: np.ndarray) -> np.ndarray:
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.concatenate([np.diff(scores[order]) != 0, [True]]))
    sorted_counts = counts[:, order]
    called = np.cumsum(sorted_counts, axis=1)[:, ends]
    right = np.cumsum(sorted_counts * positive[order], axis=1)[:, ends]
    precision = right / np.maximum(called, np.finfo(float).tiny)
    with np.errstate(invalid="ignore", divide="ignore"):
        area: np.ndarray = np.einsum("ij,ij->i", np.diff(right, axis=1, prepend=0), precision) / right[:, -1]
    return area


def _r2(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    truth = predictions.truth - predictions.truth.mean()
    total = counts.sum(axis=1)
    squares = counts @ truth**2 - (counts @ truth) ** 2 / total
    errors = counts @ (predictions.scores - predictions.truth) ** 2
    return np.asarray(1 - np.divide(errors, squares, out=np.full(len(errors), np.nan), where=squares > 0))
