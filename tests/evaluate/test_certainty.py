"""Intervals: what holds for every metric, and how often they hold the truth."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import paired
from protokit.evaluate.certainty.jackknife import Left, groups
from protokit.evaluate.certainty.shares import interval_of_share
from protokit.evaluate.certainty.skewed import interval_of_mean
from protokit.evaluate.metrics.metric import METRICS
from protokit.testing.metric import predictions


def interval(name: str, p: Predictions, seed: int = 0) -> tuple[float, float, float]:
    [(found, _)] = bootstrap.scored([(name, p)], seed)
    return found.value, found.low, found.high


@given(st.sampled_from(list(METRICS.house())), st.integers(5, 60), st.integers(0, 99), st.sampled_from([0.0, 0.4, 1.0]))
@settings(deadline=None, max_examples=60)
def test_an_interval_holds_its_score_and_keeps_the_metrics_bounds(
    name: str, rows: int, seed: int, skill: float
) -> None:
    metric = METRICS[name]
    for task in metric.tasks:
        p = predictions(task, rows, seed, skill=skill)
        if metric.weighs and seed % 2 and task != "forecasting":  # whose rows have no weights
            p = replace(p, weights=np.random.default_rng(seed).integers(1, 5, rows).astype(float))
        if seed % 3 == 0:
            p = replace(p, blocks=np.arange(rows) // 2)
        value, low, high = interval(name, p, seed)
        assert value == pytest.approx(metric(p), nan_ok=True)
        if isfinite(value) and isfinite(low):
            assert metric.bounds[0] - 1e-9 <= low <= value + 1e-9 and value - 1e-9 <= high <= metric.bounds[1] + 1e-9


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("roc_auc", "binary"), ("accuracy", "multiclass"), ("log_loss", "binary"), ("f1_macro", "multiclass"),
        ("average_precision", "multiclass"), ("root_mean_squared_error", "regression"), ("r2", "regression"),
        ("median_absolute_error", "regression"), ("adjusted_rand", "clustering"), ("v_measure", "clustering"),
        ("adjusted_mutual_info", "clustering"), ("mean_pinball_loss", "quantile"),
    ],
)  # fmt: skip
def test_more_rows_are_surer(name: str, task: str) -> None:
    few, many = (
        np.mean([np.diff(interval(name, predictions(task, rows, seed, skill=0.2))[1:]) for seed in range(4)])
        for rows in (100, 900)
    )
    assert 0 < many < few / 2


@pytest.mark.parametrize("name", ["accuracy", "roc_auc", "f1", "brier_score", "matthews_corrcoef", "cohen_kappa"])
def test_that_all_rows_are_right_does_not_make_the_next_one_so(name: str) -> None:
    truth = np.arange(20) % 2
    p = Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.eye(2)[truth])
    value, low, high = interval(name, p)
    assert high - low > 0.1 and value in METRICS[name].bounds


def test_a_class_that_is_not_there_may_be_found_or_not() -> None:
    truth, called = np.array([0, 1] * 10), np.array([0, 1] * 9 + [1, 0])
    p = Predictions(TargetSpec("y", "multiclass", ("a", "b", "c")), truth, np.eye(3)[called])
    value, low, high = interval("f1_macro", p)
    assert value < 0.61 and low < 0.5 and high > 0.93
    assert METRICS["f1_macro"].unseen(p) == pytest.approx(1 / 3) and METRICS["f1_weighted"].unseen(p) == 0


def test_the_interval_of_a_share_is_that_of_the_binomial_distribution() -> None:
    none = interval_of_share(np.zeros(10), None)
    assert none.low == 0 and none.high == pytest.approx(1 - 0.05 ** (1 / 10))
    for rows in (10, 20, 50, 120):
        found = [interval_of_share(np.arange(rows) < right, None) for right in range(rows + 1)]
        shares = np.linspace(0.02, 0.98, 97)
        held = [
            sum(stats.binom.pmf(i, rows, share) for i, one in enumerate(found) if one.low <= share <= one.high)
            for share in shares
        ]
        assert 0.94 < np.mean(held) < 0.98 and min(held) > 0.9
        widths = np.array([one.high - one.low for one in found])
        exact = [
            stats.beta.ppf(0.975, i + 1, rows - i) - stats.beta.ppf(0.025, i, rows - i + 1) for i in range(1, rows)
        ]
        assert (widths[1:-1] <= np.array(exact)).all()
        mirrored = [1 - one.low for one in reversed(found)]
        assert np.allclose(mirrored, [one.high for one in found], atol=1e-6)


def test_a_share_of_blocks_or_of_uneven_weights_says_as_much_as_fewer_rows() -> None:
    rng = np.random.default_rng(0)
    right = (rng.random(30) < 0.7).repeat(10).astype(float)
    alone, blocks = interval_of_share(right[::10], None), interval_of_share(right, np.arange(30).repeat(10))
    assert blocks.high - blocks.low == pytest.approx(alone.high - alone.low, rel=0.1)
    plain, weighed = interval_of_share(right, None), interval_of_share(right, None, np.full(300, 7.0))
    assert (plain.low, plain.high) == pytest.approx((weighed.low, weighed.high), rel=0.02)
    uneven = interval_of_share(right, None, np.where(np.arange(300) % 15 == 0, 100.0, 0.01))
    assert uneven.high - uneven.low > 2 * (plain.high - plain.low)


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=30, unique=True))
def test_leaving_rows_out_tells_bias_and_skewness(numbers: list[float]) -> None:
    x = np.array(numbers)
    count = len(x)
    without = np.array([np.delete(x, i) for i in range(count)])
    sizes = np.full(count, count - 1.0)
    mean = Left.of(float(x.mean()), without.mean(axis=1), sizes)
    assert mean.bias == pytest.approx(0, abs=1e-9)
    if x.std() > 1e-3:
        assert mean.acceleration == pytest.approx(float(stats.skew(x)) / 6 / sqrt(count), rel=1e-5, abs=1e-7)
    variance = Left.of(float(x.var()), without.var(axis=1), sizes)
    if x.std() > 1e-3 and np.ptp(without.var(axis=1)) > 1e-6:
        assert variance.bias == pytest.approx(-x.var(ddof=1) / count, rel=1e-6)
    assert 0 < mean.freedom(count) <= count - 1


@given(st.integers(1, 50), st.integers(1, 60), st.integers(1, 7))
def test_each_unit_is_left_out_once(units: int, most: int, at_a_time: int) -> None:
    kept = np.concatenate(list(groups(units, most, 0, at_a_time)))
    assert kept.shape == (min(units, most), units)
    assert np.array_equal((1 - kept).sum(axis=0), np.ones(units)) and np.ptp(kept.sum(axis=1)) <= 1


def test_mutual_information_of_resamplings_is_scikit_learns_but_for_a_little() -> None:
    p = predictions("clustering", 200, 1, skill=0.3)
    metric = METRICS["adjusted_mutual_info"]
    fast = metric.fast(p)
    assert fast is not None
    assert fast(p, np.ones((1, 200)))[0] == pytest.approx(metric(p), abs=1e-12)
    for seed in range(10):
        drawn = np.random.default_rng(seed).integers(200, size=200)
        assert fast(p, np.bincount(drawn, minlength=200)[None].astype(float))[0] == pytest.approx(
            metric(p, drawn), abs=2e-3
        )


def labelled(rng: np.random.Generator, rows: int, agree: float, groups: int = 4) -> Predictions:
    label = rng.integers(0, groups, rows)
    found = np.where(rng.random(rows) < agree, label, rng.integers(0, groups, rows))
    spec = TargetSpec("clusters", "clustering", tuple(range(1, groups + 1)), width=1)
    names = np.array([f"label {i}" for i in range(groups)], object)
    return Predictions(spec, label[:, None] * 1.0, np.eye(groups)[found], reference=names[label])


@pytest.mark.parametrize("name", ["v_measure", "homogeneity", "mutual_info", "adjusted_mutual_info"])
def test_what_so_few_rows_say_too_much_is_known(name: str) -> None:
    metric = METRICS[name]
    some = [labelled(np.random.default_rng(seed), 80, 0.5) for seed in range(150)]
    whole = metric(labelled(np.random.default_rng(999), 100_000, 0.5))
    bias = np.mean([metric(p) for p in some]) - whole
    said = np.mean([(metric.drawn(p, seed) or (0.0,))[0] for seed, p in enumerate(some[:40])])
    error = np.std([metric(p) for p in some]) / sqrt(150)
    assert said == pytest.approx(bias, abs=3 * error + 0.1 * abs(bias))
    if name != "adjusted_mutual_info":
        assert said > 0.02


CASES = {
    "v_measure": lambda rng: labelled(rng, 120, 0.7, 3),
    "adjusted_mutual_info": lambda rng: labelled(rng, 120, 0.7, 3),
    "roc_auc": lambda rng: _binary(rng, 40),
    "accuracy": lambda rng: _binary(rng, 25),
}


def _binary(rng: np.random.Generator, rows: int) -> Predictions:
    truth = (rng.random(rows) < 0.4).astype(int)
    yes = 1 / (1 + np.exp(-(2.5 * (truth - 0.5) + rng.logistic(size=rows))))
    return Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.stack([1 - yes, yes], axis=1))


@pytest.mark.parametrize("name", CASES)
def test_intervals_hold_what_endless_rows_have(name: str) -> None:
    made = CASES[name]
    many = [made(np.random.default_rng([1, i])) for i in range(200)]
    whole = replace(
        many[0],
        truth=np.concatenate([p.truth for p in many]),
        scores=np.concatenate([p.scores for p in many]),
        reference=None if many[0].reference is None else np.concatenate([p.reference for p in many]),  # type: ignore[misc]
    )
    truth = METRICS[name](whole)
    held = 0
    for i in range(150):
        _, low, high = interval(name, made(np.random.default_rng([2, i])), i)
        held += low <= truth <= high
    assert held >= 150 * 0.93 - 1.65 * sqrt(150 * 0.93 * 0.07)


@pytest.mark.parametrize("degrees", [3.0, 5.0, 30.0])
def test_the_tail_that_is_not_there_is_allowed_for(degrees: float) -> None:
    truth = degrees / (degrees - 2)
    found = [interval_of_mean(np.random.default_rng([3, i]).standard_t(degrees, 150) ** 2, None) for i in range(300)]
    held = sum(one.low <= truth <= one.high for one in found)
    assert held >= 300 * 0.93 - 1.65 * sqrt(300 * 0.93 * 0.07)


@given(st.integers(3, 40), st.integers(0, 999))
@settings(max_examples=40)
def test_few_rows_are_never_surer_than_a_t_test(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows) + rng.uniform(0, 1)
    samples = rng.multinomial(rows, np.full(rows, 1 / rows), size=1000) @ x / rows
    found = paired(float(x.mean()), samples, rows)
    error = samples.std() * sqrt(rows / (rows - 1))
    assert found.p >= 2 * stats.t.sf(abs(x.mean()) / error, rows - 1) - 1e-12
    assert (found.p <= 0.05) <= (not found.interval.low <= 0 <= found.interval.high)
