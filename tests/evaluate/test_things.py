"""Metrics, baselines, checks and rules: each keeps the contract of its kind, in the order that results have."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from protokit.core.checkup import Symptom
from protokit.core.errors import SpecError
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Finding
from protokit.core.values.signature import TASKS, TargetSpec
from protokit.evaluate.audit.audit import audit
from protokit.evaluate.audit.check import CHECKS, SERIES_CHECKS, Check
from protokit.evaluate.baselines.baseline import BASELINES, Baseline, default_baselines
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.doctor.doctor import diagnose
from protokit.evaluate.doctor.rule import RULES, Rule
from protokit.evaluate.instances import Instances
from protokit.evaluate.metrics.metric import METRICS, Metric, default_metrics
from protokit.evaluate.verdict import judge
from protokit.evaluate.words import Evaluate
from protokit.testing import check as of_checks
from protokit.testing.baseline import check_baseline
from protokit.testing.check import check_check
from protokit.testing.metric import check_metric, predictions
from protokit.testing.rule import SOUND, check_rule, losses

_ROWS = ("dummy", "linear", "boosting", "neighbors")


@pytest.mark.parametrize("name", [*METRICS])
def test_every_metric_keeps_its_contract(name: str) -> None:
    check_metric(METRICS[name])


@pytest.mark.parametrize("name", [*BASELINES])
def test_every_baseline_keeps_its_contract(name: str) -> None:
    check_baseline(BASELINES[name])


@pytest.mark.parametrize("name", [*CHECKS])
def test_every_check_keeps_its_contract(name: str) -> None:
    check_check(CHECKS[name])


@pytest.mark.parametrize("name", [*SERIES_CHECKS])
def test_every_check_of_series_keeps_its_contract(name: str) -> None:
    check_check(SERIES_CHECKS[name])


@pytest.mark.parametrize("name", [*RULES])
def test_every_rule_keeps_its_contract(name: str) -> None:
    check_rule(RULES[name])


def test_the_metrics_of_a_task_and_their_order_are_kept() -> None:
    assert {task: default_metrics(task) for task in of_tasks()} == {
        "binary": ("roc_auc", "accuracy", "log_loss"),
        "multiclass": ("accuracy", "f1_macro", "log_loss"),
        "regression": ("root_mean_squared_error", "mean_absolute_error", "r2"),
        "multilabel": ("f1_macro", "accuracy", "roc_auc_macro"),
        "quantile": ("mean_pinball_loss", "coverage", "interval_width"),
        "forecasting": ("mase", "mean_absolute_error", "smape"),
        "clustering": ("silhouette", "davies_bouldin"),
        "ordinal": ("quadratic_kappa", "mean_absolute_rank_error", "accuracy"),
        "count": ("mean_poisson_deviance", "d2_poisson_deviance", "mean_absolute_error"),
        "positive": ("mean_gamma_deviance", "d2_gamma_deviance", "mean_absolute_error"),
        "survival": ("concordance", "integrated_brier_score"),
        "tagging": ("step_accuracy", "step_f1_macro", "span_f1"),
        "vector": ("r2_macro", "root_mean_squared_error_macro", "mean_absolute_error_macro"),
        "segmentation": ("mean_iou", "mean_dice", "pixel_accuracy"),
        "generation": ("energy_distance", "marginal_distance", "two_sample_accuracy"),
        "reconstruction": ("reconstruction_error",),
        "similarity": ("recall_at_1", "recall_at_5"),
        "translation": ("exact_match", "token_accuracy"),
    }
    with_labels = ("adjusted_rand", "adjusted_mutual_info", "silhouette", "davies_bouldin")
    assert default_metrics("clustering", labels=True) == with_labels


def of_tasks() -> set[str]:
    return {*TASKS.house()}


def test_the_baselines_of_a_task_and_their_order_are_kept() -> None:
    few = {task: default_baselines(task, 10_000_000) for task in of_tasks()}
    assert few == {
        **dict.fromkeys(
            ("binary", "multiclass", "regression", "multilabel", "quantile", "ordinal", "count", "positive"), _ROWS
        ),
        "forecasting": ("linear", "naive", "seasonal_naive"),
        "clustering": ("kmeans", "gaussian_mixture"),
        "survival": ("kaplan_meier", "cox"),
        "vector": _ROWS,
        "tagging": ("dummy", "linear", "boosting"),
        "segmentation": ("dummy", "linear"),
        "generation": ("independent_columns", "gaussian"),
        "reconstruction": ("dummy",),
        "similarity": ("raw_columns",),
        "translation": ("dummy", "neighbors"),
    }
    many = {task: default_baselines(task, 10_000_001) for task in of_tasks()}
    assert many == {task: tuple(name for name in names if name != "neighbors") for task, names in few.items()}


def test_the_order_of_checks_and_rules_is_kept() -> None:
    assert [*CHECKS.house()] == [
        "duplicates", "origins", "identifiers", "groups", "times", "leaks", "together", "drift", "conflicts", "empty",
        "balance", "sizes",
    ]  # fmt: skip
    assert [name for name, check in CHECKS.house().items() if check.explains] == [
        "origins", "identifiers", "groups", "times", "leaks", "together",
    ]  # fmt: skip
    assert [*SERIES_CHECKS.house()] == [
        "ahead", "identifiers", "copies", "frozen", "shifts", "gaps", "empty", "spans",
    ]  # fmt: skip
    explaining = [name for name, check in SERIES_CHECKS.house().items() if check.explains]
    assert explaining == ["ahead", "identifiers"]
    assert [*RULES.house()] == [
        "constant_target", "wrong_loss", "unscaled_inputs", "unscaled_target", "tiny_batch", "learning_rate_high",
        "dead_units", "saturated_units", "exploding_gradients", "vanishing_gradients", "learning_rate_low", "leak",
        "no_signal", "training_signal", "underfitting", "part_not_learned", "class_never_said",
        "overfitting", "label_noise", "beaten_by_boosting",
    ]  # fmt: skip
    of_losses = [name for name, rule in RULES.house().items() if rule.needs_losses_alone]
    assert of_losses == ["learning_rate_high", "training_signal", "overfitting"]


@pytest.fixture
def example(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The modules of the package of plug-ins, and its things out of the registries afterwards."""
    monkeypatch.syspath_prepend(str(root / "tests" / "plugin"))
    registries: tuple[Instances[Any], ...] = (METRICS, BASELINES, CHECKS, RULES)
    before = [(one, one.house()) for one in registries]

    def module(name: str) -> ModuleType:
        sys.modules.pop(f"protokit_example.{name}", None)
        return importlib.import_module(f"protokit_example.{name}")

    yield module
    for registry, things in before:
        registry._things = things


def test_a_metric_of_another_package(example: Any) -> None:
    gain = example("metric").GainAt10
    check_metric(gain)
    written = Evaluate(metrics=["gain_at_10", "f1_score", "neg_log_loss"])  # type: ignore[arg-type]
    assert written.metrics == ("gain_at_10", "f1", "log_loss")
    p = predictions("binary", 60)
    [(interval, samples)] = bootstrap.scored([("gain_at_10", p)], 0)
    assert interval.low <= interval.value <= interval.high and len(samples) == 200
    sentence = judge(p, {"dummy": predictions("binary", 60, skill=0.0)}, ("gain_at_10",), 0)[1].sentence
    assert "gain_at_10" in sentence
    none = Predictions(p.target, np.zeros(60, np.int64), p.scores)
    assert "none of them is positive" in judge(none, {}, ("gain_at_10",), 0)[1].sentence
    assert "gain_at_10" not in default_metrics("binary") and [*METRICS.all()][-1] == "gain_at_10"
    assert list(METRICS.house()) == [name for name in METRICS if name != "gain_at_10"]


def test_a_baseline_of_another_package(example: Any) -> None:
    check_baseline(example("baseline").MedianOfGroup)
    assert "median_of_group" not in default_baselines("regression", 0)
    written = Evaluate(baselines=["median_of_group", "linear"])  # type: ignore[arg-type]
    assert written.baselines == ("median_of_group", "linear")


def test_a_check_of_another_package(example: Any) -> None:
    check_check(example("check").SimilarLevels)
    data = of_checks.table("binary", 60)
    data.frame["category"] = np.resize(["a", "a ", "b"], 60)
    [found] = [finding for finding in audit(data) if finding.check == "similar_levels"]
    assert found.columns == ("category",) and found.evidence == {"levels": 3, "plain": 2}


def test_a_rule_of_another_package(example: Any) -> None:
    from dataclasses import replace

    check_rule(example("rule").Unfinished)
    short = replace(SOUND, history=losses((0.6, 0.58), (0.45, 0.46), (0.4, 0.43)), epochs=3, best_epoch=3)
    assert [one.check for one in diagnose(short)] == ["unfinished"]


def test_a_name_has_one_owner_and_a_cell_that_is_run_again_is_no_second() -> None:
    registry: Instances[Metric] = Instances("metric")

    def cell(value: float) -> type[Metric]:
        class Own(Metric):
            name = "own"
            about = "A number."
            tasks = ("binary",)

            def score(self, predictions: Predictions) -> float:
                return value

        return Own

    registry.add(cell(1.0))
    registry.add(cell(2.0))
    assert registry["own"](predictions("binary")) == 2.0

    class Other(Metric):
        name = "own"

    with pytest.raises(SpecError, match="is there already"):
        registry.add(Other)


class Wrong(Metric):
    name = "wrong"
    about = "A number."
    tasks = ("binary",)

    def score(self, predictions: Predictions) -> float:
        return -float((predictions.labels == predictions.truth).mean())


class Undecided(Baseline):
    name = "undecided"
    about = "Something else each time."
    tasks = ("regression",)

    def fit(self, features: Any, truth: np.ndarray, target: TargetSpec, seed: int) -> Any:
        class Fitted:
            def scores(self, features: Any) -> np.ndarray:
                return np.random.default_rng().normal(size=len(features.numbers))

        return Fitted()


class Loud(Check):
    name = "loud"
    about = "Blames all data."

    def __call__(self, data: Any) -> Iterator[Finding]:
        yield Finding("loud", "fatal", (), "all is wrong")


class Nameless(Rule):
    name = "nameless"
    about = "Speaks of every rise."

    def __call__(self, checkup: Any, found: Any) -> Iterator[Symptom]:
        if checkup.history and checkup.history[0]["loss"] > 1:
            yield Symptom("other", "warning", "the loss rose", {"loss": 1.0}, advice="look")


@pytest.mark.parametrize(
    ("call", "thing", "said"),
    [
        (check_metric, Wrong, "of perfect predictions"),
        (check_baseline, Undecided, "use the seed"),
        (check_check, Loud, "calls sound data fatal"),
        (check_rule, Nameless, "not 'nameless'"),
    ],
)
def test_a_thing_that_breaks_its_contract_is_told(call: Any, thing: type, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        call(thing)
