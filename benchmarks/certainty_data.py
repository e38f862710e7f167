"""Made predictions whose scores on endless rows are known: what benchmarks/certainty.py simulates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics import own

Made = Callable[[np.random.Generator, int], Predictions]


def binary(rng: np.random.Generator, rows: int, skill: float = 1.5) -> Predictions:
    """Three rows of ten are positive; scores are as good as `skill` makes them."""
    truth = (rng.random(rows) < 0.3).astype(int)
    yes = 1 / (1 + np.exp(-(skill * (truth - 0.5) + rng.normal(size=rows))))
    return Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.stack([1 - yes, yes], axis=1))


def multiclass(rng: np.random.Generator, rows: int) -> Predictions:
    """Three classes, of which one is rare."""
    truth = rng.choice(3, rows, p=[0.6, 0.3, 0.1])
    logits = 1.5 * np.eye(3)[truth] + rng.normal(size=(rows, 3))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(TargetSpec("y", "multiclass", ("a", "b", "c")), truth, scores)


def regression(rng: np.random.Generator, rows: int) -> Predictions:
    """Errors with tails."""
    truth = rng.normal(size=rows)
    return Predictions(TargetSpec("y", "regression"), truth, truth + 0.5 * rng.standard_t(6, rows))


def normal(rng: np.random.Generator, rows: int) -> Predictions:
    """Errors without."""
    truth = rng.normal(size=rows)
    return Predictions(TargetSpec("y", "regression"), truth, truth + 0.5 * rng.normal(size=rows))


def grouped(rng: np.random.Generator, rows: int) -> Predictions:
    """Sixty groups whose rows err together."""
    groups = np.repeat(np.arange(60), rows // 60)
    truth = rng.normal(size=len(groups))
    errors = 0.5 * rng.normal(size=60)[groups] + 0.3 * rng.normal(size=len(groups))
    return Predictions(TargetSpec("y", "regression"), truth, truth + errors, blocks=groups)


def weighed(made: Made) -> Made:
    """The same rows, each by a weight from 0.1 to 10 that has nothing to do with it."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        p = made(rng, rows)
        return replace(p, weights=np.exp(rng.uniform(-2.3, 2.3, rows)))

    return of


def counted(made: Made) -> Made:
    """The same rows, each counting as 1 to 4 equal ones."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        p = made(rng, rows)
        return replace(p, weights=rng.integers(1, 5, rows).astype(float))

    return of


def rare_first(rng: np.random.Generator, rows: int) -> Predictions:
    """The first of two classes is the positive one: three rows of ten."""
    p = binary(rng, rows)
    target = TargetSpec("y", "binary", ("bad", "ok"), positive=0)
    return Predictions(target, 1 - p.truth, p.scores[:, ::-1])


def clusters(agree: float, groups: int = 3) -> Made:
    """Clusters that are the rows' labels in so many of the rows, and chance in the others."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        label = rng.choice(groups, rows, p=np.arange(groups, 0, -1) / sum(range(groups + 1)))
        found = np.where(rng.random(rows) < agree, label, rng.integers(0, groups, rows))
        spec = TargetSpec("clusters", "clustering", tuple(range(1, groups + 1)), width=1)
        names = np.array([f"label {i}" for i in range(groups)], object)
        return Predictions(spec, label[:, None].astype(float), np.eye(groups)[found], reference=names[label])

    return of


def tails(degrees: float) -> Made:
    """Errors of Student's t: the fewer degrees of freedom, the heavier the tails."""

    def of(rng: np.random.Generator, rows: int) -> Predictions:
        truth = rng.normal(size=rows)
        return Predictions(TargetSpec("y", "regression"), truth, truth + 0.5 * rng.standard_t(degrees, rows))

    return of


def alike(rng: np.random.Generator, count: int, rows: int) -> list[Predictions]:
    """Models that are equal, and err on many of the same rows."""
    truth, common = (rng.random(rows) < 0.4).astype(int), rng.normal(size=rows)
    made = []
    for _ in range(count):
        yes = 1 / (1 + np.exp(-(truth - 0.5 + common + rng.normal(size=rows))))
        made.append(Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.stack([1 - yes, yes], axis=1)))
    return made


def clusters_alike(rng: np.random.Generator, rows: int) -> list[Predictions]:
    """Two clusterings that are as good."""
    one = clusters(0.6)(rng, rows)
    assert one.reference is not None
    _, label = np.unique(one.reference, return_inverse=True)
    other = np.where(rng.random(rows) < 0.6, label, rng.integers(0, 3, rows))
    return [one, replace(one, scores=np.eye(3)[other])]


def numbers_alike(rng: np.random.Generator, rows: int, degrees: float, weights: bool) -> list[Predictions]:
    """Two models that err as much, on many of the same rows."""
    truth, common = rng.normal(size=rows), rng.standard_t(degrees, rows)
    by = np.exp(rng.uniform(-2.3, 2.3, rows)) if weights else None
    spec = TargetSpec("y", "regression")
    return [
        Predictions(spec, truth, truth + common + 0.5 * rng.standard_t(degrees, rows), weights=by) for _ in range(2)
    ]


@own.metric(task="regression", greater_is_better=False)
def dear_side(truth: np.ndarray, predicted: np.ndarray, sample_weight: np.ndarray) -> float:
    """Errors, those that are too low three times."""
    errors = np.where(predicted < truth, 3 * (truth - predicted), predicted - truth)
    return float(np.average(errors, weights=sample_weight))
