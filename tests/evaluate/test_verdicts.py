from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import thresholds
from protokit.evaluate.calibration import reliability
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.skewed import dominated, interval_of_mean
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import judge
from protokit.evaluate.words import Evaluate
from protokit.testing.metric import predictions

WEIGHED = ("binary", "multiclass", "multilabel", "regression", "quantile")


@pytest.fixture
def own() -> Iterator[None]:
    """What a test adds to the metrics is gone afterwards."""
    before = dict(METRICS._registered())
    yield
    METRICS._things = before


@pytest.mark.parametrize("name", [name for name in METRICS if {*METRICS[name].tasks} & {*WEIGHED}])
def test_a_weight_of_two_is_a_row_twice_and_a_weight_of_none_is_no_row(name: str) -> None:
    metric = METRICS[name]
    for task in {*metric.tasks} & {*WEIGHED}:
        p = predictions(task, 60, 3, skill=0.3)
        weights = np.random.default_rng(4).integers(0, 4, 60).astype(float)
        copies = np.repeat(np.arange(60), weights.astype(int))
        wanted, weighed = metric(p, copies), replace(p, weights=weights)
        if not metric.weighs or name == "max_error":
            continue
        if name == "median_absolute_error":  # of an even count by weights the lower one
            assert metric(weighed) == pytest.approx(wanted, rel=0.2)
            continue
        assert metric(weighed) == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)
        fast = metric.fast(p)
        if fast is not None:
            assert fast(p, weights[None])[0] == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_positive_class_is_the_one_that_is_said() -> None:
    p = predictions("binary", 200, 1, skill=0.2)
    first = replace(p, target=replace(p.target, positive=0))
    truth = p.truth == 0
    assert METRICS["f1"](first) == pytest.approx(sk.f1_score(truth, p.scores[:, 0] > 0.5))
    assert METRICS["average_precision"](first) == pytest.approx(sk.average_precision_score(truth, p.scores[:, 0]))
    assert METRICS["roc_auc"](first) == pytest.approx(METRICS["roc_auc"](p))
    assert METRICS["brier_score"](first) == pytest.approx(METRICS["brier_score"](p))
    assert np.array_equal(first.labels, p.labels)  # at a half the classes that are called are the same
    assert replace(first, target=replace(first.target, threshold=0.01)).labels.mean() < p.labels.mean()
    best = thresholds.chosen(first, "f1")
    tried = [METRICS["f1"](replace(first, target=replace(first.target, threshold=t))) for t in np.linspace(0, 1, 101)]
    assert METRICS["f1"](replace(first, target=replace(first.target, threshold=best))) >= max(tried) - 1e-12
    sentence = judge(first, {"dummy": first}, ("f1",), 0)[1].sentence
    assert "f1 of 'no'" in sentence


def test_weights_count_in_calibration_and_intervals() -> None:
    p = predictions("binary", 300, 2, skill=0.1)
    flat = replace(p, weights=np.ones(300))
    assert reliability(flat, 0) == reliability(p, 0)
    [(plain, _), (weighed, _)] = bootstrap.scored([("accuracy", p), ("accuracy", p)], 0)
    assert plain == weighed
    uneven = replace(p, weights=np.where(np.arange(300) < 20, 100.0, 0.01))
    [(few, _)] = bootstrap.scored([("accuracy", uneven)], 0)
    assert few.high - few.low > 2 * (plain.high - plain.low)
    assert bootstrap.units(uneven) <= 21 and bootstrap.units(flat) == 300
    errors = np.random.default_rng(0).exponential(size=300)
    assert interval_of_mean(errors, None) == interval_of_mean(errors, None, np.ones(300))


def test_models_that_differ_by_rounding_alone_cannot_be_told_apart() -> None:
    truth = np.random.default_rng(0).normal(50, 10, 60)
    target = TargetSpec("y", "regression")
    exact, single = Predictions(target, truth, truth), Predictions(target, truth, truth + 1e-5)
    _, verdict = judge(single, {"linear": exact}, ["root_mean_squared_error"], 0)
    assert verdict.outcome == "cannot tell apart" and verdict.p == 1
    off = Predictions(target, truth, truth + np.random.default_rng(1).normal(0, 0.1, 60))
    assert judge(off, {"linear": exact}, ["root_mean_squared_error"], 0)[1].outcome == "worse"


def test_a_baseline_that_equals_another_is_counted_once() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=150)
    spec = TargetSpec("y", "regression")
    network, best = (Predictions(spec, truth, truth + noise * rng.normal(size=150)) for noise in (1.12, 1.0))
    twins = dict.fromkeys(("one", "two", "three", "four"), best)
    alone = judge(network, {"one": best}, ("mean_absolute_error",), 0)[1]
    together = judge(network, twins, ("mean_absolute_error",), 0)[1]
    assert together.p == alone.p and together.outcome == alone.outcome
    assert together.equal == {"two": "one", "three": "one", "four": "one"}
    assert "two predicts these rows as one does" in together.sentence and together.as_plain()["equal"]


@pytest.mark.parametrize(
    ("name", "truth", "said"),
    [
        ("mean_absolute_percentage_error", [0.0, 1.0, 2.0], "'y' is 0 in 20 of them"),
        ("r2", [2.0, 2.0, 2.0], "the same number in all"),
        ("mean_squared_log_error", [-3.0, 1.0, 2.0], "'y' is -3 in one of them"),
        ("mean_gamma_deviance", [0.0, 1.0, 2.0], "'y' is 0 in one of them"),
    ],
)
def test_what_is_undefined_never_decides(name: str, truth: list[float], said: str) -> None:
    rows = np.resize(truth, 60)
    p = Predictions(TargetSpec("y", "regression"), rows, rows + np.random.default_rng(1).uniform(0.1, 1, 60))
    scores, verdict = judge(p, {"dummy": p}, (name, "mean_absolute_error"), 0)
    assert np.isnan(scores[0].network.value) and verdict.metric == "mean_absolute_error"
    assert said in verdict.sentence and "mean_absolute_error decides" in verdict.sentence
    assert judge(p, {"dummy": p}, (name,), 0)[1].outcome == "not compared"


def test_squared_errors_of_a_few_rows_do_not_decide() -> None:
    truth, errors = np.zeros(300), np.random.default_rng(1).normal(size=300)
    errors[7] = 400.0
    p = Predictions(TargetSpec("y", "regression"), truth, errors)
    assert dominated(errors**2) is not None and dominated(np.delete(errors, 7) ** 2) is None
    verdict = judge(p, {"dummy": p}, ("root_mean_squared_error", "mean_absolute_error"), 0)[1]
    assert verdict.metric == "mean_absolute_error" and "no interval of it holds" in verdict.sentence
    alone = judge(p, {"dummy": p}, ("root_mean_squared_error",), 0)[1]
    assert alone.metric == "root_mean_squared_error" and "no interval of it holds" in alone.sentence


def test_every_scorer_of_scikit_learn_is_a_metric() -> None:
    for name in sk.get_scorer_names():
        [found] = Evaluate(metrics=[name]).metrics or ()  # type: ignore[arg-type]
        scorer = sk.get_scorer(name)
        if METRICS[found].greater_is_better is not None:
            assert METRICS[found].greater_is_better == (scorer._sign > 0), name


@pytest.mark.parametrize("name", ["adjusted_rand", "adjusted_mutual_info"])
def test_intervals_of_pairs_hold_what_endless_rows_have(name: str) -> None:
    def made(rng: np.random.Generator, rows: int) -> Predictions:
        of = rng.integers(0, 3, rows)
        found = np.where(rng.random(rows) < 0.7, of, rng.integers(0, 3, rows))
        spec = TargetSpec("clusters", "clustering", (1, 2, 3), width=1)
        return Predictions(spec, of[:, None] * 1.0, np.eye(3)[found], reference=np.array(["x", "y", "z"], object)[of])

    whole = METRICS[name](made(np.random.default_rng(0), 200_000))
    found = [bootstrap.scored([(name, made(np.random.default_rng([5, i]), 100))], i)[0][0] for i in range(60)]
    assert sum(one.low <= whole <= one.high for one in found) >= 52


def test_a_function_is_a_metric(own: None) -> None:
    @protokit.metric(task="regression", greater_is_better=False)
    def cost(truth: np.ndarray, predicted: np.ndarray, sample_weight: np.ndarray) -> float:
        """What stock costs that is missing."""
        missing = np.maximum(truth - predicted, 0)
        predicted[:] = 0  # it is given copies
        return float(np.average(missing, weights=sample_weight))

    assert Evaluate(metrics=["cost"]).metrics == ("cost",)  # type: ignore[arg-type]
    p = predictions("regression", 80, skill=0.3)
    assert METRICS["cost"](p) == pytest.approx(np.maximum(p.truth - p.scores, 0).mean())
    assert METRICS["cost"].about == "What stock costs that is missing." and "cost" not in METRICS.house()
    assert judge(p, {"dummy": predictions("regression", 80, skill=0.0)}, ("cost",), 0)[1].outcome == "better"

    @protokit.metric(task=["binary", "multiclass"])
    def said(truth: np.ndarray, predicted: np.ndarray) -> float:
        return float((truth == predicted).mean())

    b = predictions("binary", 80)
    assert METRICS["said"](b) == METRICS["accuracy"](b)

    protokit.metric(task="classification", name="of_classes")(lambda truth, predicted: (truth == predicted).mean())
    assert METRICS["of_classes"].tasks == ("binary", "multiclass")

    @protokit.metric(task="binary", takes="probabilities", name="sure")
    def _(truth: np.ndarray, predicted: np.ndarray) -> float:
        return float(predicted[truth == 1].mean())

    assert METRICS["sure"](b) == pytest.approx(b.scores[b.truth == 1, 1].mean())


def test_faults_of_a_function_are_told_at_its_name(own: None) -> None:
    @protokit.metric(task="regression")
    def broken(truth: np.ndarray, predicted: np.ndarray) -> float:
        raise KeyError("price")

    @protokit.metric(task="regression")
    def several(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
        return truth - predicted

    p = predictions("regression")
    with pytest.raises(DataError, match="the metric 'broken' failed: KeyError: 'price'"):
        METRICS["broken"](p)
    with pytest.raises(DataError, match="and a metric is one number"):
        METRICS["several"](p)
    with pytest.raises(SpecError, match="what task it is for"):
        protokit.metric(lambda truth, predicted: 0.0)  # type: ignore[call-overload]
    with pytest.raises(SpecError, match="takes truth, and is given"):
        protokit.metric(task="regression", name="one")(lambda truth: 0.0)
    with pytest.raises(SpecError, match="not for the task 'regresion'"):
        protokit.metric(task="regresion")
