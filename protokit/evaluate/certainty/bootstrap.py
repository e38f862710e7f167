"""How sure a score is: the bootstrap over test rows.

The same resamplings serve every model, so that differences between models are paired.
Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty import halves
from protokit.evaluate.certainty.skewed import interval_of_mean
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.scoring.resampled import Fast
from protokit.evaluate.scoring.rowwise import ResampledMean

RESAMPLINGS = 1000
_SLOW = 200  # for metrics that scikit-learn has to compute one resampling at a time
_CELLS = 250_000  # counts held at a time


def resampled(models: Sequence[tuple[str, Predictions]], seed: int) -> list[np.ndarray]:
    """Metrics of predictions of the same rows, on each resampling of these rows; NaN where undefined on one.

    Where rows come in blocks, such as those of one group or of times that overlap, whole blocks are drawn. Where rows
    have weights, a row that is drawn counts by its weight.

    Shapes: for each (resamplings,): 1,000, or 200 for metrics without a fast form, or for more than 200,000 rows.
    """
    first = models[0][1]
    rows = len(first.truth)
    if any(METRICS[name].needs_labels for name, _ in models):
        return halves.resampled(models, seed, _SLOW)
    fast = [_fast(name, predictions) for name, predictions in models]
    counts = [RESAMPLINGS if one and rows <= 200_000 else _SLOW for one in fast]
    found: list[list[np.ndarray]] = [[] for _ in models]
    member = _member(first.blocks)
    unweighed = first.weights is None
    means = [one.of_blocks(member) if isinstance(one, ResampledMean) and unweighed else None for one in fast]
    apart = not all(means)  # some metric asks how often each row was drawn
    for start, of_blocks in _drawn(rows, member, max(counts), seed):
        often = of_blocks if member is None or not apart else of_blocks[:, member]
        for samples, (name, predictions), one, mean, count in zip(found, models, fast, means, counts, strict=True):
            left = max(0, min(len(of_blocks), count - start))
            if mean is not None:
                samples.append(mean(of_blocks[:left]))
            elif one is None:
                chosen = [np.repeat(np.arange(rows), counted.astype(int)) for counted in often[:left]]
                metric = METRICS[name]
                samples.append(np.array([metric(predictions, some) for some in chosen]))
            else:
                weighed = often[:left] if first.weights is None else often[:left] * first.weights
                samples.append(one(predictions, weighed))
    return [np.concatenate(samples) for samples in found]


def scored(models: Sequence[tuple[str, Predictions]], seed: int) -> list[tuple[Interval, np.ndarray]]:
    """Each metric with its 95% interval, and its resamplings: see `resampled`.

    Bounds are percentiles of these, but for means of errors that have no upper bound: see `interval_of_mean`.
    """
    found = []
    for (name, predictions), samples in zip(models, resampled(models, seed), strict=True):
        metric = METRICS[name]
        value = metric(predictions)
        bounds = interval(value, samples)
        errors = metric.per_row(predictions) if metric.unbounded and isfinite(value) else None
        if errors is not None:
            skewed = interval_of_mean(errors, predictions.blocks, predictions.weights, root=metric.root)
            bounds = Interval(value, skewed.low, skewed.high)
        if predictions.blocks is not None and units(predictions) == 1:  # which says nothing of how others vary
            bounds = Interval(value, float("nan"), float("nan"))
        found.append((bounds, samples))
    return found


def units(predictions: Predictions) -> int:
    """How many rows are drawn, or blocks of rows; of unequal weights, how many equal ones say as much.

    Source: Kish, Survey Sampling, 1965 (the effective sample size).
    """
    if predictions.weights is None:
        return len(predictions.truth) if predictions.blocks is None else len(np.unique(predictions.blocks))
    each = np.asarray(predictions.weights, np.float64)
    if predictions.blocks is not None:
        each = np.asarray(np.bincount(np.unique(predictions.blocks, return_inverse=True)[1], each), np.float64)
    return max(1, round(float(each.sum() ** 2 / (each**2).sum())))


def of_rows(
    function: Callable[[np.ndarray], np.ndarray],
    rows: int,
    blocks: np.ndarray | None,
    seed: int,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """What a function gives on each of the same resamplings of some rows.

    Shapes: the function (resamplings, rows), how often each row was drawn, by its weight, -> (resamplings,).
    """
    count = RESAMPLINGS if rows <= 200_000 else _SLOW
    member, by = _member(blocks), 1.0 if weights is None else weights
    drawn = _drawn(rows, member, count, seed)
    return np.concatenate([function((often if member is None else often[:, member]) * by) for _, often in drawn])


def _member(blocks: np.ndarray | None) -> np.ndarray | None:
    """The number of each row's block, from 0. Shapes: (rows,)."""
    return None if blocks is None else np.unique(blocks, return_inverse=True)[1]


def _drawn(rows: int, member: np.ndarray | None, count: int, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """How often each block was drawn in each resampling, some at a time, with the number of the first.

    Shapes: member (rows,), None where each row is a block of its own; (resamplings, blocks), float64.
    """
    generator = np.random.Generator(np.random.PCG64(derive(seed, "bootstrap", rows)))
    at_a_time = max(1, _CELLS // rows)
    units = rows if member is None else int(member.max()) + 1
    for start in range(0, count, at_a_time):
        size = min(at_a_time, count - start)
        drawn = generator.integers(units, size=(size, units))
        flat = (drawn + np.arange(size)[:, None] * units).ravel()
        yield start, np.bincount(flat, minlength=size * units).reshape(size, units).astype(np.float64)


def interval(value: float, samples: np.ndarray) -> Interval:
    """A value with the middle 95 of 100 of its resamplings."""
    defined = samples[np.isfinite(samples)]
    if not np.isfinite(value) or len(defined) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _fast(name: str, predictions: Predictions) -> Fast | None:
    return METRICS[name].fast(predictions)
