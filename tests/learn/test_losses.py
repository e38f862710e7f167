"""Losses of one's own, losses by target, and smoothed labels."""

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
from protokit.core.libraries.backend import keras
from protokit.core.values.signature import TargetSpec
from protokit.learn.compiling import loss_of
from protokit.learn.losses.loss import LOSSES
from protokit.learn.parts.part import source_hash
from protokit.learn.train import Trained
from protokit.learn.words import Learn
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.testing.parts.loss import check_loss

PLUGIN = Path(__file__).parent.parent / "plugin"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(LOSSES._registered())
    yield
    LOSSES._things.clear()
    LOSSES._things.update(before)


def squared(y_true: Any, y_pred: Any, times: float = 1.0) -> Any:
    """The squared error, so many times."""
    return times * keras.ops.mean(keras.ops.square(y_pred - y_true), axis=-1)


def learn(target: object = "r", **words: object) -> Learn:
    return Recipe.parse({"represent": {"target": target}, "learn": words}).learn


def test_a_loss_of_another_package_keeps_its_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop("protokit_example.loss", None)
    importlib.import_module("protokit_example.loss")
    check_loss("lopsided", over=2.0)
    with pytest.raises(AssertionError, match="not registered"):
        check_loss("squared")


def test_a_function_gives_the_numbers_of_the_loss_that_it_is(trained_by: Callable[..., Trained]) -> None:
    protokit.loss(task="regression")(squared)
    for way in ("plain", "xla", "fit"):
        own, of_keras = trained_by(way, "r", loss="squared"), trained_by(way, "r", loss="MeanSquaredError")
        assert own.progress.history == of_keras.progress.history, way
        assert own.progress.engine == ("keras" if way == "fit" else "fused")
    twice = trained_by("plain", "r", loss={"squared": {"times": 2}})
    assert twice.progress.history[0]["loss"] == pytest.approx(2 * own.progress.history[0]["loss"], rel=0.1)


def test_an_object_may_stand_in_a_recipe_of_python(trained_by: Callable[..., Trained]) -> None:
    class Bent(keras.losses.Loss):  # type: ignore[misc]
        """The error to a power."""

        def __init__(self, power: float = 2.0, name: str = "bent") -> None:
            super().__init__(name=name)
            self.power = power

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return keras.ops.mean(keras.ops.abs(y_pred - y_true) ** self.power, axis=-1)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "power": self.power}

    assert learn(loss=Bent(1.5)).as_plain()["loss"] == {"Bent": {"power": 1.5}}
    assert learn(loss=Bent).as_plain()["loss"] == "Bent"
    assert learn(loss=squared).as_plain()["loss"] == "squared"
    assert learn(loss=keras.losses.Huber(delta=2.0)).as_plain()["loss"] == {"Huber": {"delta": 2.0}}
    assert trained_by("plain", "r", loss=Bent(1.5)).progress.epoch == 5
    for wrong, rule in ((lambda a, b: a, "has a name"), (object(), "a loss is a keras Loss, or a function")):
        with pytest.raises(SpecError, match=rule):
            learn(loss=wrong)


def test_what_is_registered_with_keras_is_found() -> None:
    @keras.saving.register_keras_serializable(package="kitchen")  # type: ignore[untyped-decorator]
    class Cubed(keras.losses.Loss):  # type: ignore[misc]
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return keras.ops.mean(keras.ops.abs(y_pred - y_true) ** 3, axis=-1)

    try:
        for name in ("Cubed", "kitchen>Cubed"):
            made = loss_of(learn(loss=name), TargetSpec("r", "regression"))
            assert isinstance(made, Cubed)
    finally:
        del keras.saving.get_custom_objects()["kitchen>Cubed"]
    with pytest.raises(SpecError, match="unknown loss 'Cubed'"):
        learn(loss="Cubed")


def test_a_loss_that_needs_python_is_run_step_by_step_and_said(trained_by: Callable[..., Trained]) -> None:
    @protokit.loss(task="regression")
    def branching(y_true: Any, y_pred: Any) -> Any:
        error = keras.ops.mean(keras.ops.square(y_pred - y_true))
        return error if error < 1e9 else 0 * error  # a Python `if` on a tensor

    found = trained_by("plain", "r", loss="branching", epochs=2)
    assert found.progress.engine == "keras"
    assert "the fused engine cannot compile this network" in found.progress.how
    assert found.progress.how.endswith("step by step")
    same = trained_by("fit", "r", loss="MeanSquaredError", epochs=2)
    assert found.progress.history[-1]["loss"] == pytest.approx(same.progress.history[-1]["loss"], rel=1e-4)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (lambda t, p: np.mean((t - p) ** 2), "has no gradient"),
        (lambda t, p: p @ t, "fails on a truth of shape"),
        (lambda t, p: keras.ops.zeros((5,)) + keras.ops.sum(p), r"gives \(5,\) for 2 rows"),
    ],
)
def test_a_loss_that_cannot_be_learned_by_is_told_where_it_stands(body: Callable[..., Any], rule: str) -> None:
    def wrong(y_true: Any, y_pred: Any) -> Any:
        return body(y_true, y_pred)

    with pytest.raises(DataError, match=rf"(?s)test_losses.py:\d+: the loss 'wrong' {rule}"):
        loss_of(learn(loss=wrong), TargetSpec("r", "regression"))


def test_what_is_wrong_with_the_words_is_told() -> None:
    protokit.loss(task="regression")(squared)
    for loss, rule in (
        ("squard", "did you mean 'squared'"),
        ({"squared": {"tims": 2}}, "unknown argument 'tims' of squared"),
        ({"q": "Huber"}, "unknown loss 'q'"),
        ({"q": "Huber", "r": "Huber"}, "'q' is no target"),
        ({"r": "Hubr"}, "did you mean 'Huber'"),
        (3, "a name, or one name with its arguments"),
    ):
        with pytest.raises(SpecError, match=rule):
            learn(loss=loss)
    with pytest.raises(DataError, match="'squared' is not for binary"):
        loss_of(learn(loss="squared"), TargetSpec("r", "binary", (0, 1)))
    for make, rule in (
        (lambda: protokit.loss(task="regresion"), "not for the task"),
        (lambda: protokit.loss(task="regression")(lambda y: y), "with a name"),
        (lambda: protokit.loss(task="regression", name="Huber")(squared), "there already"),
        (lambda: protokit.loss(task="regression", name="cox")(squared), "there already"),
        (lambda: protokit.loss(task="regression")(dict), "no loss class"),
    ):
        with pytest.raises(SpecError, match=rule):
            make()

    def few(y_true: Any) -> Any:
        return y_true

    with pytest.raises(SpecError, match=r"takes y_true, and is given y_true and y_pred"):
        protokit.loss(task="regression")(few)


def test_losses_and_their_weights_by_target(trained_by: Callable[..., Trained]) -> None:
    by = {"r": "Huber", "c": {"BinaryFocalCrossentropy": {"gamma": 2}}}
    found = trained_by("plain", ["c", "k", "r"], loss=by, loss_weights={"r": 0.25})
    row = found.progress.history[-1]
    assert row["loss"] == pytest.approx(row["c_loss"] + row["k_loss"] + 0.25 * row["r_loss"], rel=1e-5)
    fit = trained_by("fit", ["c", "k", "r"], loss=by, loss_weights={"r": 0.25}).progress.history[-1]
    assert {**row, "learning_rate": 0} == pytest.approx({**fit, "learning_rate": 0}, rel=1e-4)
    for words, rule in (
        ({"loss_weights": {"z": 1.0}}, "'z' is no target"),
        ({"loss_weights": {"r": -1}}, "a number from 0"),
        ({"loss_weights": 3}, "by target"),
        ({"loss_weights": {}}, "by target"),
    ):
        with pytest.raises(SpecError, match=rule):
            learn(["c", "r"], **words)
    with pytest.raises(SpecError, match="there is one target"):
        learn("r", loss_weights={"r": 0.5})


def test_class_weights_by_target(trained_by: Callable[..., Trained]) -> None:
    targets = ["c", "k", "r"]
    even = trained_by("plain", targets, epochs=1).progress.history[0]
    found = trained_by("plain", targets, epochs=1, class_weights={"k": {0: 20, 1: 0, 2: 0}}).progress.history[0]
    assert found["c_loss"] == pytest.approx(even["c_loss"], rel=0.05) and found["k_loss"] > 2 * even["k_loss"]
    assert trained_by("plain", targets, epochs=1, class_weights="balanced").progress.epoch == 1
    for weights, rule in (({0: 2.0}, "several targets have some"), ({"r": "balanced"}, "'r' has no classes")):
        with pytest.raises(DataError, match=rule):
            trained_by("plain", targets, class_weights=weights)
    with pytest.raises(SpecError, match="'z' is no target"):
        learn(targets, class_weights={"z": "balanced"})
    with pytest.raises(SpecError, match=r"learn\.class_weights\.k\[0\]: a class weight is a number"):
        learn(targets, class_weights={"k": {0: "much"}})


@pytest.mark.parametrize(
    ("target", "truth"),
    [
        (TargetSpec("y", "binary", (0, 1)), np.array([[1.0], [0.0]])),
        (TargetSpec("y", "multilabel", columns=("a", "b")), np.array([[1.0, 0.0], [1.0, 1.0]])),
        (TargetSpec("y", "multiclass", ("a", "b", "c")), np.array([[2], [0]])),
        (TargetSpec("y", "ordinal", ("a", "b", "c")), np.array([[2], [0]])),
        (TargetSpec("y", "tagging", ("a", "b", "c"), horizon=2), np.array([[2, 1], [0, 2]])),
        (TargetSpec("y", "segmentation", ("a", "b", "c"), size=(1, 2)), np.array([[[2, 1]], [[0, 2]]])),
    ],
    ids=lambda one: getattr(one, "task", ""),
)
def test_smoothed_labels_are_the_mean_over_labels(target: TargetSpec, truth: np.ndarray) -> None:
    """Of a cross-entropy, smoothing is the same as the mean of the losses against all labels."""
    share, rng = 0.3, np.random.default_rng(0)
    given = rng.dirichlet(np.ones(3), (2, *target.shape[:-1])) if target.classes[2:] else rng.random((2, *target.shape))
    given = given.astype(np.float32)
    plain, smooth = loss_of(Learn(), target), loss_of(Learn(label_smoothing=share), target)
    if target.of_task.coded or target.form == "tags":
        others = [np.mean(plain.call(np.full_like(truth, k), given)) for k in range(3)]
    else:
        others = [np.mean(plain.call(np.full_like(truth, k), given)) for k in (0.0, 1.0)]
    expected = (1 - share) * np.mean(plain.call(truth, given)) + share * np.mean(others)
    assert float(np.mean(smooth.call(truth, given))) == pytest.approx(expected, rel=1e-5)


def test_smoothing_where_there_is_nothing_to_smooth(trained_by: Callable[..., Trained]) -> None:
    assert trained_by("xla", ["c", "k", "r"], label_smoothing=0.1, epochs=2).progress.epoch == 2
    with pytest.raises(DataError, match="label smoothing is for classes, and the task is regression"):
        trained_by("plain", "r", label_smoothing=0.1)
    with pytest.raises(SpecError, match="label smoothing is for classes"):
        learn("r", task="regression", label_smoothing=0.1)
    with pytest.raises(DataError, match="smoothed twice"):
        trained_by("plain", "c", label_smoothing=0.1, loss={"BinaryCrossentropy": {"label_smoothing": 0.1}})
    with pytest.raises(SpecError, match="is less than 1"):
        learn("c", label_smoothing=1.0)


def test_reader_and_schema_say_the_same() -> None:
    protokit.loss(task="regression")(squared)
    valid = jsonschema.Draft202012Validator(schema()).is_valid
    for words, right in (
        ({"loss": "squared"}, True),
        ({"loss": {"squared": {"times": 2}}}, True),
        ({"loss": {"y": "Huber", "z": "squared"}}, True),
        ({"loss_weights": {"y": 0.3}}, True),
        ({"loss_weights": {"y": -1}}, False),
        ({"label_smoothing": 0.1}, True),
        ({"label_smoothing": 1}, False),
        ({"class_weights": {"y": "balanced", "z": {"a": 2}}}, True),
        ({"class_weights": {"y": {"a": -2}}}, False),
        ({"loss": {"y": "Hubr", "z": "squared"}}, False),
    ):
        assert valid({"represent": {"target": ["y", "z"]}, "learn": words}) == right, words
        if right:
            learn(["y", "z"], **words)
        else:
            with pytest.raises(SpecError):
                learn(["y", "z"], **words)


def test_another_body_has_another_hash() -> None:
    made: list[Any] = []
    for body in ("y_pred - y_true", "y_true - y_pred"):
        names: dict[str, Any] = {}
        code = compile(f"def f(y_true, y_pred):\n    return {body}", "<prompt>", "exec")
        names["f"] = type(squared)(next(c for c in code.co_consts if hasattr(c, "co_code")), {}, "f")
        made.append(names["f"])
    assert len({source_hash(one) for one in (*made, squared)}) == 3
    assert source_hash(made[0]) == source_hash(made[0])
