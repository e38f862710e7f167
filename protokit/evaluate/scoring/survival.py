"""Scores of times until an event, where of some rows it is only known that it was later.

Shapes: truth (rows, 2), the time and whether the event was seen; later (rows, times), the probability that it is later
than each time.

Source: Harrell et al., Evaluating the Yield of Medical Tests, 1982; Graf et al., Assessment and Comparison of
Prognostic Classification Schemes for Survival Data, 1999.
"""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions

_BLOCK = 500  # rows that are compared with all others at once


def curve(truth: np.ndarray, weights: np.ndarray, *, of_events: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """The share without an event after each time at which there was one, by Kaplan and Meier.

    Or, not `of_events`, the share that is still in sight; of rows that are lost at the time of an event that is later.

    Shapes: weights (rows,) -> (times,), (times,).
    """
    at, place = np.unique(truth[:, 0], return_inverse=True)
    seen = np.bincount(place, weights * truth[:, 1], len(at))
    lost = np.bincount(place, weights * (1 - truth[:, 1]), len(at))
    there = (seen + lost)[::-1].cumsum()[::-1]
    gone, among = (seen, there) if of_events else (lost, there - seen)
    left = np.cumprod(1 - np.divide(gone, among, out=np.zeros(len(at)), where=among > 0))
    return at, left


def at_times(steps: tuple[np.ndarray, np.ndarray], times: np.ndarray, *, before: bool = False) -> np.ndarray:
    """A curve at some times, or just before them. Shapes: (times,) -> (times,)."""
    at, left = steps
    places = np.searchsorted(at, times, side="left" if before else "right")
    found: np.ndarray = np.concatenate([[1.0], left])[places]
    return found


def concordance(p: Predictions) -> float:
    """Of the pairs of rows of which it is known who had the event first, the share that is said so; ties count half.

    How soon is what the curves say on average (protokit.core.values.tasks.survival.Survival.labels).
    """
    time, seen, said = p.truth[:, 0], p.truth[:, 1] == 1, p.labels
    weights = np.ones(len(time)) if p.weights is None else p.weights
    right = pairs = 0.0
    first = np.flatnonzero(seen)
    for start in range(0, len(first), _BLOCK):
        one = first[start : start + _BLOCK]
        # who is lost sight of at the time of an event has it later
        known = (time > time[one, None]) | ((time == time[one, None]) & ~seen)
        each = weights[one, None] * weights * known
        sooner = (said > said[one, None]) + 0.5 * (said == said[one, None])
        right, pairs = right + float((each * sooner).sum()), pairs + float(each.sum())
    return right / pairs if pairs else float("nan")


def integrated_brier_score(p: Predictions) -> float:
    """The squared error of the probabilities, mean over the times; who was lost sight of is made up for by the others.

    The times are those of the target at which more than a hundredth of the rows is still in sight.
    """
    return float(
        np.average(errors_of_curves(p.truth, p.scores, np.array(p.target.times), p.weights), weights=p.weights)
    )


def errors_of_curves(
    truth: np.ndarray, later: np.ndarray, times: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """What each row adds to the integrated Brier score; NaN where it has no time. Shapes: (rows, ...) -> (rows,)."""
    time, seen = truth[:, 0], truth[:, 1]
    weights = np.ones(len(time)) if weights is None else weights
    in_sight = curve(truth, weights, of_events=False)
    there = at_times(in_sight, times)
    kept = (there > 0.01) & (times < time.max())
    if not kept.any():
        return np.full(len(time), np.nan)
    times, there, later = times[kept], there[kept], later[:, kept]
    until = np.maximum(at_times(in_sight, time, before=True), 1e-9)[:, None]
    happened = (time[:, None] <= times) & (seen[:, None] == 1)
    errors = happened * later**2 / until + (time[:, None] > times) * (1 - later) ** 2 / there
    if len(times) == 1:
        return np.asarray(errors[:, 0])
    return np.asarray(np.trapezoid(errors, times, axis=1) / (times[-1] - times[0]))
