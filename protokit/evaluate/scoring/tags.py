"""How good classes of steps are, by step and by span: sums of each sequence, added up by how often it counts.

A span is a run of steps of one label, and is found where a run of that label has the same first and last step. Steps
without a label are not looked at, and part runs.
"""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions


def once(p: Predictions) -> np.ndarray:
    """Each sequence as often as it weighs. Shapes: (1, rows)."""
    return np.ones((1, len(p.truth))) if p.weights is None else np.asarray(p.weights, np.float64)[None]


def accuracy(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """The share of the steps whose class is right. Shapes: counts (resamplings, rows) -> (resamplings,)."""
    known = p.truth >= 0
    right = (known & (p.labels == p.truth)).sum(axis=1)
    return _ratio(counts @ right, counts @ known.sum(axis=1))


def f1_macro(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """F1 by step, mean over the classes that are there or are called. Shapes: as accuracy."""
    classes, rows = len(p.target.classes), len(p.truth)
    known, called = p.truth >= 0, p.labels
    row = np.repeat(np.arange(rows), known.sum(axis=1))
    sums = []
    for of in (p.truth[known], called[known]):
        each = np.zeros((rows, classes))
        np.add.at(each, (row, of), 1)
        sums.append(counts @ each)
    both = np.zeros((rows, classes))
    right = (p.truth == called)[known]
    np.add.at(both, (row[right], p.truth[known][right]), 1)
    f1 = _ratio(2 * (counts @ both), sums[0] + sums[1])
    with np.errstate(invalid="ignore"):
        found: np.ndarray = np.nansum(f1, axis=1) / np.isfinite(f1).sum(axis=1)
    return found


def span_f1(p: Predictions, counts: np.ndarray) -> np.ndarray:
    """F1 of spans with exact borders, of all labels together. Shapes: as accuracy."""
    known, called = p.truth >= 0, np.where(p.truth >= 0, p.labels, -1)
    true_first, true_last = _borders(np.where(known, p.truth, -1))
    said_first, said_last = _borders(called)
    # a span that begins and ends at the same steps in both, with one label: its ends are the same ones
    of_true, of_said = _ends(true_first, true_last), _ends(said_first, said_last)
    found = (true_first & said_first & (of_true == of_said) & (p.truth == called)).sum(axis=1)
    return _ratio(2 * (counts @ found), counts @ true_first.sum(axis=1) + counts @ said_first.sum(axis=1))


def of_steps(p: Predictions) -> Predictions:
    """The steps that have a label as rows, each with the weight of its sequence and in a block with the others."""
    known = p.truth >= 0
    row = np.repeat(np.arange(len(p.truth)), known.sum(axis=1))
    weights = None if p.weights is None else p.weights[row]
    return Predictions(p.target, p.truth[known], p.scores[known], blocks=row, weights=weights)


def _borders(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where runs of a label begin, and where they end. Shapes: (rows, steps), below 0 where there is none."""
    known = labels >= 0
    before = np.concatenate([np.full((len(labels), 1), -1), labels[:, :-1]], axis=1)
    after = np.concatenate([labels[:, 1:], np.full((len(labels), 1), -1)], axis=1)
    return known & (labels != before), known & (labels != after)


def _ends(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The step at which the run ends that begins at a step; of other steps whatever. Shapes: (rows, steps)."""
    steps = first.shape[1]
    at = np.where(last, np.arange(steps), steps)
    found: np.ndarray = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]
    return found


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """NaN where there is nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray = np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)
    return found
