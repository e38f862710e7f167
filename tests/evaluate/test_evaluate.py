from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from protokit.core.names import number
from protokit.core.values.arrays import Arrays, Features, Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.estimators.predicting import predict
from protokit.evaluate.metrics.metric import METRICS, default_metrics
from protokit.evaluate.verdict import judge
from protokit.testing.metric import predictions as made

CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "ordinal": ("a", "b", "c")}
QUANTILES = (0.1, 0.5, 0.9)


MADE = {
    "survival", "vector", "generation", "tagging", "segmentation", "reconstruction", "similarity", "translation",
}  # fmt: skip


def predictions(task: str, rows: int, seed: int, skill: float = 1.0, ties: bool = False) -> Predictions:
    several = ("u", "v") if task in {"multilabel", "forecasting"} else ()
    quantiles = QUANTILES if task == "quantile" else ()
    target = TargetSpec("y", task, CLASSES.get(task, ()), several, 3, quantiles)  # type: ignore[arg-type]
    truth_rng, rng = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    if task == "forecasting":
        truth = truth_rng.normal(size=(rows, 3, 2))
        each = {"naive": [0.5, 2.0], "naive_1": [0.25, 4.0], "scale": [1.0, 3.0]}
        units = {name: np.tile(values, (rows, 1)) for name, values in each.items()}
        return Predictions(target, truth, truth * skill + rng.normal(size=truth.shape), units)
    if task == "multilabel":
        truth = truth_rng.integers(0, 2, (rows, 2))
        scores = np.clip(0.5 + 0.3 * skill * (truth - 0.5) + 0.3 * rng.normal(size=truth.shape), 0, 1)
        return Predictions(target, truth, np.round(scores, 1) if ties else scores)
    if task == "quantile":
        truth = truth_rng.normal(size=rows)
        return Predictions(target, truth, np.sort(truth[:, None] * skill + rng.normal(size=(rows, 3)), axis=1))
    if task == "counts":
        target = TargetSpec("y", "regression")
        return Predictions(target, truth_rng.uniform(0.5, 5, rows), rng.uniform(0.5, 5, rows))
    if task == "regression":
        truth = truth_rng.normal(size=rows)
        return Predictions(target, truth, truth * skill + rng.normal(size=rows))
    if task in MADE:
        return made(task, rows, seed)
    if task == "clustering":
        of = truth_rng.integers(0, 3, rows)
        points = truth_rng.normal(size=(rows, 2)) + 4 * skill * np.eye(3)[of][:, :2]
        scores = -rng.random((rows, 3)) + 0.9 * skill * np.eye(3)[of]
        target = TargetSpec("cluster", "clustering", (1, 2, 3), width=2)
        return Predictions(target, points, scores, reference=np.array(["u", "v", None], object)[of])
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
    whole = sk.accuracy_score(m.truth, m.labels)
    for name in ("f1_micro", "precision_micro", "recall_micro"):
        assert METRICS[name](m) == pytest.approx(whole)
        assert METRICS[name](p) == pytest.approx(expected["accuracy"])
    assert METRICS["brier_score"](m) == pytest.approx(((m.scores - np.eye(m.scores.shape[1])[m.truth]) ** 2).sum() / 90)
    r = predictions("regression", 90, 0)
    assert METRICS["root_mean_squared_error"](r) == sk.root_mean_squared_error(r.truth, r.scores)
    labels = predictions("multilabel", 90, 0)
    assert METRICS["f1_macro"](labels) == sk.f1_score(labels.truth, labels.labels, average="macro")
    assert METRICS["roc_auc_macro"](labels) == sk.roc_auc_score(labels.truth, labels.scores)
    q = predictions("quantile", 90, 0)
    losses = [sk.mean_pinball_loss(q.truth, q.scores[:, i], alpha=level) for i, level in enumerate(QUANTILES)]
    assert METRICS["mean_pinball_loss"](q) == pytest.approx(np.mean(losses))
    f = predictions("forecasting", 90, 0)
    errors = np.abs(f.truth - f.scores).mean(axis=(0, 1))
    assert METRICS["mase"](f) == pytest.approx((errors / [0.25, 4.0]).mean())
    assert METRICS["seasonal_mase"](f) == pytest.approx((errors / [0.5, 2.0]).mean())
    assert METRICS["scaled_mean_squared_error"](f) == pytest.approx(
        sk.mean_squared_error((f.truth / [1.0, 3.0]).ravel(), (f.scores / [1.0, 3.0]).ravel())
    )


def test_whole_blocks_are_drawn() -> None:
    """Ten copies of each row say no more than the row alone."""
    p = predictions("binary", 40, 0)
    copies = Predictions(p.target, np.repeat(p.truth, 10), np.repeat(p.scores, 10, axis=0))
    blocked = Predictions(p.target, copies.truth, copies.scores, blocks=np.repeat(np.arange(40), 10))
    for name in ("accuracy", "f1"):
        widths = [
            np.ptp(np.quantile(bootstrap.resampled([(name, some)], 0)[0], [0.025, 0.975]))
            for some in (p, copies, blocked)
        ]
        assert widths[1] < 0.5 * widths[0] and widths[2] == pytest.approx(widths[0], rel=0.35)


def tasks(name: str) -> list[str]:
    """The tasks of a metric, with numbers above 0 for those that are undefined elsewhere."""
    return ["counts" if name.endswith(("_log_error", "_deviance")) else task for task in METRICS[name].tasks]


@pytest.mark.parametrize("name", list(METRICS))
def test_every_metric_works_on_every_task_it_is_for_and_on_few_rows(name: str) -> None:
    for task in tasks(name):
        assert np.isfinite(METRICS[name](predictions(task, 40, 1)))
        assert bootstrap.resampled([(name, predictions(task, 12, 1))], 0)[0].shape[0] in {200, 1000}
        one = predictions(task, 40, 1)
        reference = None if one.reference is None else one.reference[:3]
        units = {name: values[:3] for name, values in one.units.items()}
        alone = Predictions(one.target, one.truth[:3][[0, 0, 0]], one.scores[:3], units, reference=reference)
        assert isinstance(METRICS[name](alone), float)


# the silhouette of a row is not computed anew on resampled rows: tests/evaluate/test_grouping.py
# what chance gives of the mutual information is that of all rows: tests/evaluate/test_certainty.py
# the standard deviations that distances are in are those of all rows: tests/evaluate/test_draws.py
# the forest that tells rows apart is not grown anew on resampled ones, of which it would know its own copies
OTHERS = {"silhouette", "adjusted_mutual_info", "energy_distance", "two_sample_accuracy"}
FAST = [name for name in METRICS if name not in OTHERS and METRICS[name].fast(predictions(tasks(name)[0], 20, 0))]


@given(st.sampled_from(FAST), st.integers(5, 60), st.integers(0, 999), st.booleans())
@settings(deadline=None, max_examples=120)
def test_fast_forms_equal_scikit_learn_on_the_resampled_rows(name: str, rows: int, seed: int, ties: bool) -> None:
    for task in tasks(name):
        p = predictions(task, rows, seed, ties=ties)
        fast = METRICS[name].fast(p)
        if fast is None:  # of r2 there is one for numbers, and none for forecasts
            continue
        drawn = np.random.default_rng(seed).integers(rows, size=rows)
        if name == "roc_auc" and len(set(p.truth[drawn])) < 2:
            continue
        if name == "r2" and np.ptp(p.truth[drawn]) == 0:
            continue
        value = fast(p, np.bincount(drawn, minlength=rows)[None].astype(float))[0]
        assert value == pytest.approx(METRICS[name](p, drawn), rel=1e-9, abs=1e-9, nan_ok=True)


def test_what_numbers_below_zero_leave_undefined_is_not_a_number() -> None:
    p = predictions("regression", 40, 0)
    for name in ("mean_squared_log_error", "mean_poisson_deviance", "mean_gamma_deviance"):
        assert np.isnan(METRICS[name](p))
        assert np.isnan(bootstrap.interval(METRICS[name](p), bootstrap.resampled([(name, p)], 0)[0]).low)


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
        "ordinal": np.digitize(x[:, 0], [-0.5, 0.5]),
        "regression": 2 * x[:, 0],
    }
    x[rng.random(x.shape) < 0.1] = np.nan
    features = Features(x[:, :numbers], rng.integers(0, 300, (rows, codes)), (300,) * codes)
    return Arrays({}, {}, {"y": truth}, features)  # type: ignore[dict-item]


@pytest.mark.parametrize("name", [name for name in BASELINES if "binary" in BASELINES[name].tasks])
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
    metrics = default_metrics(task)
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


def test_a_part_that_does_not_vary_leaves_the_others_their_explained_variance() -> None:
    from protokit.evaluate.metrics.parts import R2OfParts
    from protokit.evaluate.scoring.parts import per_part

    spec = TargetSpec("p", "vector", columns=("a", "b"))
    rng = np.random.default_rng(0)
    truth = np.stack([rng.normal(size=40), np.ones(40)], axis=1)
    predictions = Predictions(spec, truth, truth + 0.1 * rng.normal(size=truth.shape))
    r2 = R2OfParts()
    assert r2.score(predictions) == pytest.approx(per_part(predictions)[0]["r2"]) and r2.score(predictions) > 0.9
    fast = r2.fast(predictions)
    assert fast is not None and fast(predictions, np.ones((1, 40)))[0] == pytest.approx(r2.score(predictions))
    assert np.isnan(r2.score(Predictions(spec, np.ones((4, 2)), np.ones((4, 2)))))
