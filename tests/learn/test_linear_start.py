from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError, TrainingError
from protokit.core.values.arrays import FEW_ROWS
from protokit.learn.linear_start import loss_now, start_linear
from protokit.learn.plan import Plan, Progress
from protokit.learn.train import Trainer, predict
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent


def frame(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.lognormal(size=rows)
    c = rng.choice(list("abc"), rows)
    return pd.DataFrame({"x": x, "z": z, "c": c, "y": 3 * x - z + 2 * (c == "a"), "u": x + 1, "k": (x > 0).astype(int)})


def prepared(target: object = "y", **learn: object) -> tuple[Recipe, Represented]:
    recipe = Recipe.parse({"represent": {"target": target}, "learn": {"networks": 1, **learn}})
    used = ["x", "z", "c", *([target] if isinstance(target, str) else target)]  # type: ignore[misc]
    [data] = represent(recipe, collect(recipe, frame()[used]))
    return recipe.fitted(data.encoder.signature, data.train.rows), data


def trainer_of(recipe: Recipe, data: Represented) -> Trainer:
    signature = data.encoder.signature
    return Trainer(recipe.learn, network_for(recipe, signature), signature, seed=recipe.seed)


def test_an_exact_sum_of_columns_is_known_before_the_first_step_and_kept() -> None:
    recipe, data = prepared(["y", "u"], epochs=2)
    trainer = trainer_of(recipe, data)
    assert recipe.learn.start == "linear"
    plan = trainer.plan(data.train, data.validation)
    start_linear(trainer.network, data.encoder.signature, data.train, plan)
    found = predict(trainer.network, dict(data.test.inputs), data.encoder.signature)
    for name, standard in data.test.targets.items():
        own = next(t.name for t in data.encoder.signature.targets if t.key == name)
        assert np.abs(found[own].ravel() - standard.ravel()).max() < 1e-3
    assert loss_now(trainer.network, data.validation, plan) < 1e-6
    result = trainer.train(data.train, data.validation)
    assert result.progress.best_epoch == 0 and result.progress.best < 1e-6
    kept = predict(trainer.network, dict(data.test.inputs), data.encoder.signature)
    assert all(np.array_equal(kept[name], found[name]) for name in kept)


def test_only_what_comes_to_the_head_as_it_is_has_a_weight() -> None:
    recipe, data = prepared()
    trainer = trainer_of(recipe, data)
    start_linear(trainer.network, data.encoder.signature, data.train, trainer.plan(data.train, data.validation))
    kernel = np.asarray(trainer.network.get_layer("output").kernel)[:, 0]
    straight = sum(spec.shape[0] for spec in data.encoder.signature.inputs)
    assert not kernel[:-straight].any() and np.abs(kernel[-straight:]).max() > 0.1


def test_rows_count_by_their_weights() -> None:
    few = frame(60)
    few.loc[30:, "y"] = -few.loc[30:, "y"]
    few["w"] = np.where(few.index < 30, 1000.0, 1e-6)
    recipe = Recipe.parse({"represent": {"target": "y"}, "learn": {"networks": 1, "sample_weights": "w"}})
    [data] = represent(recipe, collect(recipe, few[["x", "z", "c", "y", "w"]]))
    recipe = recipe.fitted(data.encoder.signature, data.train.rows)
    trainer = trainer_of(recipe, data)
    start_linear(trainer.network, data.encoder.signature, data.train, trainer.plan(data.train, data.validation))
    found = predict(trainer.network, dict(data.train.inputs), data.encoder.signature)["y"].ravel()
    counts = np.asarray(data.train.weights) > 0.1
    assert 5 < counts.sum() < len(counts)
    assert np.abs(found - data.train.targets["y"].ravel())[counts].max() < 0.05


def test_the_same_bits_with_either_engine_as_the_start() -> None:
    found = []
    for engine in ("fused", "keras"):
        recipe, data = prepared(epochs=1, engine=engine)
        result = trainer_of(recipe, data).train(data.train, data.validation)
        found.append(result.weights)
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))


def test_a_training_that_is_killed_goes_on_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protokit.learn.train._BETWEEN_SAVES", -1.0)
    recipe, data = prepared(epochs=3)
    whole = trainer_of(recipe, data).train(data.train, data.validation)

    def killed(progress: Progress, plan: Plan) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    trainer = trainer_of(recipe, data)
    with pytest.raises(KeyboardInterrupt):
        trainer.train(data.train, data.validation, snapshot=tmp_path / "s", key="k", on_epoch=killed)
    again = trainer_of(recipe, data).train(data.train, data.validation, snapshot=tmp_path / "s", key="k")
    assert again.progress.best == whole.progress.best
    assert all(np.array_equal(a, b) for a, b in zip(whole.weights, again.weights, strict=True))


def test_it_is_proposed_for_numbers_of_few_rows_and_may_be_written() -> None:
    _, data = prepared()
    signature = data.encoder.signature
    plain = Recipe.parse({"represent": {"target": "y"}})
    assert plain.fitted(signature, FEW_ROWS - 1).learn.start == "linear"
    assert plain.fitted(signature, FEW_ROWS).learn.start == "zero"
    written = Recipe.parse({"represent": {"target": "y"}, "learn": {"start": "zero"}})
    assert written.fitted(signature, 100).learn.start == "zero"
    assert prepared("k")[0].learn.start == "zero"


def test_where_there_can_be_none_it_is_refused() -> None:
    with pytest.raises(SpecError, match="a linear start is for numbers, and the task is classification"):
        Recipe.parse({"represent": {"target": "k"}, "learn": {"task": "classification", "start": "linear"}})
    for target, learn, rule in (
        ("k", {}, "is for numbers, and the task of 'k' is binary"),
        ("y", {"menu": [{"Dense": 8}]}, "none does"),
        ("y", {"menu": [{"Dense": 8}, {"Dense": 1, "name": "output"}]}, "none does"),
        ("y", {"menu": "tabm"}, "is for a head that is a Dense layer of one number"),
    ):
        recipe, data = prepared(target, start="linear", **learn)
        trainer = trainer_of(recipe, data)
        with pytest.raises(TrainingError, match=rule):
            trainer.train(data.train, data.validation)


def test_a_run_says_that_the_start_was_kept(tmp_path: Path) -> None:
    table = frame(80)[["x", "z", "c", "y"]]
    run = protokit.run({"represent": {"target": "y"}, "learn": {"networks": 1, "epochs": 2}}, table, out=tmp_path)
    assert run.results["metrics"]["networks"][0]["best_epoch"] == 0
    assert "kept the start" in str(run)
