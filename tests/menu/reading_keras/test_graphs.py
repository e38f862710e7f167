"""The law of reading: whatever graph it is, what comes back computes and trains the same, or is refused in words."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops

from protokit import Menu
from tests.menu.reading_keras.twins import equal, graph_of, rows

WIDTH = 4
ONE = ("dense", "shared", "relu", "ops", "constant", "slice", "norm", "model", "sequential")
TWO = ("add", "ops", "concatenate", "where", "stack")


def _nested(name: str, two: bool) -> keras.Model:
    i, j = keras.Input((WIDTH,)), keras.Input((WIDTH,))
    x = layers.Dense(WIDTH)(i)
    if two:
        return keras.Model([i, j], {"z": x + j, "c": layers.Dense(WIDTH)(x)}, name=name)
    return keras.Model(i, ops.tanh(x) * 2, name=name)


def graph(seed: int) -> keras.Model:
    rng = random.Random(seed)
    names = rng.sample(["b", "a", "c c", "z"], rng.randint(1, 3))
    inputs = {name: keras.Input((WIDTH,), name=name) for name in names}
    tensors = list(inputs.values())
    shared, model = layers.Dense(WIDTH, activation="tanh"), _nested("inner", False)
    chain = keras.Sequential([keras.Input((WIDTH,)), layers.Dense(WIDTH), layers.LayerNormalization()], name="chain")
    if rng.random() < 0.5:
        codes = inputs["codes"] = keras.Input((3,), dtype="int32", name="codes")
        table = layers.Embedding(5, WIDTH, mask_zero=rng.random() < 0.5)(codes)
        tensors.append(layers.LSTM(WIDTH)(layers.GRU(WIDTH, return_sequences=True)(table)))
    for _ in range(rng.randint(1, 7)):
        x, y = rng.choice(tensors), rng.choice(tensors)
        if rng.random() < 0.5:
            tensors.append(_one(rng.choice(ONE), x, shared, model, chain))
        else:
            tensors.append(_two(rng.choice(TWO), x, y))
    used = _nested("pair", True)([tensors[-1], tensors[0]]) if rng.random() < 0.5 else {"z": tensors[-1]}
    ends = [layers.Dense(2)(x) for x in (*used.values(), rng.choice(tensors))]
    held = sum(ops.mean(x, axis=-1, keepdims=True) for x in tensors)  # all of it is used
    ends.append(layers.Dense(2)(held))
    forms: list[Any] = [
        ends,
        {"q": ends[0], "b": ends[1:]},
        {"one": {"z": ends[0], "a": ends[1]}, "an": tuple(ends[2:])},
    ]
    starts: list[Any] = [list(inputs.values()), dict(inputs)]
    return keras.Model(rng.choice(starts), rng.choice(forms))


def _one(kind: str, x: Any, shared: Any, model: Any, chain: Any) -> Any:
    made = {
        "dense": lambda: layers.Dense(WIDTH, activation=layers.LeakyReLU(0.2))(x),
        "shared": lambda: shared(x),
        "relu": lambda: keras.activations.relu(x, negative_slope=0.1),
        "ops": lambda: ops.softmax(ops.expand_dims(x, 1), axis=-1)[:, 0],
        "constant": lambda: 1.5 - x * np.arange(WIDTH, dtype="float32"),
        "slice": lambda: ops.concatenate([x[:, 2:], x[:, :2]], axis=-1),
        "norm": lambda: layers.BatchNormalization()(x, training=False),
        "model": lambda: model(x),
        "sequential": lambda: chain(x),
    }
    return made[kind]()


def _two(kind: str, x: Any, y: Any) -> Any:
    made = {
        "add": lambda: layers.Add()([x, y]),
        "ops": lambda: ops.maximum(x, y) - x / 3,
        "concatenate": lambda: layers.Dense(WIDTH)(layers.Concatenate()([x, y])),
        "where": lambda: ops.where(x > y, x, 0.5),
        "stack": lambda: ops.sum(ops.stack([x, y], axis=1), axis=1),
    }
    return made[kind]()


def as_lists(value: Any) -> Any:
    """A menu has no tuples: what a model gives as one comes back as a list."""
    if isinstance(value, dict):
        return {key: as_lists(part) for key, part in value.items()}
    return [as_lists(part) for part in value] if isinstance(value, (list, tuple)) else value


def loss_of_a_step(model: keras.Model) -> list[float]:
    """The losses before and after a step."""
    optimizer, losses = keras.optimizers.SGD(0.1), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            ends = keras.tree.flatten(model(rows(model, 1), training=True))
            loss = sum(ops.mean(ops.square(end - 1.0)) for end in ends)
        optimizer.apply_gradients(
            (g, v)
            for g, v in zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
            if g is not None
        )
        losses.append(float(loss))
    return losses


@pytest.mark.hypothesis
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1))
def test_any_graph_comes_back(seed: int) -> None:
    model = graph(seed)
    menu = Menu.from_keras(model, weights=True)
    assert Menu.from_text(menu.write(names=True)) == menu
    twin, short, given_rows = menu.build(), Menu.from_text(menu.write()).build(), rows(model)
    short.set_weights(twin.get_weights())
    said = as_lists(model(given_rows))
    equal(said, twin(given_rows))
    equal(said, short(given_rows))
    assert [x.name for x in graph_of(model).inputs] == [x.name for x in twin.inputs]
    assert np.allclose(loss_of_a_step(model), loss_of_a_step(twin), rtol=1e-6, atol=0)
