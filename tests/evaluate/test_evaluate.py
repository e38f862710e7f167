from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from protokit.core.names import number
from protokit.core.values import Arrays, Features, Predictions, TargetSpec
from protokit.evaluate import bootstrap
from protokit.evaluate.baselines import BASELINES, predict
from protokit.evaluate.metrics import METRICS
from protokit.evaluate.verdict import judge
from protokit.recipe.vocabulary import DEFAULT_METRICS
from protokit.recipe.vocabulary import METRICS as TASKS

CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}


def predictions(task: str, rows: int, seed: int, skill: float = 1.0, ties: bool = False) -> Predictions:
    target = TargetSpec("y", task, CLASSES[task])  # type: ignore[arg-type]
    truth_rng, rng = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    if task == "regression":
        truth = truth_rng.normal(size=rows)
        return Predictions(target, truth, truth * skill + rng.normal(size=rows))
    k = len(CLASSES[task])
    truth = np.concatenate([np.arange(k), truth_rng.integers(0, k, rows - k)])
    logits = rng.normal(size=(rows, k)) + skill * np.eye(k)[truth]
    if ties:
        logits = np.round(logits)
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(target, truth, scores)


def test_values_are_scikit_learns() -> None:
    p = predictions("binary", 90, 0)
    expected = {
        "accuracy": sk.accuracy_score(p.truth, p.labels),
        "balanced_accuracy": sk.balanced_accuracy_score(p.truth, p.labels),
        "f1": sk.f1_score(p.truth, p.labels),
        "precision": sk.precision_score(p.truth, p.labels),
        "recall": sk.recall_score(p.truth, p.labels),
        "roc_auc": sk.roc_auc_score(p.truth, p.scores[:, 1]),
        "average_precision": sk.average_precision_score(p.truth, p.scores[:, 1]),
        "brier_score": sk.brier_score_loss(p.truth, p.scores[:, 1]),
        "log_loss": sk.log_loss(p.truth, p.scores),
        "matthews_corrcoef": sk.matthews_corrcoef(p.truth, p.labels),
    }
    assert {name: METRICS[name](p) for name in expected} == pytest.approx(expected, abs=1e-15)
    m = predictions("multiclass", 90, 0)
    assert METRICS["f1_macro"](m) == sk.f1_score(m.truth, m.labels, average="macro")
    assert METRICS["roc_auc_ovr"](m) == sk.roc_auc_score(m.truth, m.scores, multi_class="ovr")
    r = predictions("regression", 90, 0)
    assert METRICS["root_mean_squared_error"](r) == sk.root_mean_squared_error(r.truth, r.scores)


@pytest.mark.parametrize("name", list(METRICS))
def test_every_metric_works_on_every_task_it_is_for_and_on_few_rows(name: str) -> None:
    for task in TASKS[name]:
        assert np.isfinite(METRICS[name](predictions(task, 40, 1)))
        assert bootstrap.resampled([(name, predictions(task, 12, 1))], 0)[0].shape[0] in {200, 1000}
        one = predictions(task, 40, 1)
        alone = Predictions(one.target, one.truth[:3][[0, 0, 0]], one.scores[:3])
        assert isinstance(METRICS[name](alone), float)


FAST = [name for name in METRICS if bootstrap._fast(name, predictions(TASKS[name][0], 20, 0))]


@given(st.sampled_from(FAST), st.integers(5, 60), st.integers(0, 999), st.booleans())
@settings(deadline=None, max_examples=120)
def test_fast_forms_equal_scikit_learn_on_the_resampled_rows(name: str, rows: int, seed: int, ties: bool) -> None:
    for task in TASKS[name]:
        p = predictions(task, rows, seed, ties=ties)
        fast = bootstrap._fast(name, p)
        assert fast is not None
        drawn = np.random.default_rng(seed).integers(rows, size=rows)
        if name == "roc_auc" and len(set(p.truth[drawn])) < 2:
            continue
        if name == "r2" and np.ptp(p.truth[drawn]) == 0:
            continue
        value = fast(p, np.bincount(drawn, minlength=rows)[None].astype(float))[0]
        assert value == pytest.approx(METRICS[name](p, drawn), rel=1e-9, abs=1e-9)


def test_intervals_cover_at_their_rate() -> None:
    held = 0
    for seed in range(300):
        p = Predictions(
            TargetSpec("y", "binary", ("n", "y")),
            np.random.default_rng(seed).integers(0, 2, 150),
            np.repeat([[0.4, 0.6]], 150, axis=0),
        )
        samples = bootstrap.resampled([("accuracy", p)], seed)[0]
        found = bootstrap.interval(METRICS["accuracy"](p), samples)
        held += found.low <= 0.5 <= found.high
    assert 0.91 <= held / 300 <= 0.98


def arrays(rows: int, seed: int, numbers: int = 2, codes: int = 1) -> Arrays:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, max(1, numbers)))
    truth = {
        "binary": (x[:, 0] > 0).astype(np.int64),
        "multiclass": np.digitize(x[:, 0], [-0.5, 0.5]),
        "regression": 2 * x[:, 0],
    }
    x[rng.random(x.shape) < 0.1] = np.nan
    features = Features(x[:, :numbers], rng.integers(0, 300, (rows, codes)), (300,) * codes)
    return Arrays({}, {}, {"y": truth}, features)  # type: ignore[dict-item]


@pytest.mark.parametrize("name", list(BASELINES))
@pytest.mark.parametrize("task", list(CLASSES))
@pytest.mark.parametrize("shape", [(2, 1), (1, 0), (0, 2)])
def test_every_baseline_meets_every_task(name: str, task: str, shape: tuple[int, int]) -> None:
    target = TargetSpec("y", task, CLASSES[task])  # type: ignore[arg-type]
    train, test = (arrays(n, n, *shape) for n in (60, 20))
    train, test = (Arrays({}, {}, {"y": a.truth["y"][task]}, a.features) for a in (train, test))  # type: ignore[index]
    first, second = (predict(name, target, train, test, 3) for _ in range(2))
    assert np.array_equal(first.scores, second.scores) and np.isfinite(first.scores).all()
    if task != "regression":
        np.testing.assert_allclose(first.scores.sum(axis=1), 1)
        assert first.scores.shape == (20, len(CLASSES[task]))
        few = Arrays({}, {}, {"y": np.minimum(train.truth["y"], 1)}, train.features)
        assert predict(name, target, few, test, 3).scores.shape == (20, len(CLASSES[task]))


@pytest.mark.parametrize("task", list(CLASSES))
def test_the_verdict_says_better_worse_or_neither(task: str) -> None:
    good, poor = predictions(task, 600, 1, 3.0 if task != "regression" else 1.0), predictions(task, 600, 1, 0.1)
    metrics = DEFAULT_METRICS[task]
    assert judge(good, {"linear": poor}, metrics, 0)[1].outcome == "better"
    worse = judge(poor, {"linear": good, "dummy": poor}, metrics, 0)[1]
    assert worse.outcome == "worse" and worse.baseline == "linear"
    assert worse.sentence.startswith("The network is worse than the best baseline, linear: ")
    same = judge(good, {"linear": good}, metrics, 0)[1]
    assert same.outcome == "cannot tell apart" and "did not beat" in same.sentence
    assert judge(good, {}, metrics, 0)[1].outcome == "not compared"


def test_one_class_in_the_test_rows_is_said() -> None:
    p = predictions("binary", 30, 0)
    alone = Predictions(p.target, np.zeros(30, np.int64), p.scores)
    scores, verdict = judge(alone, {"dummy": alone}, ("roc_auc", "accuracy"), 0)
    assert "one class only" in verdict.sentence and not np.isfinite(scores[0].network.value)


def test_numbers_are_short() -> None:
    assert [number(v) for v in (0.91267, 54321.4, 12.34, float("nan"))] == ["0.913", "54,321", "12.3", "-"]
