"""Optimizers and schedules of one's own, Keras's schedules, warm-up, averages, clipping and accumulation."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.backend import keras, tf
from protokit.learn.parts.course import course_of
from protokit.learn.parts.optimizer import OPTIMIZERS
from protokit.learn.parts.schedule import SCHEDULES
from protokit.learn.train import Trained, Trainer
from protokit.learn.training.runtime import Values
from protokit.learn.words import Learn
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.testing.parts.optimizer import check_optimizer
from protokit.testing.parts.schedule import check_schedule
from protokit.testing.parts.training import check_as_keras, check_training, trained

PLUGIN = Path(__file__).parent.parent / "plugin"
STEPS = 30  # of five epochs of 192 rows, 32 a batch


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = [(one, dict(one._registered())) for one in (OPTIMIZERS, SCHEDULES)]
    yield
    for registry, things in before:
        registry._things.clear()
        registry._things.update(things)  # type: ignore[arg-type]


def learn(**words: object) -> Learn:
    return Recipe.parse({"represent": {"target": "r"}, "learn": words}).learn


def rates(given: Any, steps: int = STEPS, rate: float = 0.01) -> list[float]:
    course = course_of(learn(schedule=given).schedule, rate)
    assert course is not None
    course.steps.assign(float(steps))
    return [rate * float(course.factor(tf.constant(float(step)))) for step in range(steps)]


@pytest.mark.parametrize(("kind", "name"), [("optimizer", "SignDescent"), ("schedule", "triangle")])
def test_those_of_another_package_keep_their_contracts(monkeypatch: pytest.MonkeyPatch, kind: str, name: str) -> None:
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop(f"protokit_example.{kind}", None)
    importlib.import_module(f"protokit_example.{kind}")
    {"optimizer": check_optimizer, "schedule": check_schedule}[kind](name)


@pytest.mark.parametrize(
    ("given", "keras_s"),
    [
        ({"CosineDecay": {"alpha": 0.1}}, lambda s: s.CosineDecay(0.01, STEPS, alpha=0.1)),
        ({"CosineDecay": {"warmup_steps": 10}}, lambda s: s.CosineDecay(0.0, 20, warmup_target=0.01, warmup_steps=10)),
        (
            {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 7}},
            lambda s: s.CosineDecay(0.1, 7),
        ),
        ({"ExponentialDecay": {"decay_rate": 0.1}}, lambda s: s.ExponentialDecay(0.01, STEPS, 0.1)),
        ({"PolynomialDecay": {"power": 2}}, lambda s: s.PolynomialDecay(0.01, STEPS, power=2.0)),
        (
            {"PiecewiseConstantDecay": {"boundaries": [4, 9], "values": [0.1, 0.02, 0.003]}},
            lambda s: s.PiecewiseConstantDecay([4, 9], [0.1, 0.02, 0.003]),
        ),
        ({"cosine_decay_restarts": {"first_decay_steps": 6}}, lambda s: s.CosineDecayRestarts(0.01, 6)),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_a_schedule_of_keras_gives_its_rates(given: Any, keras_s: Callable[..., Any]) -> None:
    own = keras_s(keras.optimizers.schedules)
    assert rates(given) == pytest.approx([float(own(step)) for step in range(STEPS)], rel=1e-4, abs=1e-9)


def test_warm_up_of_any_schedule() -> None:
    assert rates({"constant": {"warmup_steps": 4}})[:6] == pytest.approx([0.0025, 0.005, 0.0075, 0.01, 0.01, 0.01])
    given = {"ExponentialDecay": {"decay_rate": 0.1, "decay_steps": 10, "warmup_steps": 2}}
    assert rates(given)[:4] == pytest.approx([0.005, 0.01, 0.01, 0.01 * 0.1**0.1], rel=1e-4)
    assert course_of("cosine", 0.01) is None and course_of({"plateau": {}}, 0.01) is None
    assert learn(schedule={"plateau": {"warmup_steps": 3}}).as_plain()["schedule"] == {"plateau": {"warmup_steps": 3}}


@pytest.mark.parametrize("way", ["plain", "xla"])
def test_losses_are_those_of_keras_with_the_same_schedule(trained_by: Callable[..., Trained], way: str) -> None:
    """A schedule inside the compiled loop changes the rate from step to step as it does in Keras's fit."""
    words = {"schedule": {"CosineDecay": {"warmup_steps": 8}}, "optimizer": {"SGD": {"learning_rate": 0.1}}}
    fused, fit = trained_by(way, "r", **words), trained_by("fit", "r", **words)
    assert (fused.progress.engine, fit.progress.engine) == ("fused", "keras")
    for one, two in zip(fused.progress.history, fit.progress.history, strict=True):
        assert one == pytest.approx(two, rel=1e-4)
    assert [row["learning_rate"] for row in fused.progress.history][::4] == pytest.approx([0.075, 0.0], abs=1e-6)
    plain = trained_by(way, "r", **{**words, "schedule": "constant"})
    assert plain.progress.history != fused.progress.history


def test_the_rate_of_a_training_stands_for_the_recipe_s(trainer_of: Callable[..., tuple[Trainer, Any]]) -> None:
    words = {"schedule": {"CosineDecay": {"warmup_steps": 8}}, "engine": "fused"}
    trainer, data = trainer_of("xla", "r", optimizer={"Adam": {"learning_rate": 0.001}}, **words)
    found = trainer.train(data.train, data.validation, Values(learning_rate=0.05))
    other, _ = trainer_of("xla", "r", optimizer={"Adam": {"learning_rate": 0.05}}, **words)
    same = other.train(data.train, data.validation)
    assert [row["loss"] for row in found.progress.history] == pytest.approx(
        [row["loss"] for row in same.progress.history], rel=1e-4
    )


@pytest.mark.some("schedule1", "average")
@pytest.mark.parametrize(
    "words",
    [
        {"schedule": {"CosineDecay": {"warmup_steps": 5}}},
        {"schedule": {"plateau": {"warmup_steps": 5}}},
        {"average": {"decay": 0.8}},
        {"average": {"decay": 0.8}, "precision": "mixed_float16"},
        {"optimizer": {"Adam": {"learning_rate": 0.05, "gradient_accumulation_steps": 2, "clipnorm": 0.5}}},
        {"optimizer": {"SGD": {"learning_rate": 0.5, "momentum": 0.9, "global_clipnorm": 0.1}}},
    ],
    ids=lambda words: "_".join(map(str, words)),
)
def test_all_of_it_is_the_same_to_the_bit_after_a_stop_and_as_in_fit(words: dict[str, Any]) -> None:
    whole = check_training("it", "binary", **words)
    assert whole.progress.engine == "fused"
    if "precision" not in words:
        check_as_keras("it", "binary", whole, **words)


def test_clipping_and_accumulation_do_what_they_say(trained_by: Callable[..., Trained]) -> None:
    sgd = {"learning_rate": 0.1}
    plain, clipped, summed = (
        trained_by("xla", "r", epochs=1, optimizer={"SGD": {**sgd, **more}}).progress.history[0]["validation_loss"]
        for more in ({}, {"clipnorm": 1e-9}, {"gradient_accumulation_steps": 6})
    )
    assert plain < summed < clipped, "six steps, one by their mean, and none to speak of"
    assert plain < 0.9 * clipped


@pytest.mark.parametrize("way", ["plain", "xla", "fit"])
def test_averages_are_what_is_judged_and_kept(trainer_of: Callable[..., tuple[Trainer, Any]], way: str) -> None:
    decay, seen = 0.7, list[list[np.ndarray]]()
    trainer, data = trainer_of(way, "r", average={"decay": decay}, epochs=1, batch_size=16, schedule="constant")
    bare, _ = trainer_of(way, "r", epochs=1, batch_size=16, schedule="constant")
    found = trainer.train(data.train, data.validation)
    plan, network = bare.plan(data.train, data.validation), bare.network
    training = bare._begun(plan)
    bare._inputs.set(Values())
    training.prepare(data.train, data.validation, plan)
    start = [weight.numpy() for weight in network.weights]
    for count in range(1, plan.steps(data.train.rows) + 1):
        for weight, value in zip(network.weights, start, strict=True):
            weight.assign(value)
        bare._inputs.set(Values())
        training.steps(data.train, plan, 0, count)
        seen.append([weight.numpy() for weight in network.weights])
    mean = seen[0]
    for later in seen[1:]:
        mean = [decay * one + (1 - decay) * other for one, other in zip(mean, later, strict=True)]
    for one, two in zip(found.weights, mean, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-6)
    network = trainer.network
    judged = float(network.evaluate(dict(data.validation.inputs), data.validation.targets["r"], verbose=0)[0])
    assert found.progress.history[0]["validation_loss"] == pytest.approx(judged, rel=1e-5)


def test_the_plug_in_engine_judges_by_averages_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from protokit.learn.engine import ENGINES

    known = dict(ENGINES.house())
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop("protokit_example.engine", None)
    try:
        importlib.import_module("protokit_example.engine")  # test_engines.py holds it to the contract
        slow = check_training("slow", "regression", engine="slow", average={"decay": 0.9})
        fused = trained("regression", average={"decay": 0.9})
        for one, two in zip(slow.progress.history, fused.progress.history, strict=True):
            assert one["validation_loss"] == pytest.approx(two["validation_loss"], rel=1e-3)
    finally:
        ENGINES._things.clear()
        ENGINES._things.update(known)


def test_what_is_compiled_in_is_told_apart() -> None:
    base = learn().compiled
    same = (
        {"epochs": 7},
        {"optimizer": {"AdamW": {"learning_rate": 0.5, "weight_decay": 0.1}}},
        {"schedule": "cosine"},
        {"batch_size": 7},
    )
    assert all(learn(**words).compiled == base for words in same)
    other = (
        {"loss": "Huber"},
        {"label_smoothing": 0.1},
        {"metrics": ["R2Score"]},
        {"average": {"decay": 0.9}},
        {"optimizer": {"AdamW": {"learning_rate": 1e-3, "weight_decay": 1e-2, "clipnorm": 1}}},
        {"schedule": {"cosine": {"warmup_steps": 3}}},
        {"schedule": "CosineDecay"},
        {"precision": "mixed_float16"},
    )
    found = [learn(**words).compiled for words in other]
    assert all(one != base for one in found) and all(found.count(one) == 1 for one in found)


def test_what_is_wrong_is_told(trained_by: Callable[..., Trained]) -> None:
    @protokit.schedule
    def wrong(step: Any, steps: Any) -> Any:
        return tf.stack([step, step])

    valid = jsonschema.Draft202012Validator(schema()).is_valid
    for words, rule in (
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        ({"schedule": "LearningRateSchedule"}, "unknown schedule"),
        ({"schedule": {"CosineDecay": {"warm_steps": 3}}}, "did you mean 'warmup_steps'"),
        ({"schedule": {"ExponentialDecay": {}}}, "needs decay_rate"),
        ({"schedule": {"plateau": {"warmup_steps": -1}}}, "0 steps or more"),
        ({"schedule": {"plateau": {"warmup_steps": 0.5}}}, "a whole number"),
        ({"schedule": {"plateau": {"patience": 3}}}, "unknown argument 'patience' of plateau"),
        ({"average": {"decay": 1}}, "less than 1"),
        ({"average": {"decy": 0.9}}, "did you mean 'decay'"),
        ({"optimizer": "Adm"}, "did you mean 'Adam'"),
    ):
        with pytest.raises(SpecError, match=rule):
            learn(**words)
        assert not valid({"represent": {"target": "r"}, "learn": words}), words
    for words in (
        {"schedule": "CosineDecay"},
        {"schedule": {"plateau": {"warmup_steps": 3}}},
        {"average": {"decay": 0.9}},
    ):
        assert valid({"represent": {"target": "r"}, "learn": words}), words
    with pytest.raises(DataError, match=r"test_course.py:\d+: the schedule 'wrong' gives \(2,\)"):
        trained_by("plain", "r", schedule="wrong")
    with pytest.raises(DataError, match="averages are said by use_ema, too"):
        trained_by(
            "plain", "r", average={"decay": 0.9}, optimizer={"Adam": {"use_ema": True, "ema_overwrite_frequency": 3}}
        )
    with pytest.raises(DataError, match=r"(?s)never take over.*average"):
        trained_by("plain", "r", optimizer={"Adam": {"use_ema": True}})
    for make, rule in (
        (lambda: protokit.optimizer(name="Adam")(keras.optimizers.SGD), "there already"),
        (lambda: protokit.optimizer(dict), "no optimizer class"),
        (lambda: protokit.schedule(name="cosine")(wrong), "there already"),
        (lambda: protokit.schedule(dict), "no schedule class"),
        (lambda: protokit.schedule(lambda step, steps: 1.0), "with a name"),
    ):
        with pytest.raises(SpecError, match=rule):
            make()

    @protokit.optimizer
    class Broken(keras.optimizers.SGD):  # type: ignore[misc]
        """Cannot be made."""

        def __init__(self, **more: Any) -> None:
            raise RuntimeError("no")

    with pytest.raises(DataError, match="the optimizer 'Broken' cannot be made: RuntimeError: no"):
        trained_by("plain", "r", optimizer="Broken")
