"""Parts of Keras models that are called more than once."""

from __future__ import annotations

from typing import Any

import keras

from tests.menu.writing.twin import written

k: Any = keras.layers


def called(model: Any, *shapes: int, dtype: str = "float32") -> list[Any]:
    """Inputs, and what a model gives for each."""
    inputs = [keras.Input(shapes, dtype=dtype, name=name) for name in ("one", "other")]  # others are longer the later
    return [inputs, [model(x) for x in inputs]]


def test_a_model_inside_is_a_shared_block() -> None:
    x = keras.Input((8, 8, 3))
    y = k.Conv2D(4, 3, padding="same")(x)
    y = k.Add()([y, k.Conv2D(4, 3, padding="same", activation="relu")(y)])
    y = keras.ops.mean(keras.ops.sigmoid(y) * y, axis=(1, 2))
    inputs, ends = called(keras.Model(x, k.Dense(5)(y)), 8, 8, 3)
    found = written(keras.Model(inputs, k.Dot(1)(ends)))
    assert found.count("share:") == 2 and found.count("Conv2D") == 2 and "residual" in found
    assert "name: conv2d" not in found and found.count("ops.") == 3


def test_layers_called_by_hand_are_one_too() -> None:
    embedding, pool, dense = k.Embedding(9, 4), k.GlobalAveragePooling1D(), k.Dense(3)
    inputs, ends = called(lambda x: dense(pool(embedding(x))), 6, dtype="int32")
    found = written(keras.Model(inputs, [*ends, k.Dense(1)(k.Concatenate()(ends))]))
    assert found.count("share: shared_1") == 2 and found.count("\n") < 14


def test_what_is_called_on_what_it_gave_repeats() -> None:
    first, second = k.Dense(4, activation="relu"), k.Dense(4)
    x = start = keras.Input((4,))
    for _ in range(5):
        x = second(first(x))
    found = written(keras.Model(start, x))
    assert "times: 5" in found and found.count("share:") == 1 and found.count("Dense") == 2


def test_a_part_of_two_inputs() -> None:
    both, dense = k.Concatenate(), k.Dense(3)
    a, b, c = (keras.Input((2,), name=name) for name in "abc")
    ends = [dense(both([a, b])), dense(both([b, c])), dense(both([a, c]))]
    found = written(keras.Model([a, b, c], k.Average()(ends)))
    assert "inputs: [input_1, input_2]" in found and found.count("share: shared_1") == 3


def test_what_others_take_from_within_stays_outside() -> None:
    first, second, third = k.Dense(4), k.Dense(4), k.Dense(4)
    a, b = keras.Input((2,)), keras.Input((2,))
    x, y = second(first(a)), second(first(b))
    found = written(keras.Model([a, b], [third(x), third(y), k.Dense(2)(x)]))
    assert found.count("share: shared_1") == 2 and "shared_2" not in found


def test_calls_that_differ_are_not_one() -> None:
    dense, drop = k.Dense(4), k.Dropout(0.5)
    a, b = keras.Input((2,)), keras.Input((2,))
    found = written(keras.Model([a, b], k.Add()([drop(dense(a), training=True), drop(dense(b))])))
    assert "shared_1" not in found and "call: {training: true}" in found


def test_shared_parts_that_share_a_layer_are_written_plainly() -> None:
    inner = k.Dense(4)
    x = keras.Input((4,))
    tower = keras.Model(x, k.Dense(2)(k.ReLU()(inner(inner(x)))))
    inputs, ends = called(tower, 4)
    written(keras.Model(inputs, k.Add()(ends)))


def test_blocks_with_names_inside() -> None:
    x = start = keras.Input((6, 8))
    for width in range(3):
        calm = k.LayerNormalization()(x)
        x = k.Add()([x, k.Dense(8)(k.MultiHeadAttention(2, 4 + width)(calm, calm))])
    found = written(keras.Model(start, x))
    assert found.count("MultiHeadAttention") == 1 and found.count("use:") == 3
    assert "from: {query: layer_normalization, value: layer_normalization}" in found
