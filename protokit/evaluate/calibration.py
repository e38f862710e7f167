"""Whether things happen as often as the probabilities say.

Rows are put in bins of about as many rows each, by the probability of the positive class, of several classes by that of
the likeliest one. The expected calibration error is the mean distance of what was predicted to what was observed in a
bin, over all rows.

Source: Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015; Guo et al., On Calibration
of Modern Neural Networks, 2017; bins of as many rows: Nguyen and O'Connor, Posterior calibration, 2015; what chance
gives: Broecker and Smith, Increasing the Reliability of Reliability Diagrams, 2007.
"""

from __future__ import annotations

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty import bootstrap

_BINS = 10
_IN_A_BIN = 20  # rows; of fewer there are fewer bins
_SIMULATIONS = 1000
_CELLS = 2_000_000


def reliability(p: Predictions, seed: int) -> dict[str, object]:
    """The error with its interval, the bins, and what the error of a perfectly calibrated model is by chance.

    `chance` is what 95 of 100 models with the same probabilities stay below that are right as often as they say.
    """
    sure, right = confidence(p)
    member = bins(sure)
    gaps = _by_bin(right - sure, member)
    by = np.ones(len(sure)) if p.weights is None else np.asarray(p.weights, np.float64)
    value = float(np.abs(by @ gaps).sum() / by.sum())
    samples = bootstrap.of_rows(
        lambda counts: np.abs(counts @ gaps).sum(axis=1) / counts.sum(axis=1), len(sure), p.blocks, seed, p.weights
    )
    # distances are never below 0, so that chance makes the error larger, in the rows and once more in resampling them:
    # both are taken off the bounds; an error that chance alone gives may be none at all
    chance = _by_chance(sure, member, by, seed)
    low, high = np.clip(np.quantile(samples, [0.025, 0.975]) - 2 * (samples.mean() - value), 0, 1)
    error = Interval(value, 0.0 if value <= chance else float(min(low, value)), float(max(high, value)))
    return {"error": error.as_plain(), "chance": chance, "bins": _table(sure, right, member, by)}


def confidence(p: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """The probability of each row that the bins are by, and whether (1 or 0) what it is of came true.

    Shapes: (rows,) and (rows,).
    """
    if p.target.has_positive:
        return p.positive_scores, p.is_positive.astype(float)
    return p.scores.max(axis=1), (p.scores.argmax(axis=1) == p.truth).astype(float)


def bins(sure: np.ndarray) -> np.ndarray:
    """The bin of each row, from 0; rows of one probability are in one bin.

    Shapes: (rows,) -> (rows,).
    """
    count = max(1, min(_BINS, len(sure) // _IN_A_BIN))
    edges = np.unique(np.quantile(sure, np.arange(1, count) / count, method="higher"))
    member = np.searchsorted(edges, sure, side="right")
    found: np.ndarray = np.unique(member, return_inverse=True)[1]
    return found


def _table(sure: np.ndarray, right: np.ndarray, member: np.ndarray, by: np.ndarray) -> list[dict[str, float]]:
    found = []
    for i in range(int(member.max()) + 1):
        own = member == i
        low, high = float(sure[own].min()), float(sure[own].max())
        predicted, observed = (float(np.average(values[own], weights=by[own])) for values in (sure, right))
        means = {"predicted": predicted, "observed": observed}
        found.append({"low": low, "high": high, "rows": int(own.sum()), **means})
    return found


def _by_chance(sure: np.ndarray, member: np.ndarray, by: np.ndarray, seed: int) -> float:
    generator = np.random.Generator(np.random.PCG64(derive(seed, "calibration", len(sure))))
    starts = np.concatenate([[0], np.cumsum(np.bincount(member))[:-1]])
    order = np.argsort(member, kind="stable")
    ordered, by = sure[order], by[order]
    at_a_time = max(1, _CELLS // len(sure))
    found = []
    for start in range(0, _SIMULATIONS, at_a_time):
        size = min(at_a_time, _SIMULATIONS - start)
        gaps = ((generator.random((size, len(sure)), np.float32) < ordered) - ordered) * by
        found.append(np.abs(np.add.reduceat(gaps, starts, axis=1)).sum(axis=1) / by.sum())
    return float(np.quantile(np.concatenate(found), 0.95))


def _by_bin(values: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Shapes: (rows,) -> (rows, bins), 0 but in a row's own bin."""
    found = np.zeros((len(values), int(member.max()) + 1))
    found[np.arange(len(values)), member] = values
    return found
