"""How sure a score is: the bootstrap over test rows.

The same resamplings serve every model, so that differences between models are paired.
Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values import Interval, Predictions
from protokit.evaluate.certainty.skewed import interval_of_mean
from protokit.evaluate.metrics import confusion
from protokit.evaluate.metrics.clustering import silhouettes
from protokit.evaluate.metrics.metrics import METRICS
from protokit.evaluate.metrics.rowwise import ROW_METRICS, OfRows

RESAMPLINGS = 1000
_SLOW = 200  # for metrics that scikit-learn has to compute one resampling at a time
_CELLS = 250_000  # counts held at a time
_UNBOUNDED = {
    "log_loss", "mean_squared_log_error", "root_mean_squared_log_error", "mean_absolute_percentage_error",
    "mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "mean_pinball_loss", "interval_width",
    "mase", "scaled_mean_squared_error", "scaled_mean_absolute_error",
}  # fmt: skip

Fast = Callable[[Predictions, np.ndarray], np.ndarray]


def resampled(asked: Sequence[tuple[str, Predictions]], seed: int) -> list[np.ndarray]:
    """Metrics of predictions of the same rows, on each resampling of these rows; NaN where undefined on one.

    Where rows come in blocks, such as those of one group or of times that overlap, whole blocks are drawn.

    Shapes: for each (resamplings,): 1,000, or 200 for metrics without a fast form, or for more than 200,000 rows.
    """
    rows = len(asked[0][1].truth)
    fast = [_fast(name, predictions) for name, predictions in asked]
    counts = [RESAMPLINGS if one and rows <= 200_000 else _SLOW for one in fast]
    found: list[list[np.ndarray]] = [[] for _ in asked]
    for start, often in _drawn(rows, asked[0][1].blocks, max(counts), seed):
        for samples, (name, predictions), one, count in zip(found, asked, fast, counts, strict=True):
            left = max(0, min(len(often), count - start))
            if one is None:
                chosen = [np.repeat(np.arange(rows), counted.astype(int)) for counted in often[:left]]
                samples.append(np.array([METRICS[name](predictions, some) for some in chosen]))
            else:
                samples.append(one(predictions, often[:left]))
    return [np.concatenate(samples) for samples in found]


def scored(asked: Sequence[tuple[str, Predictions]], seed: int) -> list[tuple[Interval, np.ndarray]]:
    """Each metric with its 95% interval, and its resamplings: see `resampled`.

    Bounds are percentiles of these, but for means of errors that have no upper bound: see `interval_of_mean`.
    """
    found = []
    for (name, predictions), samples in zip(asked, resampled(asked, seed), strict=True):
        value, per_row = METRICS[name](predictions), _per_row(name)
        bounds = interval(value, samples)
        if name in _UNBOUNDED and per_row is not None and isfinite(value):
            skewed = interval_of_mean(per_row(predictions), predictions.blocks, root=name.startswith("root_"))
            bounds = Interval(value, skewed.low, skewed.high)
        found.append((bounds, samples))
    return found


def units(predictions: Predictions) -> int:
    """How many rows are drawn, or blocks of rows."""
    return len(predictions.truth) if predictions.blocks is None else len(np.unique(predictions.blocks))


def of_rows(
    function: Callable[[np.ndarray], np.ndarray], rows: int, blocks: np.ndarray | None, seed: int
) -> np.ndarray:
    """What a function gives on each of the same resamplings of some rows.

    Shapes: the function (resamplings, rows), how often each row was drawn, -> (resamplings,).
    """
    count = RESAMPLINGS if rows <= 200_000 else _SLOW
    return np.concatenate([function(often) for _, often in _drawn(rows, blocks, count, seed)])


def _drawn(rows: int, blocks: np.ndarray | None, count: int, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """How often each row was drawn in each resampling, some at a time, with the number of the first.

    Shapes: (resamplings, rows), float64.
    """
    generator = np.random.Generator(np.random.PCG64(derive(seed, "bootstrap", rows)))
    at_a_time = max(1, _CELLS // rows)
    member = np.arange(rows) if blocks is None else np.unique(blocks, return_inverse=True)[1]
    units = int(member.max()) + 1
    for start in range(0, count, at_a_time):
        size = min(at_a_time, count - start)
        drawn = generator.integers(units, size=(size, units))
        flat = (drawn + np.arange(size)[:, None] * units).ravel()
        often = np.bincount(flat, minlength=size * units).reshape(size, units).astype(np.float64)
        yield start, often if blocks is None else often[:, member]


def interval(value: float, samples: np.ndarray) -> Interval:
    """A value with the middle 95 of 100 of its resamplings."""
    defined = samples[np.isfinite(samples)]
    if not np.isfinite(value) or len(defined) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _fast(name: str, predictions: Predictions) -> Fast | None:
    if name == "roc_auc":
        return _roc_auc
    if name == "r2" and predictions.target.task == "regression":
        return _r2
    if name in confusion.FORMS and confusion.few_enough(predictions):
        return lambda p, counts: confusion.FORMS[name](confusion.matrices(p, counts))
    per_row = _per_row(name)
    if per_row is None:
        return None
    losses = per_row(predictions)
    root = name.startswith("root_")

    def mean(_: Predictions, counts: np.ndarray) -> np.ndarray:
        means: np.ndarray = counts @ losses / counts.sum(axis=1)
        return np.sqrt(means) if root else means

    return mean


def _per_row(name: str) -> OfRows | None:
    """What a metric is the mean of, where it is one."""
    return ROW_METRICS[name][0] if name in ROW_METRICS else _PER_ROW.get(name)


def _log_loss(p: Predictions) -> np.ndarray:
    own = p.scores[np.arange(len(p.truth)), p.truth]
    tiny = np.finfo(p.scores.dtype).eps
    losses: np.ndarray = -np.log(np.clip(own, tiny, 1 - tiny))
    return losses


def _right(p: Predictions) -> np.ndarray:
    right: np.ndarray = p.labels == p.truth
    return (right.all(axis=1) if right.ndim > 1 else right).astype(float)


def _square(p: Predictions) -> np.ndarray:
    means: np.ndarray = ((p.scores - p.truth) ** 2).reshape(len(p.truth), -1).mean(axis=1)
    return means


def _absolute(p: Predictions) -> np.ndarray:
    means: np.ndarray = np.abs(p.scores - p.truth).reshape(len(p.truth), -1).mean(axis=1)
    return means


def _square_of_logs(p: Predictions) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        squares: np.ndarray = (np.log1p(p.scores) - np.log1p(p.truth)) ** 2
    return squares


def _share(p: Predictions) -> np.ndarray:
    shares = np.abs(p.truth - p.scores) / np.maximum(np.abs(p.truth), np.finfo(np.float64).eps)
    means: np.ndarray = shares.reshape(len(p.truth), -1).mean(axis=1)
    return means


def _among_two(p: Predictions) -> np.ndarray:
    """1 where the class is one of the two likeliest; of equal ones scikit-learn takes the last first."""
    order = np.argsort(p.scores, axis=1, kind="mergesort")[:, ::-1]
    found: np.ndarray = (order[:, :2] == p.truth[:, None]).any(axis=1)
    return found.astype(float)


_PER_ROW: dict[str, OfRows] = {
    "accuracy": _right,
    "log_loss": _log_loss,
    "brier_score": lambda p: (p.scores[:, 1] - p.truth) ** 2,
    "hamming_loss": lambda p: (p.labels != p.truth).mean(axis=1),
    "top_k_accuracy": _among_two,
    "mean_squared_log_error": _square_of_logs,
    "root_mean_squared_log_error": _square_of_logs,
    "mean_absolute_percentage_error": _share,
    "mean_squared_error": _square,
    "root_mean_squared_error": _square,
    "mean_absolute_error": _absolute,
    # a row drawn twice would be its own neighbour: each keeps what it has among all rows
    "silhouette": silhouettes,
}


def _roc_auc(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    """Pairs of a positive and a negative row in the right order, ties half, from sorted cumulative counts."""
    order = np.argsort(predictions.scores[:, 1], kind="stable")
    scores, positive = predictions.scores[order, 1], predictions.truth[order] == 1
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


def _r2(predictions: Predictions, counts: np.ndarray) -> np.ndarray:
    truth = predictions.truth - predictions.truth.mean()
    total = counts.sum(axis=1)
    squares = counts @ truth**2 - (counts @ truth) ** 2 / total
    with np.errstate(invalid="ignore", divide="ignore"):
        result: np.ndarray = 1 - counts @ (predictions.scores - predictions.truth) ** 2 / squares
    return result
