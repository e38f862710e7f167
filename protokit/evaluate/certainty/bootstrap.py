"""How sure a score is: the bootstrap over test rows.

The same resamplings serve every model, so that differences between models are paired.
Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty.accelerated import accelerated
from protokit.evaluate.certainty.jackknife import Left, groups
from protokit.evaluate.certainty.shares import interval_of_share
from protokit.evaluate.certainty.skewed import interval_of_mean
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.scoring.resampled import Fast
from protokit.evaluate.scoring.rowwise import ResampledMean

RESAMPLINGS = 1000
_SLOW = 200  # for metrics that scikit-learn has to compute one resampling at a time
_RESAMPLINGS_OF_GROUP = 5  # for so many resamplings one group of rows is left out once
_CELLS = 250_000  # counts held at a time


def resampled(models: Sequence[tuple[str, Predictions]], seed: int) -> list[np.ndarray]:
    """Metrics of predictions of the same rows, on each resampling of these rows; NaN where undefined on one.

    Where rows come in blocks, such as those of one group or of times that overlap, whole blocks are drawn. Where rows
    have weights, a row that is drawn counts by its weight. Metrics that are no means are moved: see `_corrected`.

    Shapes: for each (resamplings,): 1,000, or 200 for metrics without a fast form, or for more than 200,000 rows.
    """
    return [samples for samples, _ in _resampled(models, seed)]


def scored(models: Sequence[tuple[str, Predictions]], seed: int) -> list[tuple[Interval, np.ndarray]]:
    """Each metric with its 95% interval, and its resamplings: see `resampled`.

    That of a share of rows is by the binomial distribution, that of another mean by its t: see `shares` and `skewed`;
    that of any other metric is by its resamplings: see `accelerated`.
    """
    found = []
    for (name, p), (samples, left) in zip(models, _resampled(models, seed), strict=True):
        metric = METRICS[name]
        value = metric(p)
        each = metric.per_row(p) if isfinite(value) else None
        if p.blocks is not None and units(p) == 1:  # which says nothing of how others vary
            bounds = Interval(value, float("nan"), float("nan"))
        elif each is None:
            bounds = accelerated(value, samples, left, units(p), metric.bounds)
            bounds = replace(bounds, high=min(metric.bounds[1], bounds.high + metric.unseen(p)))
        elif not (metric.root or metric.unbounded) and ((each == 0) | (each == 1)).all():
            bounds = interval_of_share(each, p.blocks, p.weights)
        else:
            bounds = interval_of_mean(
                each, p.blocks, p.weights, root=metric.root, tail=metric.unbounded, bounds=metric.bounds
            )
        found.append((replace(bounds, value=value), samples))
    return found


def _resampled(models: Sequence[tuple[str, Predictions]], seed: int) -> list[tuple[np.ndarray, Left]]:
    """The resamplings of each, and what leaving rows out tells of metrics that are no means."""
    first = models[0][1]
    rows, member = len(first.truth), _member(first.blocks)
    fast = [METRICS[name].fast(p) for name, p in models]
    counts = [RESAMPLINGS if one and rows <= 200_000 else _SLOW for one in fast]
    found: list[list[np.ndarray]] = [[] for _ in models]
    unweighed = first.weights is None
    means = [one.of_blocks(member) if isinstance(one, ResampledMean) and unweighed else None for one in fast]
    apart = not all(means)  # some metric asks how often each row was drawn
    for start, of_blocks in _drawn(rows, member, max(counts), seed):
        often = of_blocks if member is None or not apart else of_blocks[:, member]
        for samples, model, one, mean, count in zip(found, models, fast, means, counts, strict=True):
            left = max(0, min(len(of_blocks), count - start))
            samples.append(_scores(model, one, often[:left]) if mean is None else mean(of_blocks[:left]))
    whole: list[tuple[np.ndarray, Left]] = []
    for each, model, one, count in zip(found, models, fast, counts, strict=True):
        together, without = np.concatenate(each), Left()
        # what has no fast form may be a median or a maximum, of which leaving rows out tells nothing
        if one is not None and not isinstance(one, ResampledMean):
            together, without = _corrected(together, model, one, count // _RESAMPLINGS_OF_GROUP, seed)
        whole.append((together, without))
    return whole


def _scores(model: tuple[str, Predictions], fast: Fast | None, often: np.ndarray) -> np.ndarray:
    """A metric, each row counted so often. Shapes: often (sets, rows) -> (sets,)."""
    name, p = model
    if fast is not None:
        return fast(p, often if p.weights is None else often * p.weights)
    chosen = [np.repeat(np.arange(len(p.truth)), counted.astype(int)) for counted in often]
    return np.array([METRICS[name](p, some) for some in chosen])


def _corrected(
    samples: np.ndarray, model: tuple[str, Predictions], fast: Fast, most: int, seed: int
) -> tuple[np.ndarray, Left]:
    """Resamplings with the metric's bias taken off, and what leaving rows out tells.

    How far resamplings are off on average is not how far the metric is: a row that is drawn twice is of one label and
    in one cluster with itself. Leaving rows out tells the metric's own bias.
    """
    name, p = model
    value, member = METRICS[name](p), _member(p.blocks)
    defined = samples[np.isfinite(samples)]
    if not isfinite(value) or not len(defined):
        return samples, Left()
    by = np.ones(len(p.truth)) if p.weights is None else p.weights
    without, sizes = [], []
    at_a_time = max(1, _CELLS // len(p.truth))
    for of_blocks in groups(len(by) if member is None else int(member.max()) + 1, most, seed, at_a_time):
        kept = of_blocks if member is None else of_blocks[:, member]
        without.append(_scores(model, fast, kept))
        sizes.append(kept @ by)
    left = Left.of(value, np.concatenate(without), np.concatenate(sizes))
    around = samples - defined.mean()
    bias, spread = METRICS[name].drawn(p, derive(seed, "drawn", len(by))) or (left.bias, 0.0)
    if spread > defined.std() > 0:
        around *= spread / defined.std()
    return around + value - bias, left


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
    """A value with the middle 95 of 100 of its resamplings: of 200 the fifth from each end (Weibull's places)."""
    defined = samples[np.isfinite(samples)]
    if not np.isfinite(value) or len(defined) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(defined, [0.025, 0.975], method="weibull")
    return Interval(value, float(low), float(high))
