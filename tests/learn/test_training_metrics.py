"""Metrics after each epoch: Keras's by name, and one's own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.backend import keras
from protokit.learn.parts.training_metric import TRAINING_METRICS
from protokit.learn.train import Trained, predict
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.testing.parts.training_metric import check_training_metric

_OF_CODES = ["CategoricalAccuracy", "SparseCategoricalCrossentropy", "F1Score"]
PLUGIN = Path(__file__).parent.parent / "plugin"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(TRAINING_METRICS._registered())
    yield
    TRAINING_METRICS._things.clear()
    TRAINING_METRICS._things.update(before)


def learn(target: object = "c", **words: object) -> Any:
    return Recipe.parse({"represent": {"target": target}, "learn": words}).learn


def test_a_metric_of_another_package_keeps_its_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop("protokit_example.training_metric", None)
    importlib.import_module("protokit_example.training_metric")
    check_training_metric("near", by=0.3)


@pytest.mark.parametrize("way", ["xla", "fit"])
def test_keras_s_metrics_are_what_they_say(trainer_of: Callable[..., Any], way: str) -> None:
    metrics = [{"AUC": {"num_thresholds": 20000}}, {"Precision": {"thresholds": 0.4}}, "Precision", "F1Score"]
    trainer, data = trainer_of(way, "c", metrics=metrics, epochs=3)
    found = trainer.train(data.train, data.validation)
    row = found.progress.history[found.progress.best_epoch - 1]
    said = predict(trainer.network, dict(data.validation.inputs), data.encoder.signature)["c"][:, 0]
    truth = data.validation.truth["c"]
    assert row["validation_auc"] == pytest.approx(roc_auc_score(truth, said), abs=5e-3)
    for name, above in (("precision", 0.4), ("precision_2", 0.5)):
        assert row[f"validation_{name}"] == pytest.approx(truth[said > above].mean(), abs=1e-5)
    assert "f1_score" in row


def test_codes_become_columns_for_metrics_that_take_them(trainer_of: Callable[..., Any]) -> None:
    trainer, data = trainer_of(
        "plain", "k", metrics=["CategoricalAccuracy", "SparseCategoricalCrossentropy", "F1Score"]
    )
    row = trainer.train(data.train, data.validation).progress.history[-1]
    assert row["categorical_accuracy"] == pytest.approx(row["accuracy"])
    assert row["sparse_categorical_crossentropy"] == pytest.approx(row["loss"], rel=1e-5)
    assert 0 < row["f1_score"] < 1


def test_of_several_targets_each_has_those_that_fit(trained_by: Callable[..., Trained]) -> None:
    @protokit.training_metric
    def least(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.min(y_pred - y_true, axis=-1)

    row = trained_by("plain", ["c", "k", "r"], metrics=["AUC", "R2Score", "least"], epochs=1).progress.history[0]
    new = {name for name in row if not name.startswith("validation") and not name.endswith(("loss", "accuracy", "mae"))}
    assert new == {"epoch", "learning_rate", "c_auc", "k_auc", "r_r2_score", "c_least", "k_least", "r_least"}
    row = trained_by("plain", ["c", "r"], metrics={"c": ["AUC"], "r": [least]}, epochs=1).progress.history[0]
    assert {"c_auc", "r_least"} < set(row) and "c_least" not in row
    with pytest.raises(DataError, match="R2Score is for numbers, and 'c' is binary"):
        trained_by("plain", ["c", "r"], metrics={"c": ["R2Score"]})
    with pytest.raises(SpecError, match="'z' is no target"):
        learn(["c", "r"], metrics={"z": ["AUC"]})


def test_members_are_scored_by_their_mean(trainer_of: Callable[..., Any]) -> None:
    menu = [{"ensemble": {"members": 2, "layers": [{"Dense": 4}]}}]
    trainer, data = trainer_of("plain", "c", metrics=["AUC", "BinaryCrossentropy"], menu=menu, epochs=1)
    row = trainer.train(data.train, data.validation).progress.history[0]
    said = predict(trainer.network, dict(data.validation.inputs), data.encoder.signature)["c"][:, 0]
    truth = data.validation.truth["c"]
    assert row["validation_binary_crossentropy"] == pytest.approx(log_loss(truth, said), rel=1e-4)


def test_a_class_of_keras_s_and_an_object(trained_by: Callable[..., Trained]) -> None:
    class Largest(keras.metrics.Metric):  # type: ignore[misc]
        """The largest error."""

        def __init__(self, name: str = "largest", **more: Any) -> None:
            super().__init__(name=name, **more)
            self.value = self.add_variable((), "zeros", name="value")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            error = keras.ops.max(keras.ops.abs(y_pred - y_true))
            self.value.assign(keras.ops.maximum(self.value, error))

        def result(self) -> Any:
            return self.value

    for given in ("Largest", Largest, Largest()):
        if given == "Largest":
            protokit.training_metric(task="regression")(Largest)
        rows = trained_by("xla", "r", metrics=[given], epochs=2).progress.history
        assert rows[0]["Largest"] > 0 and np.isfinite(rows[1]["validation_Largest"])


def test_what_is_wrong_is_told() -> None:
    for metrics, rule in (
        ("AUC", "metrics are a list"),
        (["AUK"], r"learn\.metrics\[0\]: unknown training metric 'AUK'.*\n.*did you mean 'AUC'"),
        (["nothing_like_it"], "see protokit list training_metrics"),
        ([{"AUC": {"curv": "PR"}}], "did you mean 'curve'"),
        (["Mean"], "it is given no truth"),
        ([3], "a name, or one name with its arguments"),
    ):
        with pytest.raises(SpecError, match=rule):
            learn(metrics=metrics)
    with pytest.raises(SpecError, match="there already"):
        protokit.training_metric(name="AUC")(lambda t, p: t)
    with pytest.raises(SpecError, match="no training metric class"):
        protokit.training_metric(dict)
    valid = jsonschema.Draft202012Validator(schema()).is_valid
    for metrics, right in (
        (["AUC", {"Precision": {"thresholds": 0.7}}], True),
        ({"c": ["AUC"]}, True),
        (["AUK"], False),
        ("AUC", False),
        ([{"AUC": {"curv": 1}}], False),
    ):
        assert valid({"represent": {"target": "c"}, "learn": {"metrics": metrics}}) == right, metrics


@pytest.mark.parametrize(
    ("target", "metrics", "rule"),
    [
        ("r", ["AUC"], "AUC is for classes, and 'r' is regression"),
        ("c", [{"F1Score": {"average": None}}], "gives numbers of shape"),
        ("c", ["TopKCategoricalAccuracy"], "is for more than two classes"),
        ("k", ["MeanIoU"], "needs|compares classes"),
    ],
)
def test_what_does_not_fit_the_data_is_told(
    trained_by: Callable[..., Trained], target: str, metrics: list[Any], rule: str
) -> None:
    with pytest.raises((DataError, SpecError), match=rule):
        trained_by("plain", target, metrics=metrics)


def test_a_metric_that_fails_is_told_where_it_stands(trained_by: Callable[..., Trained]) -> None:
    @protokit.training_metric
    def wrong(y_true: Any, y_pred: Any) -> Any:
        return y_pred @ y_true

    with pytest.raises(DataError, match=r"test_training_metrics.py:\d+: the training metric 'wrong' fails on a truth"):
        trained_by("plain", "r", metrics=["wrong"])
