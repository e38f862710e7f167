"""Inputs as the target: networks that give back what they are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import ProtokitError
from protokit.core.values.forms.given_back import errors
from protokit.workflow.record.predictions import read_predictions

MENU = [
    {"Dense": {"units": 16, "activation": "relu"}},
    {"Dense": 2, "name": "code"},
    {"Dense": {"units": 16, "activation": "relu"}},
]
FEW = {"epochs": 25, "stop": None, "optimizer": {"Adam": {"learning_rate": 0.01}}, "batch_size": 32}


def table(rows: int = 240) -> pd.DataFrame:
    """Five columns of two hidden numbers; some cells are missing."""
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, rows))
    noise = 0.05 * rng.normal(size=(3, rows))
    return pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.1, np.nan, 100 + 20 * (u + noise[0])),
            "weight": u - v + noise[1],
            "price": 0.01 * (u + v + noise[2]),
            "shade": np.where(u > 0.5, "dark", np.where(u < -0.5, "light", "grey")),
            "shop": np.array([f"s{i:02}" for i in range(12)])[np.clip((6 + 2.5 * v).astype(int), 0, 11)],
        }
    )


def recipe(menu: Any = MENU, represent: dict[str, Any] | None = None, **learn: Any) -> dict[str, Any]:
    return {"represent": {"target": "inputs", **(represent or {})}, "learn": {"menu": menu, **FEW, **learn}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    return protokit.run(recipe(), table(), out=tmp_path_factory.mktemp("runs"))


def test_each_column_is_held_against_what_says_the_same_for_every_row(run: protokit.Run) -> None:
    [verdict] = run.results["metrics"]["verdicts"]
    assert verdict["metric"] == "reconstruction_error"
    assert (verdict["outcome"], verdict["baseline"]) == ("better", "dummy")
    columns = {one["column"]: one for one in run.results["metrics"]["per_column"]["reconstruction"]}
    assert [*columns] == ["size", "weight", "price", "shade", "shop"]
    assert columns["size"]["metric"] == "mean_absolute_error" and columns["size"]["baseline"] > 5  # in its own unit
    assert columns["size"]["network"] < 0.7 * columns["size"]["baseline"]
    assert columns["shade"]["metric"] == "accuracy" and columns["shade"]["network"] > columns["shade"]["baseline"]
    assert "each column" in str(run) and "shade" in str(run)


def test_rows_that_are_unlike_the_others_have_the_largest_error(run: protokit.Run) -> None:
    frame = table()
    said = run.model.predict(frame)
    assert [*said] == [*frame, "reconstruction error"]
    assert set(said["shade"]) <= {"dark", "grey", "light"} and np.isfinite(said["reconstruction error"]).all()
    odd = frame.iloc[:3].assign(size=[160.0, 40.0, 160.0], shade="light", weight=-4.0, price=0.05)
    with pytest.warns(protokit.PredictionNotice, match="beyond the training rows"):
        far = run.model.predict(odd)["reconstruction error"]
    assert far.min() > np.quantile(said["reconstruction error"], 0.99)


def test_a_loaded_model_says_and_embeds_the_same(run: protokit.Run) -> None:
    frame, loaded = table(), protokit.load(run.path)
    pd.testing.assert_frame_equal(loaded.predict(frame), run.model.predict(frame), check_exact=True)
    points = run.model.embed(frame)
    assert [*points] == ["embedding 1", "embedding 2"] and points.index.equals(frame.index)
    pd.testing.assert_frame_equal(loaded.embed(frame), points, check_exact=True)


def test_what_is_written_is_read_again(run: protokit.Run) -> None:
    network, baselines, _ = read_predictions(run.path)
    p, other = network["reconstruction"], baselines["reconstruction"]["dummy"]
    assert np.isnan(p.truth).any() and p.truth.shape[1] == 5
    assert errors(p.target.parts, p.truth, p.scores).mean() == pytest.approx(run.metrics["reconstruction_error"])
    assert errors(p.target.parts, other.truth, other.scores).mean() > run.metrics["reconstruction_error"]
    written = pd.read_parquet(run.path / "predictions.parquet")
    assert np.allclose(written["reconstruction error"], errors(p.target.parts, p.truth, p.scores))
    assert set(written["shade"]) == {"dark", "grey", "light"}


def test_images_and_sequences_are_given_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    shade = rng.integers(0, 256, (90, 2))
    pixels = np.repeat(np.repeat(shade.reshape(-1, 1, 2), 6, axis=1), 3, axis=2).astype(np.uint8)
    frame = pd.DataFrame({"seen": pd.Series(list(pixels), dtype=object)})
    wide = {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}}
    middle: list[Any] = [{"Dense": 2}, {"Reshape": {"target_shape": [1, 1, 2]}}]
    menu = ["Flatten", *middle, {"UpSampling2D": {"size": [6, 6]}}, wide]
    images = protokit.run(recipe(menu, {"columns": {"seen": "image"}}, epochs=40), frame, out=tmp_path)
    [column] = images.results["metrics"]["per_column"]["reconstruction"]
    assert column["network"] < column["baseline"] and 40 < column["baseline"] < 90  # of 255
    said = images.model.predict(frame.head(2))
    assert said["seen"].iloc[0].shape == (6, 6, 1)
    assert images.model.embed(frame).shape == (90, 2) and "the narrowest layer (2 numbers)" in str(images.results)
    long = pd.DataFrame(
        [(f"k{k}", t, np.sin(t + k) * (1 + k % 3)) for k in range(60) for t in range(5 + k % 2)],
        columns=["key", "t", "u"],
    )
    said_so = {"sequence": {"by": "key", "time": "t"}}
    steps = protokit.run(recipe(["Flatten", {"Dense": 3, "name": "code"}], said_so), long, out=tmp_path)
    [column] = steps.results["metrics"]["per_column"]["reconstruction"]
    assert column["network"] < 0.6 * column["baseline"]


def test_menu_auto_has_a_middle_that_is_narrower_than_the_table(tmp_path: Path) -> None:
    frame = table(120)[["size", "weight", "price", "shade"]]
    auto = protokit.run({"represent": {"target": "inputs"}, "learn": {"epochs": 2}}, frame, out=tmp_path)
    assert auto.model.embed(frame).shape == (120, 2) and auto.model.networks == 1


def test_a_killed_training_goes_on_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from protokit.learn import train as training
    from protokit.learn.staging.trainer import trainer_of
    from protokit.recipe.recipe import Recipe
    from protokit.workflow.run.collecting import collected
    from protokit.workflow.run.networks import network_for
    from protokit.workflow.run.representing import represent

    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    read = Recipe.parse(recipe([*MENU, {"Dropout": 0.1}], epochs=4, engine="fused"))
    [data] = represent(read, collected(read, table(120)))

    def trained(stop: int | None = None, snapshot: Path | None = None) -> Any:
        signature = data.encoder.signature
        trainer = trainer_of(read.learn, network_for(read, signature), signature, seed=read.seed)

        def fail(progress: Any, plan: Any) -> None:
            if stop is not None and progress.epoch > stop:
                raise KeyError

        return trainer.train(data.train, data.validation, snapshot=snapshot, key="k", on_epoch=fail)

    whole, path = trained(), tmp_path / "s.safetensors"
    with pytest.raises(KeyError):
        trained(2, path)
    resumed = trained(None, path)
    assert resumed.progress.history == whole.progress.history
    assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learn": {"task": "regression"}}, "the inputs are the target, and the task is regression"),
        ({"learn": {"task": "clustering"}}, "clustering has no target"),
        ({"learn": {"loss": "MeanSquaredError"}}, "'MeanSquaredError' is not for reconstruction"),
        ({"represent": {"positive": "dark"}}, "positive is for a target of two classes"),
        ({"represent": {"split": {"by": "stratified"}}}, "rows are stratified by the classes of a target"),
        ({"represent": {"columns": {"shop": "text"}}}, "the text column 'shop' cannot be given back"),
        ({"represent": {"target": "size"}, "learn": {"task": "reconstruction"}}, "gives back its inputs"),
    ],
)
def test_wrong_recipes_are_told(change: dict[str, Any], words: str, tmp_path: Path) -> None:
    given = recipe()
    given = {part: {**given[part], **change.get(part, {})} for part in given}
    with pytest.raises(ProtokitError, match=words):
        protokit.run(given, table(60), out=tmp_path)


def test_a_column_named_inputs_is_no_guess(tmp_path: Path) -> None:
    frame = table(60).rename(columns={"size": "inputs"})
    with pytest.raises(ProtokitError, match=r"target: \[inputs\]"):
        protokit.run(recipe(), frame, out=tmp_path)
