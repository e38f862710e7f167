"""Metrics of predicted classes, of many sets of rows at once, by how often each class was called each other.

Each is what scikit-learn's function of its name gives, with 0 where it would divide by 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from protokit.core.values.arrays import Predictions

_MOST = 30  # classes: with more, the matrices of a thousand sets of rows would not be small


def matrices(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """How often a row of one class was called another, each row counted so often.

    Shapes: counts (sets, rows) -> (sets, classes in truth, classes as predicted); of labels (sets, labels, 2, 2).
    """
    truth, labels = p.truth, p.labels
    if p.target.task == "multilabel":
        found = [counted(t, called, counts, 2, 2) for t, called in zip(truth.T, labels.T, strict=True)]
        return np.stack(found, axis=1)
    if p.target.task == "binary":  # the positive class is the second one
        called = labels == p.target.positive
        return counted(p.is_positive, called, counts, 2, 2)
    classes = len(p.target.classes)
    return counted(truth, labels, counts, classes, classes)


def once(p: Predictions) -> np.ndarray:
    """Each row counted once, by its weight. Shapes: (1, rows)."""
    return np.ones((1, len(p.truth))) if p.weights is None else np.asarray(p.weights, np.float64)[None]


def few_enough(p: Predictions) -> bool:
    """Whether these predictions have so few classes that their matrices are small."""
    return p.target.task == "multilabel" or len(p.target.classes) <= _MOST


def counted(first: np.ndarray, second: np.ndarray, counts: np.ndarray, few: int, many: int) -> np.ndarray:
    """How often two of so few and so many codes come together, each row counted so often.

    Shapes: codes (rows,) from 0; counts (sets, rows) -> (sets, few, many).
    """
    rows = len(first)
    cell = first.astype(np.int64) * many + second
    of_cell = sparse.csr_matrix((np.ones(rows), (cell, np.arange(rows))), shape=(few * many, rows))
    return np.asarray(of_cell @ counts.T).T.reshape(len(counts), few, many)


def accuracy(cells: np.ndarray) -> np.ndarray:
    """The share of rows that are called what they are."""
    return np.asarray(_diagonal(cells).sum(axis=1) / cells.sum(axis=(1, 2)))


def balanced_accuracy(cells: np.ndarray) -> np.ndarray:
    """The mean over the classes that are there of how many of their rows were found."""
    of_class = cells.sum(axis=2)
    there = of_class > 0
    found = np.where(there, _diagonal(cells) / np.maximum(of_class, 1), 0).sum(axis=1)
    return _divided(found, there.sum(axis=1))


def matthews_corrcoef(cells: np.ndarray) -> np.ndarray:
    """The correlation of classes and predicted classes."""
    truth, called, rows = cells.sum(axis=2), cells.sum(axis=1), cells.sum(axis=(1, 2))
    covariance = _diagonal(cells).sum(axis=1) * rows - (truth * called).sum(axis=1)
    spreads = (rows**2 - (truth**2).sum(axis=1)) * (rows**2 - (called**2).sum(axis=1))
    return _divided(covariance, np.sqrt(spreads))


def cohen_kappa(cells: np.ndarray) -> np.ndarray:
    """How much oftener classes and predicted classes agree than by chance; NaN where all is of one class."""
    truth, called, rows = cells.sum(axis=2), cells.sum(axis=1), cells.sum(axis=(1, 2))
    chance = (truth * called).sum(axis=1) / rows
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa: np.ndarray = 1 - (rows - _diagonal(cells).sum(axis=1)) / (rows - chance)
    return kappa


def precision(cells: np.ndarray) -> np.ndarray:
    """Of the rows called a class, the share that is of it. Shapes: (sets, classes) or (sets, labels)."""
    right, called, _ = _hits(cells)
    return _divided(right, called)


def recall(cells: np.ndarray) -> np.ndarray:
    """Of the rows of a class, the share that is called so. Shapes: as precision."""
    right, _, truth = _hits(cells)
    return _divided(right, truth)


def f1(cells: np.ndarray) -> np.ndarray:
    """The harmonic mean of precision and recall. Shapes: as precision."""
    right, called, truth = _hits(cells)
    return _divided(2 * right, called + truth)


def jaccard(cells: np.ndarray) -> np.ndarray:
    """Rows that are of a class and called so, by those that are or are called so. Shapes: as precision."""
    right, called, truth = _hits(cells)
    return _divided(right, called + truth - right)


def positive_likelihood_ratio(cells: np.ndarray) -> np.ndarray:
    """How much oftener positive rows are called so than negative ones; NaN where no negative one is."""
    return _ratio(recall(cells)[:, 1], 1 - recall(cells)[:, 0])


def negative_likelihood_ratio(cells: np.ndarray) -> np.ndarray:
    """How much oftener positive rows are called negative than negative ones; NaN where no negative one is."""
    return _ratio(1 - recall(cells)[:, 1], recall(cells)[:, 0])


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, _divided(part, whole), np.nan)


def _hits(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of a class (or with a label) that were called so, all called so, and all of it."""
    if cells.ndim == 4:
        return cells[..., 1, 1], cells[..., 1].sum(axis=-1), cells[..., 1, :].sum(axis=-1)
    return _diagonal(cells), cells.sum(axis=1), cells.sum(axis=2)


def not_found(p: Predictions) -> float:
    """What share of their rows may be found of classes of which none was: the mean over all classes.

    Of so few rows none is found in 2.5 of 100 cases, one more counting half: see protokit.evaluate.certainty.shares.
    """
    right, _, truth = _hits(matrices(p, np.ones((1, len(p.truth)))))
    with np.errstate(divide="ignore"):
        most = np.where(right == 0, 1 - 0.05 ** (1 / truth), 0.0)
    return float(most.mean())


def metric(name: str, average: str, cells: np.ndarray) -> np.ndarray:
    """A metric by the name of its function here, of classes averaged as scikit-learn names it.

    Shapes: as matrices gives them -> (sets,).
    """
    function: Callable[[np.ndarray], np.ndarray] = globals()[name]
    if not average:
        return function(cells)
    if average == "binary":
        return np.asarray(function(cells)[:, 1])
    if average == "macro":
        return np.asarray(function(cells).mean(axis=1))
    if average == "micro" and cells.ndim == 3:  # of classes each wrong row is missed by one and claimed by another
        return _divided(_diagonal(cells).sum(axis=1), cells.sum(axis=(1, 2)))
    if average == "micro":  # of all labels together
        return np.asarray(function(cells.sum(axis=1, keepdims=True))[:, 0])
    rows = _hits(cells)[2]
    return _divided((function(cells) * rows).sum(axis=1), rows.sum(axis=1))


def _diagonal(cells: np.ndarray) -> np.ndarray:
    return np.diagonal(cells, axis1=1, axis2=2)


def _divided(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """0 where it would be divided by 0."""
    return np.asarray(np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole != 0))
