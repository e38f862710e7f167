"""A Keras model and what comes back of it, held against each other to the bit."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from protokit import Menu


def graph_of(model: keras.Model) -> Any:
    return model._functional if isinstance(model, keras.Sequential) else model


def rows(model: keras.Model, seed: int = 0, n: int = 2) -> Any:
    """Rows for a model, in the structure of its inputs."""
    rng = np.random.default_rng(seed)

    def one(tensor: Any) -> Any:
        shape = [tensor.shape[0] or n, *(d or 5 for d in tensor.shape[1:])]
        if tensor.dtype == "string":
            return tf.constant(rng.choice(["a", "b b", "c d"], shape))
        if "int" in tensor.dtype:
            return tf.constant(rng.integers(0, 4, shape), tensor.dtype)
        x = rng.random(shape, np.float32)
        return tf.sparse.from_dense(x) if tensor.sparse else tf.constant(x)

    graph = graph_of(model)
    return keras.tree.pack_sequence_as(graph._inputs_struct, [one(tensor) for tensor in graph.inputs])


def given(*shape: int | None, **more: Any) -> Any:
    """An input of a model, of a shape of one row."""
    return keras.Input(shape, **more)


def equal(one: Any, other: Any) -> None:
    """Two structures of tensors are the same to the bit."""
    keras.tree.assert_same_structure(one, other)
    for a, b in zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def come_back(model: keras.Model) -> keras.Model:
    """Read as a menu, written, read and built: the same inputs, outputs and weights."""
    menu = Menu.from_keras(model, weights=True)
    again = Menu.from_text(menu.write(names=True))
    assert again == menu
    twin, graph = menu.build(), graph_of(model)
    assert again.build().count_params() == twin.count_params()
    taken = rows(model)
    said = model(taken, training=False)
    equal(said, twin(taken, training=False))
    short = Menu.from_text(menu.write()).build()
    short.set_weights(twin.get_weights())
    equal(said, short(taken, training=False))
    assert [tensor.name for tensor in graph.inputs] == [tensor.name for tensor in twin.inputs]
    assert len(twin.trainable_weights) == len(model.trainable_weights)
    return twin
