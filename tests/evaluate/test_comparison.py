"""Whether models differ: what is said holds at its stated rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import holm, over_folds, paired
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import Folds, judge


def classifier(truth: np.ndarray, skill: float, common: np.ndarray, rng: np.random.Generator) -> Predictions:
    """Scores of a model: its own noise, and noise that it shares with others on the same rows."""
    logit = skill * (truth - 0.5) + common + rng.normal(size=len(truth))
    yes = 1 / (1 + np.exp(-logit))
    return Predictions(TargetSpec("y", "binary", ("no", "yes")), truth, np.stack([1 - yes, yes], axis=1))


def models(seed: int, rows: int, skills: tuple[float, ...]) -> list[Predictions]:
    rng = np.random.default_rng(seed)
    truth, common = rng.integers(0, 2, rows), rng.normal(size=rows)
    return [classifier(truth, skill, common, rng) for skill in skills]


@pytest.mark.some("log_loss", "accuracy")
@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "log_loss"])
def test_equal_models_are_seldom_told_apart(metric: str) -> None:
    said = 0
    for seed in range(300):
        network, *others = models(seed, 200, (1.0,) * 4)
        baselines = dict(zip("abc", others, strict=True))
        said += judge(network, baselines, (metric,), seed)[1].outcome != "cannot tell apart"
    assert said <= 300 * 0.06 + 1.65 * np.sqrt(300 * 0.06 * 0.94)  # no more than 6 of 100, as far as 300 can say


def test_a_network_planted_to_be_worse_or_better_is_called_so() -> None:
    network, equal, better = models(1, 3000, (1.0, 1.0, 1.6))
    assert judge(network, {"equal": equal}, ("roc_auc",), 0)[1].sentence.startswith("The network did not beat the best")
    worse = judge(network, {"equal": equal, "better": better}, ("roc_auc",), 0)[1]
    assert worse.outcome == "worse" and "is worse than the best baseline, better" in worse.sentence
    assert judge(better, {"equal": equal, "network": network}, ("roc_auc",), 0)[1].outcome == "better"


def test_the_best_of_many_equal_baselines_is_not_called_better() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 400)
    for seed in range(300):
        rng = np.random.default_rng(seed)
        network = classifier(truth, 1.0, np.zeros(400), rng)
        baselines = {str(i): classifier(truth, 1.0, np.zeros(400), rng) for i in range(8)}
        verdict = judge(network, baselines, ("accuracy",), seed)[1]
        assert verdict.difference is not None and verdict.p is not None
        if verdict.outcome == "cannot tell apart" and verdict.difference.high < 0:
            assert "The best of 8 equals" in verdict.sentence
            return
    pytest.fail("of 300 none was ahead by itself")


def test_intervals_of_differences_hold_the_truth() -> None:
    held = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        truth = rng.normal(size=150)
        noise = rng.normal(size=150)
        spec = TargetSpec("y", "regression")
        first = Predictions(spec, truth, truth + noise)
        second = Predictions(spec, truth, truth + 0.5 * noise + 0.5 * rng.normal(size=150))
        a, b = bootstrap.resampled([("mean_squared_error", first), ("mean_squared_error", second)], seed)
        error = METRICS["mean_squared_error"]
        gap = paired(error(first) - error(second), a - b, 150).interval
        held += gap.low <= 0.5 <= gap.high  # the errors' variances are 1 and 0.5
    assert abs(held - 0.95 * 300) <= 0.02 * 300 + 1.65 * np.sqrt(300 * 0.95 * 0.05)


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_a_handful_of_rows_tells_nothing_apart(rows: int) -> None:
    """Were the models equal, one would be ahead in every one of five rows in 1 of 16 cases."""
    found = paired(1.0, 1 + 0.01 * np.random.default_rng(0).normal(size=1000), rows)
    assert not found.interval.low <= 0 and found.outcome(True) == "cannot tell apart"


@pytest.mark.parametrize("rows", [8, 15])
def test_equal_models_are_seldom_told_apart_on_few_rows(rows: int) -> None:
    said = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        truth, shared = rng.normal(size=rows), rng.normal(size=rows)
        spec = TargetSpec("y", "regression")
        network, other = (Predictions(spec, truth, truth + shared + rng.normal(size=rows)) for _ in range(2))
        verdict = judge(network, {"other": other}, ("mean_absolute_error",), seed)[1]
        said += verdict.outcome in {"better", "worse"}
    assert said <= 400 * 0.07 + 1.65 * np.sqrt(400 * 0.07 * 0.93)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_that_of_the_definition(p: list[float]) -> None:
    found = holm(p)
    assert all(one <= adjusted <= 1 for one, adjusted in zip(p, found, strict=True))
    assert sorted(range(len(p)), key=lambda i: (found[i], p[i])) == sorted(
        range(len(p)), key=lambda i: (found[i], p[i])
    )
    assert min(found) == pytest.approx(min(1, len(p) * min(p)))
    rejected = {i for i in range(len(p)) if found[i] < 0.05}
    order = sorted(range(len(p)), key=lambda i: p[i])
    stepwise = set()
    for rank, i in enumerate(order):
        if p[i] * (len(p) - rank) >= 0.05:
            break
        stepwise.add(i)
    assert rejected == stepwise


@settings(max_examples=50)
@given(st.lists(st.floats(-1, 1), min_size=3, max_size=10), st.floats(-0.5, 0.5))
def test_folds_are_held_against_each_other_by_the_corrected_t_test(scores: list[float], gap: float) -> None:
    other = [score - gap - 0.01 * i for i, score in enumerate(scores)]
    found = over_folds(scores, other, 1 / (len(scores) - 1))
    differences = np.array(scores) - np.array(other)
    k = len(scores)
    plain = stats.ttest_1samp(differences, 0)
    assert found.interval.value == pytest.approx(differences.mean())
    wider = np.sqrt((1 / k + 1 / (k - 1)) / (1 / k))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(plain.statistic) / wider, k - 1), rel=1e-6, abs=1e-12)
    inside = found.interval.low <= 0 <= found.interval.high
    assert inside == (found.p >= 0.05) or abs(found.p - 0.05) < 1e-6


def test_equal_learners_over_folds_are_seldom_told_apart() -> None:
    """Two learners that err alike, cross-validated: their folds share training rows."""
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import KFold

    said = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x, noise = rng.normal(size=(60, 2)), rng.normal(size=60)
        y = x.sum(axis=1) + noise
        scores: list[list[float]] = [[], []]
        for train, test in KFold(5).split(x):
            for column in (0, 1):  # each sees one of two columns that tell as much
                model = LinearRegression().fit(x[train][:, [column]], y[train])
                scores[column].append(float(((model.predict(x[test][:, [column]]) - y[test]) ** 2).mean()))
        said += over_folds(scores[0], scores[1], 1 / 4).outcome(False) != "cannot tell apart"
    assert said <= 200 * 0.06 + 1.65 * np.sqrt(200 * 0.06 * 0.94)


def test_few_resamplings_do_not_bound_the_chance() -> None:
    rng = np.random.default_rng(0)
    far = paired(1.0, 1 + 0.1 * rng.normal(size=200), 200)
    assert far.p < 1e-6, "so that many comparisons can still tell it apart"
    assert paired(0.0, np.zeros(200), 200).p == 1.0
    near = paired(0.15, 0.15 + 0.1 * rng.normal(size=1000), 1000)
    assert 0.05 < near.p < 0.25


def test_folds_that_all_differ_alike_say_nothing_of_chance() -> None:
    found = over_folds([0.9, 0.8], [0.8, 0.7], 1.0)
    assert not found.defined and found.outcome(True) == "not compared"
    network, other = models(0, 200, (1.0, 1.0))
    verdict = judge(network, {"a": other}, ("accuracy",), 0, Folds({"": [0.9, 0.8], "a": [0.8, 0.7]}, 1.0))[1]
    assert verdict.outcome == "cannot tell apart" and "folds" not in verdict.sentence, "the rows of all folds decide"


def test_one_block_of_rows_has_no_interval() -> None:
    """All its resamplings are the same: what they span is nothing, and no knowledge."""
    alone = paired(0.3, np.full(1000, 0.3), 1)
    assert alone.interval.value == 0.3 and np.isnan(alone.interval.low) and np.isnan(alone.interval.high)
    assert alone.outcome(True) == "cannot tell apart"
    p = Predictions(TargetSpec("y", "regression"), np.arange(9.0), np.arange(9.0) + 1, blocks=np.zeros(9, int))
    other = Predictions(p.target, p.truth, p.truth - 2, blocks=p.blocks)
    [score], verdict = judge(p, {"naive": other}, ("mean_absolute_error",), 0)
    assert np.isnan(score.network.low) and "95% interval" not in verdict.sentence
    assert "difference of -1.000 on 9 test rows" in verdict.sentence and "One block of rows says" in verdict.sentence


@pytest.mark.parametrize(("rows", "right", "outcome"), [(2, 2, "cannot tell apart"), (2, 0, "cannot tell apart"),
                                                        (9, 9, "better")])  # fmt: skip
def test_a_difference_that_all_resamplings_have_has_no_bounds(rows: int, right: int, outcome: str) -> None:
    """Perfect scores of the network; of the other all, or none: nothing is known of how rows vary but their number."""
    truth = np.arange(rows) % 2
    p = Predictions(TargetSpec("y", "binary", ("n", "y")), truth, np.eye(2)[truth])
    wrong = np.eye(2)[1 - truth] if right else p.scores
    verdict = judge(p, {"dummy": replace(p, scores=wrong)}, ("accuracy",), 0)[1]
    assert verdict.outcome == outcome and "95% interval" not in verdict.sentence
    assert verdict.difference is not None and np.isnan(verdict.difference.low)
    assert ("cannot be told apart" in verdict.sentence) == (outcome != "better")
    assert f"on {rows} test rows" in verdict.sentence and "So few rows say little" in verdict.sentence


def test_equal_scores_of_all_folds_have_no_bounds() -> None:
    found = over_folds([0.9, 0.9, 0.9], [0.9, 0.9, 0.9], 0.5)
    assert found.interval.value == 0 and np.isnan(found.interval.low) and found.outcome(True) == "cannot tell apart"
