from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit import Menu, SpecError
from protokit.menu.network import number_embeddings
from protokit.menu.network.describe import own_layers
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import normal_quantiles

KINDS = [
    ("PeriodicEmbedding", {"units": 3, "frequencies": 4, "sigma": 0.5}),
    ("PiecewiseLinearEmbedding", {"units": 3, "bins": 5}),
]


def made(kind: str, **arguments: Any) -> Any:
    return getattr(importlib.import_module(own_layers()[kind]), kind)(**arguments)


@pytest.mark.parametrize(("kind", "arguments"), KINDS)
def test_a_layer_comes_back_from_its_config_and_its_file(kind: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    import keras

    layer = made(kind, **arguments, activation="tanh")
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    model = Menu([{kind: arguments}, {"Dense": 2}], inputs={"x": [4]}).build()
    model.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(7, 4)).astype("float32")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize(("kind", "arguments"), KINDS)
def test_gradients_reach_every_weight_and_each_column_keeps_to_itself(kind: str, arguments: dict[str, Any]) -> None:
    import tensorflow as tf

    layer = made(kind, **arguments, activation=None)
    x = tf.constant(np.random.default_rng(0).normal(size=(50, 4)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = layer(x)
        first = tf.reduce_sum(out[:, :3] ** 2)
    by_input, *by_weight = tape.gradient(first, [x, *layer.trainable_variables])
    assert out.shape == (50, 12) == layer.compute_output_shape((50, 4))
    assert np.abs(by_input[:, 0]).max() > 0 and np.abs(by_input[:, 1:]).max() == 0
    for gradient in by_weight:
        assert np.isfinite(gradient).all()
        assert np.abs(gradient[0]).max() > 0 and np.abs(gradient[1:]).max() == 0
    compiled = tf.function(layer, jit_compile=True)
    np.testing.assert_allclose(compiled(x), out, atol=1e-4)


def test_periods_are_what_the_paper_says() -> None:
    layer = made("PeriodicEmbedding", units=2, frequencies=3, sigma=1.0, activation=None)
    x = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")
    found = np.asarray(layer(x)).reshape(6, 2, 2)
    turns, kernel, bias = (np.asarray(w) for w in (layer.turns, layer.kernel, layer.bias))
    for column in range(2):
        angles = x[:, column, None] * turns[column]
        parts = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
        np.testing.assert_allclose(found[:, column], parts @ kernel[column] + bias[column], atol=1e-5)


def test_sigma_is_in_turns_for_each_unit() -> None:
    layer = made("PeriodicEmbedding", frequencies=5000, sigma=0.5)
    layer.build((None, 1))
    # a normal cut at two standard deviations has .88 of its spread
    assert np.asarray(layer.turns).std() == pytest.approx(0.88 * 0.5 * 2 * np.pi, rel=0.05)


@given(st.lists(st.floats(-10, 10, width=32), min_size=2, max_size=30), st.integers(2, 12))
@settings(deadline=None, max_examples=30)
def test_bins_fill_one_after_the_other_and_lose_nothing(values: list[float], bins: int) -> None:
    """The sum of the filled parts, each times its bin's width, is the number itself: from it all can be had."""
    layer = made("PiecewiseLinearEmbedding", bins=bins)
    parts = np.asarray(layer.parts_of(np.array(values, "float32")[:, None]))[:, 0]
    edges = np.array(normal_quantiles(bins))
    np.testing.assert_allclose(parts @ np.diff(edges) + edges[0], values, atol=1e-3)
    assert (parts[:, 1:-1] >= 0).all() and (parts[:, 1:-1] <= 1).all()
    assert (np.diff(edges) > 0).all()


@pytest.mark.parametrize(("kind", "arguments"), KINDS)
@pytest.mark.parametrize("wrong", [{"units": 0}, {"bins": 1}, {"frequencies": 0}, {"sigma": 0.0}, {"sigma": -1.0}])
def test_what_cannot_be_is_said_at_its_item(kind: str, arguments: dict[str, Any], wrong: dict[str, Any]) -> None:
    if not set(wrong) <= set(arguments):
        return
    with pytest.raises(SpecError, match=next(iter(wrong))):
        Menu([{kind: wrong}], inputs={"x": [4]}).build()


def test_only_rows_of_numbers_are_taken() -> None:
    with pytest.raises(SpecError, match="of numbers, not"):
        Menu(["PeriodicEmbedding"], inputs={"x": [4, 4]}).build()
    with pytest.raises(SpecError, match="did you mean 'frequencies'"):
        Menu([{"PeriodicEmbedding": {"freqencies": 3}}], inputs={"x": [4]})
    with pytest.raises(AttributeError):
        _ = number_embeddings.Other


@pytest.mark.some("PiecewiseLinearEmbedding-arguments1")
@pytest.mark.parametrize(("kind", "arguments"), KINDS)
def test_a_run_with_them_is_saved_and_loaded_to_the_same_bits(
    kind: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=120), "shop": [f"s{i % 12}" for i in range(120)]})
    table["y"] = np.sin(4 * table["x"])
    embedded = {kind: arguments, "from": "numbers"}
    recipe = {
        "represent": {"target": "y"},
        "learn": {"menu": [{"branch": {"embedded": [embedded], "plain": []}}, {"Dense": 8}], "epochs": 3},
    }
    run = protokit.run(recipe, table, out=tmp_path)
    pd.testing.assert_frame_equal(protokit.load(run.path).predict(table), run.model.predict(table), check_exact=True)
    assert Menu.from_keras(run.model.network).build().count_params() == run.model.network.count_params()


def test_the_engine_knows_them() -> None:
    """XLA was measured to gain on the one, and not to on the other, which is tried."""
    from protokit.learn.training.choice import _FAST, _kind

    assert [_kind(made(kind, **arguments)) for kind, arguments in KINDS] == [kind for kind, _ in KINDS]
    assert "PiecewiseLinearEmbedding" in _FAST and "PeriodicEmbedding" not in _FAST
