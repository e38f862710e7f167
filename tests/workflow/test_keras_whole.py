"""Keras models that a recipe takes as they are: inputs, outputs, weights, and nothing trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import Menu, SpecError
from protokit.core.libraries.backend import keras
from protokit.workflow.result import Run

layers: Any = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(5, 3, (120, 3))
KIND = np.array(["ape", "bee", "cat"])[(X[:, 0] > 5).astype(int) + (X[:, 1] > 6)]
FRAME = pd.DataFrame(X, columns=["a", "b", "c"]).assign(kind=KIND, size=X[:, 0] * 10 - X[:, 2], far=X[:, 1] > 5)
QUICK = {"baselines": ["dummy"]}
AS_THEY_ARE: dict[str, object] = {name: {"number": {"scale": "none"}} for name in "abc"}


def model(units: int = 3, activation: str | None = "softmax", wide: int = 3) -> Any:
    keras.utils.set_random_seed(1)
    x = keras.Input((wide,), name="x")
    body = keras.Sequential([keras.Input((wide,)), layers.Dense(6, activation="tanh")], name="body")
    return keras.Model(x, layers.Dense(units, activation=activation, name="end")(body(x)))


def begun(given: Any, tmp_path: Path, target: str = "kind", *, columns: Any = None, **learn: Any) -> Run:
    """A recipe that takes a model, saved, as it is."""
    given.save(tmp_path / "given.keras")
    rest = [name for name in ("kind", "size", "far") if name != target]
    words = {"menu": given, "networks": 1, "epochs": 0, "from": str(tmp_path / "given.keras"), **learn}
    columns = AS_THEY_ARE if columns is None else columns
    recipe = {"represent": {"target": target, "columns": columns}, "learn": words, "evaluate": QUICK}
    return protokit.run(recipe, FRAME.drop(columns=rest), out=tmp_path / "runs")


def told(run: Run) -> str:
    return json.dumps(run.results["notices"])


def test_a_model_of_keras_is_a_bundle_without_training(tmp_path: Path) -> None:
    given = model()
    run = begun(given, tmp_path)
    theirs = given.predict(X, verbose=0)
    assert np.allclose(run.model.predict_proba(FRAME).to_numpy(), theirs, atol=1e-6)
    kept = Menu.from_keras(given, weights=True).build().get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(run.model.network.get_weights(), kept, strict=True))
    assert np.allclose(protokit.load(run.path).predict_proba(FRAME).to_numpy(), theirs, atol=1e-6)
    assert run.history["epoch"].tolist() == [0] and {"loss", "validation_loss", "accuracy"} <= {*run.history}
    assert "2 of 2 layers" in told(run) and "in this order, ape, bee, cat" in told(run) and "scales" not in told(run)
    assert not [one for one in run.results["findings"] if "ignored" in one["rule"]]
    assert "nothing is trained" in str(run) and run.recipe.learn.epochs == 0


def test_it_is_trained_on_from_there_in_a_line(tmp_path: Path) -> None:
    given = model()
    given.save(tmp_path / "given.keras")
    still = {"SGD": {"learning_rate": 1e-30}}
    more: Any = {"networks": 1, "optimizer": still, "from_": str(tmp_path / "given.keras"), "columns": AS_THEY_ARE}
    run = protokit.fit(FRAME[["a", "b", "c", "kind"]], "kind", menu=given, epochs=1, out=tmp_path, **more)
    assert np.allclose(run.model.predict_proba(FRAME).to_numpy(), given.predict(X, verbose=0), atol=1e-6)
    assert run.history["epoch"].tolist() == [1]


def test_numbers_that_are_scaled_are_told_and_a_target_may_be_as_it_is(tmp_path: Path) -> None:
    given = model(1, None)
    run = begun(given, tmp_path, "size")
    assert "takes or gives size as represent scales" in told(run) and "size: {number: {scale: none}}" in told(run)
    assert not np.allclose(run.model.predict(FRAME)["size"], given.predict(X, verbose=0)[:, 0], atol=0.1)
    run = begun(given, tmp_path, "size", columns={**AS_THEY_ARE, "size": {"number": {"scale": "none"}}})
    assert np.allclose(run.model.predict(FRAME)["size"], given.predict(X, verbose=0)[:, 0], atol=1e-5)
    assert "scales" not in told(run)
    run = begun(given, tmp_path, "size", columns={})
    assert "takes or gives a, b, c, size as represent scales" in told(run)


def test_classes_come_in_the_order_that_is_written(tmp_path: Path) -> None:
    given = model()
    columns = {**AS_THEY_ARE, "kind": {"ordered": ["cat", "ape", "bee"]}}
    run = begun(given, tmp_path, columns=columns, task="classification")
    found = run.model.predict_proba(FRAME)
    assert [str(name).removeprefix("kind: ") for name in found] and "in this order, cat, ape, bee" in told(run)
    assert np.allclose(found.to_numpy(), given.predict(X, verbose=0), atol=1e-6)
    assert "cat" in str(found.columns[0])
    with pytest.raises(protokit.DataError, match="the class 'bee' of 'kind' is not in the order"):
        begun(given, tmp_path, columns={**columns, "kind": {"ordered": ["cat", "ape"]}}, task="classification")


def test_several_inputs_are_columns_or_named_inputs_of_represent(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    left, right = keras.Input((2,), name="left"), keras.Input((1,), name="right")
    joined = layers.Concatenate()([layers.Dense(4, name="one")(left), layers.Dense(4, name="two")(right)])
    given = keras.Model([left, right], layers.Dense(3, activation="softmax", name="end")(joined))
    given.save(tmp_path / "given.keras")
    recipe = {
        "represent": {"target": "kind", "columns": AS_THEY_ARE, "inputs": {"left": ["c", "a"], "right": ["b"]}},
        "learn": {"menu": Menu.from_keras(given).as_plain(), "from": str(tmp_path / "given.keras"), "epochs": 0},
        "evaluate": QUICK,
    }
    frame = FRAME[["a", "b", "c", "kind"]]
    run = protokit.run(recipe, frame, out=tmp_path)
    theirs = given.predict([X[:, [2, 0]], X[:, [1]]], verbose=0)
    assert np.allclose(run.model.predict_proba(FRAME).to_numpy(), theirs, atol=1e-6)
    del recipe["represent"]["inputs"]["right"]  # type: ignore[attr-defined]
    with pytest.raises(
        SpecError, match=r"inputs.right: the data has no input 'right'[\s\S]*inputs: \{right: \[COLUMN\]\}"
    ):
        protokit.run(recipe, frame, out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("given", "words", "rule"),
    [
        (lambda: model(wide=5), {}, r"the input 'x' takes \(rows, 5\), and represent gives \(rows, 3\) \(a, b, c\)"),
        (lambda: model(4), {}, r"the layer 'end' gives \(rows, 4\), the target takes \(rows, 3\)"),
        (lambda: model(2), {"target": "far"}, r"add \{ops.get_item: '..., 1:2'\} behind it"),
        (lambda: model(), {"stages": [{"epochs": 1}]}, "stages are trainings, and no epochs train nothing"),
        (lambda: model(3, None), {}, "its loss and scores take probabilities"),
    ],
)
def test_what_does_not_fit_is_told(given: Any, words: dict[str, Any], rule: str, tmp_path: Path) -> None:
    with pytest.raises(protokit.ProtokitError, match=rule):
        begun(given(), tmp_path, **words)


def test_of_two_classes_the_probability_of_the_second_is_taken(tmp_path: Path) -> None:
    given = model(2)
    plain = Menu.from_keras(given).as_plain()
    menu = {**plain, "layers": [*plain["layers"], {"ops.get_item": "..., 1:2"}]}
    run = begun(given, tmp_path, "far", menu=menu)
    assert np.allclose(run.model.predict_proba(FRAME).to_numpy(), given.predict(X, verbose=0), atol=1e-6)
