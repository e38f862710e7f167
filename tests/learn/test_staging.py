"""Trainings in stages, and what is frozen in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protokit.core.errors import SpecError, TrainingError
from protokit.learn import train as training
from protokit.learn.plan import Plan, Progress
from protokit.learn.staging.trainer import StagedTrainer, Trains, trainer_of
from protokit.learn.train import Trained, Trainer
from protokit.learn.training.runtime import Values
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.lr_range import lr_range
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent

from .conftest import frame

MENU = [
    {"layers": [{"Dense": {"units": 8, "activation": "tanh"}}, "BatchNormalization"], "name": "body"},
    {"Dropout": 0.2},
    {"repeat": {"times": 2, "layers": [{"Dense": 4}]}, "name": "turns"},
]
STAGES: list[dict[str, Any]] = [
    {"freeze": "body", "epochs": 3},
    {"freeze": ["turns"], "epochs": 2, "optimizer": {"SGD": {"learning_rate": 0.01}}, "batch_size": 16},
    {"epochs": 2, "schedule": "cosine"},
]


def made(stages: object = STAGES, **learn: Any) -> tuple[Trains, Represented]:
    words = {"menu": MENU, "batch_size": 32, "stop": None, **learn}
    recipe = Recipe.parse({"represent": {"target": "c"}, "learn": {**words, "stages": stages}})
    [data] = represent(recipe, collected(recipe, frame()[["x", "z", "c"]]))
    signature = data.encoder.signature
    return trainer_of(recipe.learn, network_for(recipe, signature), signature, seed=recipe.seed), data


def trained(*given: Any, snapshot: Path | None = None, **learn: Any) -> Trained:
    trainer, data = made(*given, **learn)
    return trainer.train(data.train, data.validation, snapshot=snapshot, key="k")


def by_name(trainer: Trains) -> dict[str, np.ndarray]:
    return {weight.path: weight.numpy() for weight in trainer.network.weights}


@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_what_a_stage_freezes_stays_and_all_else_moves(engine: str) -> None:
    trainer, data = made(STAGES[:1], engine=engine)
    before = by_name(trainer)
    trainer.train(data.train, data.validation)
    after = by_name(trainer)
    same = {path for path in before if np.array_equal(before[path], after[path])}
    body = {path for path in before if path.startswith(("dense_1/", "batch_normalization_2/"))}
    assert body and same == body, "the means of a frozen normalization stay too"


def test_each_stage_says_its_own_words_and_the_history_says_the_stage() -> None:
    found = trained()
    history = found.progress.history
    assert [row["epoch"] for row in history] == [1, 2, 3, 4, 5, 6, 7]
    assert [row["stage"] for row in history] == [1, 1, 1, 2, 2, 3, 3]
    assert [row["learning_rate"] for row in history[:4]] == pytest.approx([1e-3, 1e-3, 1e-3, 1e-2])
    assert history[5]["learning_rate"] > history[6]["learning_rate"]  # cosine
    assert found.plan.epochs == found.progress.epoch == 7


def test_each_stage_is_compiled_once_however_often_it_trains() -> None:
    trainer, data = made(engine="fused")
    assert isinstance(trainer, StagedTrainer)
    values = Values.of(trainer.network)
    first = trainer.train(data.train, data.validation, values)
    traces = [dict(stage.trainer.traces) for stage in trainer._stages]
    again = trainer.train(data.train, data.validation, values)
    assert [dict(stage.trainer.traces) for stage in trainer._stages] == traces
    assert all(traced["plain"] == 1 for traced in traces)
    assert first.progress.history == again.progress.history
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, again.weights, strict=True))


def test_a_training_killed_in_any_stage_goes_on_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    whole = trained()

    class Killed(Exception):
        pass

    for stop in (1, 4, 6):  # in each stage; the second is killed before it has a file
        path = tmp_path / f"{stop}.safetensors"
        trainer, data = made()

        def fail(progress: Progress, plan: Plan, stop: int = stop) -> None:
            assert plan.epochs == 7
            if progress.epoch > stop:
                raise Killed

        with pytest.raises(Killed):
            trainer.train(data.train, data.validation, snapshot=path, key="k", on_epoch=fail)
        resumed = trained(snapshot=path)
        assert resumed.progress.history == whole.progress.history, stop
        assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True)), stop


def test_a_stage_that_makes_it_worse_gives_the_weights_before_it() -> None:
    ruin = {"epochs": 2, "optimizer": {"Adam": {"learning_rate": 30.0}}}
    good, ruined = trained(STAGES[:1]), trained([STAGES[0], ruin])
    losses = [row["validation_loss"] for row in ruined.progress.history]
    assert losses[-1] > max(losses[:3]) and ruined.progress.best_epoch == good.progress.best_epoch
    assert all(np.array_equal(a, b) for a, b in zip(good.weights, ruined.weights, strict=True))


def test_a_stage_that_cannot_go_on_is_named() -> None:
    with pytest.raises(TrainingError, match=r"in stage 2, the loss is not finite in epoch \d"):
        trained([STAGES[0], {"epochs": 2, "optimizer": {"SGD": {"learning_rate": 1e9}}}])


def test_a_stage_ends_by_its_own_patience() -> None:
    stop = {"patience": 1, "monitor": "validation_loss"}
    still = {"epochs": 9, "optimizer": {"SGD": {"learning_rate": 1e-30}}, "stop": stop}
    found = trained([still, {"epochs": 2}])
    stages = [row["stage"] for row in found.progress.history]
    assert stages.count(1) == 2 and stages.count(2) == 2


def test_freeze_without_stages_is_a_training_of_one() -> None:
    found = trained([], freeze="dense_*", epochs=2)
    assert "stage" not in found.progress.history[0]
    assert isinstance(made([], freeze="dense_*")[0], StagedTrainer) and isinstance(made([])[0], Trainer)


@pytest.mark.parametrize(
    ("learn", "path", "words"),
    [
        ({"stages": [{"freeze": "boddy"}]}, ("learn", "stages", 0, "freeze"), "did you mean 'body'"),
        ({"stages": [{}, {"freeze": ["body", "x*"]}]}, ("learn", "stages", 1, "freeze"), "one of: body, turns"),
        ({"freeze": "body/none"}, ("learn", "freeze"), "nothing is named 'body/none'"),
        ({"freeze": "*"}, ("learn", "freeze"), "all that could be trained is frozen"),
    ],
)
def test_what_is_not_there_cannot_be_frozen(learn: dict[str, Any], path: tuple[object, ...], words: str) -> None:
    recipe = Recipe.parse({"represent": {"target": "c"}, "learn": {"menu": MENU, **learn}})
    [data] = represent(recipe, collected(recipe, frame()[["x", "z", "c"]]))
    with pytest.raises(SpecError) as caught:
        network_for(recipe, data.encoder.signature)
    [fault] = caught.value.faults
    assert fault.path == path and words in f"{fault.rule} {fault.cure}"


def test_a_plain_trainer_leaves_no_stage_out_in_silence() -> None:
    recipe = Recipe.parse({"represent": {"target": "c"}, "learn": {"menu": MENU, "stages": STAGES}})
    [data] = represent(recipe, collected(recipe, frame()[["x", "z", "c"]]))
    signature = data.encoder.signature
    with pytest.raises(TrainingError, match="is for `protokit run`"):
        Trainer(recipe.learn, network_for(recipe, signature), signature, seed=0)


def test_a_range_test_is_of_the_first_stage() -> None:
    stages = [{"freeze": "body", "optimizer": {"SGD": {"learning_rate": 1e-12}}}, {"epochs": 1}]
    data = {"represent": {"target": "c"}, "learn": {"menu": MENU, "stages": stages}}
    found = lr_range(data, frame()[["x", "z", "c"]], steps=40)
    assert found.current == pytest.approx(1e-12) and found.diff.startswith("learn.stages[0].optimizer: {SGD:")
