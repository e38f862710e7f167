"""The hash that stands in for TensorFlow's generators inside XLA: seeded, so that each test has one outcome."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import stats

from protokit.learn.training import randomness

# 200 draws as in training: layers have seeds of their own, the counter goes up by one with each step
SEEDS = [(int(seed), step) for seed in np.random.default_rng(0).integers(1, 10**9, 20) for step in range(10)]


@pytest.fixture(scope="module")
def words() -> np.ndarray:
    """Shapes: (layers, steps, rows, units), uint32."""
    found = [randomness.bits((64, 128), np.array(seed, np.int32)).numpy() for seed in SEEDS]
    return np.stack(found).reshape(20, 10, 64, 128)


def keras_masks(rate: float) -> np.ndarray:
    import keras

    layer = keras.layers.Dropout(rate, seed=1)
    return np.stack([np.asarray(layer(np.ones((64, 128), np.float32), training=True)) > 0 for _ in range(200)])


def hashed_masks(rate: float) -> np.ndarray:
    import keras
    import tensorflow as tf

    layer = keras.layers.Dropout(rate, seed=1)
    with randomness.drawing(hashed=True):
        draws = [layer(tf.ones((64, 128)), training=True) for _ in range(200)]
    return np.stack([np.asarray(draw) > 0 for draw in draws])


def test_every_bit_is_set_half_the_time_and_bytes_are_even(words: np.ndarray) -> None:
    for bit in range(32):
        ones = int(((words >> np.uint32(bit)) & np.uint32(1)).sum())
        assert abs(ones - words.size / 2) < 5 * np.sqrt(words.size) / 2, bit
    for byte in words.view(np.uint8).reshape(-1, 4).T:
        assert stats.chisquare(np.bincount(byte, minlength=256)).pvalue > 1e-4


@pytest.mark.some("0.5")
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.9])
def test_the_keep_rate(rate: float) -> None:
    for masks in (hashed_masks(rate), keras_masks(rate)):
        error = np.sqrt(rate * (1 - rate) / masks.size)
        assert abs(masks.mean() - (1 - rate)) < 4 * error
        for axis in ((0,), (1, 2), (2,)):  # of each unit, of each step, of each row
            shares = masks.mean(axis=axis).ravel()
            each = np.sqrt(rate * (1 - rate) / (masks.size / shares.size))
            # as spread out as independent draws are, neither more nor less
            assert 0.85 < shares.std() / each < 1.15
            assert np.abs(shares - (1 - rate)).max() < 6 * each


def test_draws_are_independent_across_steps_layers_and_units(words: np.ndarray) -> None:
    kept = (words < np.uint32(2**31)).astype(np.float64) - 0.5
    flat = kept.reshape(200, -1)
    correlations = np.corrcoef(flat)[np.triu_indices(200, 1)]  # every pair of steps and layers
    assert np.abs(correlations).max() < 5.5 / np.sqrt(flat.shape[1])
    assert stats.kstest(correlations * np.sqrt(flat.shape[1]), "norm").pvalue > 1e-3
    units = np.corrcoef(kept.reshape(-1, 128).T)[np.triu_indices(128, 1)]
    assert np.abs(units).max() < 5.5 / np.sqrt(200 * 64)
    for lag in (1, 2, 64, 128, 129):  # within one draw
        lagged = [np.corrcoef(row[:-lag], row[lag:])[0, 1] for row in flat]
        assert abs(np.mean(lagged)) < 5 / np.sqrt(flat.size)


def test_no_two_draws_share_a_stretch(words: np.ndarray) -> None:
    starts = {tuple(draw.ravel()[i : i + 3]) for draw in words.reshape(200, 64, 128) for i in range(0, 8000, 7)}
    assert len(starts) == 200 * len(range(0, 8000, 7))


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_masks_are_spread_like_those_of_keras(rate: float) -> None:
    ours, theirs = hashed_masks(rate), keras_masks(rate)
    for axis in ((0,), (1, 2), (0, 2)):
        assert stats.ks_2samp(ours.mean(axis=axis).ravel(), theirs.mean(axis=axis).ravel()).pvalue > 1e-3
    runs = [
        np.bincount(np.fromiter((len(list(g)) for _, g in itertools.groupby(m[:20].ravel())), int), minlength=12)[:12]
        for m in (ours, theirs)
    ]
    assert stats.chi2_contingency(np.array(runs)[:, 1:10]).pvalue > 1e-3


@pytest.mark.parametrize(
    ("name", "given", "law"),
    [
        ("uniform", {"minval": -1.0, "maxval": 3.0}, stats.uniform(-1, 4)),
        ("normal", {"mean": 2.0, "stddev": 0.5}, stats.norm(2, 0.5)),
        ("truncated_normal", {"mean": 0.0, "stddev": 2.0}, stats.truncnorm(-2, 2, 0, 2)),
    ],
)
def test_numbers_follow_their_law(name: str, given: dict[str, float], law: Any) -> None:
    import keras

    generator = keras.random.SeedGenerator(3)
    with randomness.drawing(hashed=True):
        drawn = np.asarray(getattr(keras.random, name)((200_000,), seed=generator, **given))
        again = np.asarray(getattr(keras.random, name)((200_000,), seed=generator, **given))
        half = np.asarray(getattr(keras.random, name)((1000,), seed=generator, dtype="float16", **given))
    assert np.isfinite(drawn).all() and half.dtype == np.float16 and not np.array_equal(drawn, again)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(drawn, again)[0, 1]) < 5 / np.sqrt(len(drawn))


def test_noise_shape_rate_and_scale() -> None:
    import keras
    import tensorflow as tf

    generator = keras.random.SeedGenerator(1)
    for hashed in (True, False):
        with randomness.drawing(hashed=hashed):
            shared = np.asarray(keras.random.dropout(tf.ones((8, 5, 64)), 0.25, (8, 1, 64), seed=generator))
            assert (shared == shared[:, :1]).all() and set(np.unique(shared)) == {0.0, np.float32(1 / 0.75)}
            assert np.asarray(keras.random.dropout(tf.ones((4, 4)), 0.0, seed=generator)).all()
            rate = randomness.RuntimeRate(0.5)
            rate.assign(0.0)
            assert np.asarray(keras.random.dropout(tf.ones((4, 4)), rate, seed=generator)).tolist() == [[1.0] * 4] * 4
    assert not np.asarray(randomness.dropout(tf.ones((4, 4)), 1.0, seed=generator)).any()
    import copy

    assert type(copy.deepcopy(rate)) is float


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_at_every_rate_dropout_is_that_of_keras_to_the_bit(dtype: str) -> None:
    import keras
    import tensorflow as tf

    inputs = tf.cast(np.random.default_rng(0).normal(size=(16, 32)), dtype)
    given = randomness.RuntimeRate(0.5)
    for percent in range(1, 100):
        theirs = keras.random.dropout(inputs, percent / 100, seed=keras.random.SeedGenerator(percent))
        given.assign(percent / 100)
        with randomness.drawing(hashed=False):
            ours = keras.random.dropout(inputs, given, seed=keras.random.SeedGenerator(percent))
        assert np.array_equal(ours.numpy(), theirs.numpy()), percent


def test_keras_draws_as_before_afterwards() -> None:
    from keras.src import backend

    before = {name: getattr(backend.random, name) for name in ("dropout", "uniform", "normal", "truncated_normal")}
    with randomness.drawing(hashed=True):
        assert backend.random.dropout is randomness.dropout
    with pytest.raises(KeyError), randomness.drawing(hashed=False):
        raise KeyError
    assert before == {name: getattr(backend.random, name) for name in before}
