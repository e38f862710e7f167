"""Times until an event that is not seen in every row."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.libraries.backend import keras
from protokit.workflow.eject.texts.cells import numbers_of, texts_of


def times_and_events(time: pd.Series, event: pd.Series) -> np.ndarray:
    """How long each row was in sight, and whether the event was seen then. Shapes: (rows, 2)."""
    known = {**dict.fromkeys(("true", "t", "yes", "y", "1"), 1.0), **dict.fromkeys(("false", "f", "no", "n", "0"), 0.0)}
    return np.stack([numbers_of(time)[:, 0], [known[text.lower()] for text in texts_of(event)]], axis=1)


def ends_of(truth: np.ndarray) -> np.ndarray:
    """The ends of intervals of time which have as many events each. Shapes: (training rows, 2) -> (intervals,)."""
    at = np.sort(truth[truth[:, 1] == 1, 0])
    count = int(np.clip(len(at) // 10, 4, 20))
    return np.unique(np.quantile(at, np.linspace(0, 1, count + 1)[1:], method="inverted_cdf"))


def in_intervals(truth: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which interval has the event of a row, and which share of each interval the row was in sight.

    Shapes: (rows, 2), (intervals,) -> (rows, intervals) each.
    """
    bounds = np.concatenate([[0.0], ends])
    time, seen = truth[:, :1], truth[:, 1:]
    there = np.clip((time - bounds[:-1]) / np.diff(bounds), 0, 1)
    return ((time > bounds[:-1]) & (time <= bounds[1:])) * seen, there


class Likelihood(keras.losses.Loss):  # type: ignore[misc]
    """Minus the logarithm of the likelihood of events, where the hazard is the same within an interval.

    The network gives the logarithm of how many times the common hazard of each interval a row's own is.
    Holford, The Analysis of Rates and of Survivorship Using Log-Linear Models, 1980.
    """

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Of each row; `y_true` are the events of the intervals, and behind them the exposures."""
        events, exposures = keras.ops.split(keras.ops.cast(y_true, y_pred.dtype), 2, axis=-1)
        logs = keras.ops.clip(y_pred, -30.0, 30.0)
        return keras.ops.sum(exposures * keras.ops.exp(logs) - events * logs, axis=-1)


def later_than(output: np.ndarray, hazards: np.ndarray) -> np.ndarray:
    """The probability that the event is later than each interval. Shapes: (rows, intervals) -> (rows, intervals)."""
    own = np.exp(np.clip(np.asarray(output, np.float64), -30.0, 30.0)) * hazards
    return np.exp(-own.cumsum(axis=1))


def concordance(truth: np.ndarray, later: np.ndarray, ends: np.ndarray) -> float:
    """Of the pairs of rows of which it is known who had the event first, the share that is said so; ties count half."""
    time, seen = truth[:, 0], truth[:, 1] == 1
    before = np.concatenate([np.ones((len(later), 1)), later], axis=1)
    said = (0.5 * (before[:, 1:] + before[:, :-1]) * np.diff([0.0, *ends])).sum(axis=1)  # how long it takes on average
    right = pairs = 0.0
    for one in np.flatnonzero(seen):
        known = (time > time[one]) | ((time == time[one]) & ~seen)
        right += float((known * ((said > said[one]) + 0.5 * (said == said[one]))).sum())
        pairs += float(known.sum())
    return right / pairs


def in_sight(truth: np.ndarray, times: np.ndarray, side: str) -> np.ndarray:
    """The share of rows that are not yet lost sight of at some times (Kaplan and Meier). Shapes: (times,)."""
    at, place = np.unique(truth[:, 0], return_inverse=True)
    seen, lost = (np.bincount(place, some, len(at)) for some in (truth[:, 1], 1 - truth[:, 1]))
    among = (seen + lost)[::-1].cumsum()[::-1] - seen
    left = np.cumprod(1 - np.divide(lost, among, out=np.zeros(len(at)), where=among > 0))
    return np.concatenate([[1.0], left])[np.searchsorted(at, times, side=side)]  # type: ignore[call-overload]


def integrated_brier_score(truth: np.ndarray, later: np.ndarray, ends: np.ndarray) -> float:
    """The squared error of the probabilities, mean over the times; who was lost sight of is made up for by others.

    Graf et al., Assessment and Comparison of Prognostic Classification Schemes for Survival Data, 1999.
    """
    time, seen = truth[:, 0], truth[:, 1]
    there = in_sight(truth, ends, "right")
    kept = (there > 0.01) & (ends < time.max())
    times, there, later = ends[kept], there[kept], later[:, kept]
    until = np.maximum(in_sight(truth, time, "left"), 1e-9)[:, None]
    happened = (time[:, None] <= times) & (seen[:, None] == 1)
    errors = happened * later**2 / until + (time[:, None] > times) * (1 - later) ** 2 / there
    if len(times) == 1:
        return float(errors.mean())
    return float((np.trapezoid(errors, times, axis=1) / (times[-1] - times[0])).mean())
