"""The loss and the metrics of a network of several members, and its training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from protokit.learn.members import LossOfMembers, metric_of_mean
from protokit.learn.pinball import pinball
from protokit.learn.train import Trained, Trainer
from protokit.learn.training.runtime import Values

MENU = [{"ensemble": {"members": 3, "layers": [{"Dense": {"units": 8, "activation": "relu"}}, {"Dropout": 0.2}]}}]
RNG = np.random.default_rng(5)


@pytest.mark.parametrize(
    ("loss", "truth", "units"),
    [
        (keras.losses.BinaryCrossentropy(), RNG.integers(0, 2, (20, 1)), 1),
        (keras.losses.BinaryCrossentropy(label_smoothing=0.1), RNG.integers(0, 2, (20, 4)), 4),  # labels
        (keras.losses.BinaryFocalCrossentropy(), RNG.integers(0, 2, 20), 1),
        (keras.losses.SparseCategoricalCrossentropy(), RNG.integers(0, 3, (20, 1)), 3),
        (keras.losses.MeanSquaredError(), RNG.normal(size=(20, 1)), 1),
        (keras.losses.Huber(reduction="sum"), RNG.normal(size=(20, 1)), 1),
        (pinball((0.1, 0.5, 0.9)), RNG.normal(size=(20, 1)), 3),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_loss_is_the_mean_of_the_members_losses(
    loss: keras.losses.Loss, truth: np.ndarray, units: int, weighted: bool
) -> None:
    said = RNG.random((20, 4, units)).astype(np.float32)
    said = said / said.sum(axis=-1, keepdims=True) if units == 3 else said
    truth = truth.astype(np.float32)
    weights = RNG.random(20).astype(np.float32) if weighted else None
    each = [float(loss(truth, said[:, member], sample_weight=weights)) for member in range(4)]
    together = LossOfMembers(loss)
    assert float(together(truth, said, sample_weight=weights)) == pytest.approx(np.mean(each), rel=1e-5)
    mean = said.mean(axis=1)
    assert float(together(truth, mean, sample_weight=weights)) == float(loss(truth, mean, sample_weight=weights))


def test_a_loss_of_all_rows_together_stays_one() -> None:
    truth, said = RNG.integers(0, 2, (20, 1)).astype(np.float32), RNG.random((20, 4, 1)).astype(np.float32)
    assert 0 < float(LossOfMembers(keras.losses.Dice())(truth, said)) < 1


@pytest.mark.parametrize(
    ("name", "task", "truth", "units", "plain"),
    [
        ("accuracy", "binary", RNG.integers(0, 2, (20, 1)), 1, keras.metrics.BinaryAccuracy()),
        ("accuracy", "multiclass", RNG.integers(0, 3, (20, 1)), 3, keras.metrics.SparseCategoricalAccuracy()),
        ("binary_accuracy", "multilabel", RNG.integers(0, 2, (20, 4)), 4, keras.metrics.BinaryAccuracy()),
        ("mae", "regression", RNG.normal(size=(20, 1)), 1, keras.metrics.MeanAbsoluteError()),
    ],
)
def test_metrics_are_of_the_mean(name: str, task: str, truth: np.ndarray, units: int, plain: Any) -> None:
    said = RNG.random((20, 5, units)).astype(np.float32)
    plain.update_state(truth, said.mean(axis=1))
    for given in (said, said.mean(axis=1)):
        metric = metric_of_mean(name, task)
        metric.update_state(truth, given)
        assert metric.name == name and float(metric.result()) == pytest.approx(float(plain.result()), abs=1e-6)


@pytest.mark.some("plain")
@pytest.mark.parametrize("way", ["fit", "plain", "xla"])
def test_members_differ_and_resume_to_the_bit(
    way: str, trainer_of: Callable[..., tuple[Trainer, Any]], tmp_path: Path
) -> None:
    trainer, data = trainer_of(way, "r", menu=MENU, epochs=6)
    values = Values.of(trainer.network)
    whole = trainer.train(data.train, data.validation, values)
    assert whole.progress.history[-1]["loss"] < 0.9 * whole.progress.history[0]["loss"]
    assert "refused" not in whole.progress.how
    each = np.asarray(trainer.network({k: v[:9] for k, v in data.test.inputs.items()}, training=True))
    assert each.shape == (9, 3, 1) and each.std(axis=1).min() > 0

    def stop(progress: Any, plan: Any) -> None:
        if progress.epoch == 4:
            raise KeyboardInterrupt

    path = tmp_path / "snapshot.safetensors"
    monkey = pytest.MonkeyPatch()
    monkey.setattr("protokit.learn.train._BETWEEN_SAVES", 0.0)
    with pytest.raises(KeyboardInterrupt):
        trainer.train(data.train, data.validation, values, snapshot=path, key="k", on_epoch=stop)
    monkey.undo()
    resumed = trainer.train(data.train, data.validation, values, snapshot=path, key="k")
    assert resumed.progress.history == whole.progress.history
    assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True))


def test_what_members_take_numbers_times_does_not_decay(trained_by: Callable[..., Trained]) -> None:
    optimizer = {"AdamW": {"learning_rate": 1e-9, "weight_decay": 0.5}}
    menu = [{"ensemble": {"members": 3, "layers": [{"Dense": 8}]}}]
    kept = {"optimizer": optimizer, "menu": menu, "epochs": 1}
    strong = trained_by("plain", "c", **kept).weights
    assert strong[0].shape == (3, 2)  # its scale
    optimizer["AdamW"]["weight_decay"] = 0.0
    none = trained_by("plain", "c", **kept).weights
    assert np.array_equal(strong[0], none[0])
