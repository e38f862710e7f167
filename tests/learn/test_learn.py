from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import DataError, SpecError, TrainingError
from protokit.core.values.arrays import Features
from protokit.learn.engine import ENGINES
from protokit.learn.plan import Plan, Progress
from protokit.learn.planning import class_weights, plan_of
from protokit.learn.snapshot import Snapshot
from protokit.learn.train import Trained, Trainer, predict
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent


def frame(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    return pd.DataFrame(
        {"x": x, "z": z, "c": (x + z > 0).astype(int), "k": np.digitize(x, [-0.5, 0.5]), "r": 3 * x - z}
    )


def prepared(target: object, learn: dict) -> tuple[Recipe, Represented]:
    data = {"represent": {"target": target}, "learn": {"menu": [{"Dense": 8}, {"Dropout": 0.2}], "epochs": 3, **learn}}
    recipe = Recipe.parse(data)
    used = ["x", "z", *([target] if isinstance(target, str) else target)]
    [found] = represent(recipe, collect(recipe, frame()[used]))
    return recipe, found


def trainer_of(target: object = "c", **learn: object) -> tuple[Trainer, Represented]:
    recipe, data = prepared(target, learn)
    signature = data.encoder.signature
    return Trainer(recipe.learn, network_for(recipe, signature), signature, seed=recipe.seed), data


def trained(target: object = "c", snapshot: Path | None = None, **learn: object) -> Trained:
    trainer, data = trainer_of(target, **learn)
    return trainer.train(data.train, data.validation, snapshot=snapshot, key="k")


@pytest.mark.parametrize("engine", list(ENGINES))
@pytest.mark.parametrize("target", ["c", "k", "r", ["c", "k", "r"]], ids=["binary", "multiclass", "regression", "all"])
def test_every_engine_trains_every_task(engine: str, target: object) -> None:
    trainer, data = trainer_of(target, engine=engine, epochs=8, optimizer={"Adam": 0.02})
    result = trainer.train(data.train, data.validation)
    losses = [row["loss"] for row in result.progress.history]
    assert losses[-1] < losses[0] and result.progress.epoch == 8
    out = predict(trainer.network, dict(data.test.inputs), data.encoder.signature)
    assert {name: len(values) for name, values in out.items()} == dict.fromkeys(out, data.test.rows)


def test_the_same_seed_gives_the_same_bits_and_the_best_epoch_is_kept() -> None:
    first, second = trained(epochs=6), trained(epochs=6)
    assert first.progress == second.progress
    for a, b in zip(first.weights, second.weights, strict=True):
        assert np.array_equal(a, b)
    losses = [row["validation_loss"] for row in first.progress.history]
    assert first.progress.best_epoch == int(np.argmin(losses)) + 1


@pytest.mark.some("plateau")
@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau"])
def test_a_training_stopped_after_any_epoch_goes_on_to_the_same_bits(tmp_path: Path, schedule: str) -> None:
    whole = trained(epochs=5, schedule=schedule)

    class Stop(Exception):
        pass

    for stop in (1, 3):
        path = tmp_path / f"{schedule}{stop}.safetensors"
        trainer, data = trainer_of("c", epochs=5, schedule=schedule)
        seen = 0

        def fail(progress: Progress, plan: Plan, stop: int = stop) -> None:
            nonlocal seen
            seen += 1
            if seen > stop:
                raise Stop

        import protokit.learn.train as module

        module._BETWEEN_SAVES, before = -1.0, module._BETWEEN_SAVES
        try:
            with pytest.raises(Stop):
                trainer.train(data.train, data.validation, snapshot=path, key="k", on_epoch=fail)
        finally:
            module._BETWEEN_SAVES = before
        resumed = trained(epochs=5, schedule=schedule, snapshot=path)
        assert resumed.progress == whole.progress
        for a, b in zip(resumed.weights, whole.weights, strict=True):
            assert np.array_equal(a, b)
    with pytest.raises(DataError, match="another recipe"):
        Snapshot.load(path, "other")
    path.write_bytes(b"damaged")
    with pytest.raises(DataError, match="not a snapshot"):
        Snapshot.load(path, "k")


def test_a_rate_too_high_is_named_with_epoch_batch_and_cure() -> None:
    with pytest.raises(TrainingError, match=r"epoch \d+, batch \d+ of \d+.*learning rate") as caught:
        trained("r", optimizer={"SGD": {"learning_rate": 1e6}}, epochs=30, menu=[{"Dense": 8}])
    assert "SGD: {learning_rate: 0.01}" in str(caught.value.cure)


def test_an_infinite_activation_names_its_layer() -> None:
    menu = [
        {"Dense": {"units": 4, "kernel_initializer": {"Constant": 1e30}}, "name": "boom"},
        {"Activation": "exponential"},
    ]
    with pytest.raises(TrainingError, match=r"epoch 1, batch 1 of \d+, first in the layer 'activation_2'"):
        trained("r", menu=menu)


def test_a_menu_that_does_not_fit_is_an_error_at_its_place() -> None:
    with pytest.raises(SpecError, match=r"learn\.menu\[0\]\.Conv2D: Conv2D cannot take \(rows, 2\)"):
        trained(menu=[{"Conv2D": {"filters": 2, "kernel_size": 2}}])


def test_class_weights() -> None:
    _, data = prepared("k", {})
    weights = class_weights("balanced", data.encoder.signature, data.train)
    assert weights is not None
    sums = [weights["k"][data.train.truth["k"] == i].sum() for i in range(3)]
    np.testing.assert_allclose(sums, sums[0], rtol=1e-5)
    assert trained("c", class_weights={0: 1.0, 1: 50.0}).progress.epoch == 3
    with pytest.raises(DataError, match="no class '7'"):
        trained("c", class_weights={7: 1.0})
    with pytest.raises(DataError, match="class weights are for rows of one class"):
        trained("r", class_weights="balanced")


def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    recipe, data = prepared("c", {})
    plan = plan_of(recipe.learn, data.encoder.signature, data.train, data.validation, 0)
    assert np.array_equal(plan.order(3, 50), plan.order(3, 50))
    assert not np.array_equal(plan.order(3, 50), plan.order(4, 50))
    assert sorted(plan.order(3, 50)) == list(range(50))


def test_patience_and_schedules() -> None:
    plan = Plan(100, 32, 0, "plateau", 8, "validation_loss", None)
    progress = Progress()
    assert progress.finish_epoch({"validation_loss": 1.0}, plan)
    for _ in range(8):
        assert not progress.finish_epoch({"validation_loss": 2.0}, plan)
    assert progress.done and progress.best_epoch == 1 and progress.factor == pytest.approx(0.3)
    cosine = Plan(10, 32, 0, "cosine", None, "loss", None)
    assert Progress(epoch=5).learning_rate(1.0, cosine) == pytest.approx(0.5)


def test_where_an_epoch_is_of_few_batches_as_many_more_epochs_are_as_one() -> None:
    recipe, data = prepared("c", {})
    signature = data.encoder.signature

    def plan(rows: int, **learn: Any) -> Plan:
        return plan_of(type(recipe.learn)(**learn), signature, data.train, data.validation, 0, typical_rows=rows)

    assert [plan(rows).epochs for rows in (20, 64, 320, 100_000)] == [2000, 1000, 200, 200]
    assert [plan(rows).patience for rows in (20, 64, 320, 100_000)] == [200, 100, 20, 20]
    assert [plan(rows).plateau for rows in (20, 64, 320, 100_000)] == [60, 30, 6, 6]
    said = plan(20, epochs=7, stop={"patience": 3})
    assert (said.epochs, said.patience) == (7, 3), "what the recipe says is done"
    assert plan(20, stop=None).patience is plan(20, stop={"patience": None}).patience is None
    assert plan(20, stop={"monitor": "loss"}).patience == plan(20, stop={"patience": "auto"}).patience == 200


def test_a_loss_of_another_task_is_refused() -> None:
    with pytest.raises(DataError, match="is not for regression"):
        trained("r", loss="BinaryCrossentropy")
    assert trained("c", loss={"BinaryFocalCrossentropy": {"gamma": 1.0}}).progress.epoch == 3
    assert trained("r", loss="huber").progress.epoch == 3


def test_features_are_plain() -> None:
    _, data = prepared("c", {})
    assert isinstance(data.train.features, Features) and data.train.features.numbers.shape[1] == 2
