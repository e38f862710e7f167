"""Constants, texts and structures of Keras models of public code that were refused, changed or crossed in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

import protokit
from protokit import Menu, SpecError
from tests.menu.reading_keras.test_refusals import after, own_layers
from tests.menu.reading_keras.twins import come_back, given

__all__ = ["own_layers"]  # a fixture
CASES: dict[str, Callable[[], keras.Model]] = {}


def case(made: Callable[[], keras.Model]) -> Callable[[], keras.Model]:
    CASES[made.__name__] = made
    return made


@case
def numbers_of_numpy_have_a_type() -> keras.Model:
    x = given(4, 6, name="x")
    half = ops.cast(x, "float16")
    made = [x * np.float64(0.5), x + np.int64(2), x / np.sqrt(64), half * np.float16(2), x * np.pi, x + True]
    return keras.Model(x, [*made, ops.clip(x, np.float64(0.2), np.int64(1))])


@case
def numbers_that_no_file_holds() -> keras.Model:
    x = given(4, 6, name="x")
    half = ops.cast(x, "float16")
    row = np.array([np.inf, 0, 0, 0, -np.inf, np.nan], "float32")
    made = [ops.minimum(x, np.inf), ops.maximum(x, np.float32("-inf")), ops.where(x > 0.5, x, float("nan")), x + row]
    return keras.Model(x, [*made, ops.softmax(ops.where(half > 0.5, half, float("-inf")))])


@case
def operations_whose_shapes_want_all_arguments() -> keras.Model:
    x = given(4, 6, name="x")
    ones = np.ones(6, "float32") * 2
    made = [
        ops.batch_normalization(x, ones, ones, axis=-1),
        ops.batch_normalization(x, ones, ones, axis=-1, scale=ones),
        ops.rms_normalization(x),
        ops.rms_normalization(x, ones),
        ops.layer_normalization(x),
        ops.layer_normalization(x, beta=x[0, 0], epsilon=1e-3),
        ops.segment_sum(x, np.array([0, 0]), num_segments=2),
        ops.multi_hot(ops.cast(x, "int32"), num_classes=5),
    ]
    return keras.Model(x, made)


@case
def segments() -> keras.Model:
    x, to = given(4, name="x"), given(name="to", dtype="int32")
    return keras.Model([x, to], ops.segment_max(x, to, num_segments=4))


@case
def colours() -> keras.Model:
    x = given(4, 4, 3, name="x")
    y = layers.Rescaling(scale=[1 / 255.0, 1 / 127.0, 1], offset=np.array([0, -1.0, 0]))(x)
    return keras.Model(x, [y, ops.image.rgb_to_grayscale(x), ops.image.hsv_to_rgb(ops.image.rgb_to_hsv(x))])


@case
def texts_that_look_like_a_menu_s() -> keras.Model:
    x = given(3, name="x", dtype="string")
    words = ["$price", "us$", "$a + 1", "it's $", "true", "null", "1", "", "a: b", "#c", "\n", "{choice: [1]}"]
    return keras.Model(x, layers.StringLookup(vocabulary=words, mask_token=None, oov_token="$oov")(x))


@case
def states_in_lists() -> keras.Model:
    x = given(2, 4, name="x")
    said, first, (second, third) = layers.RNN([layers.SimpleRNNCell(3), layers.LSTMCell(2)], return_state=True)(x)
    again = layers.RNN([layers.SimpleRNNCell(3), layers.LSTMCell(2)])(x, initial_state=[first, [second, third]])
    return keras.Model(x, [said, again])


@case
def an_input_that_is_the_output() -> keras.Model:
    x = given(4, name="x")
    return keras.Model(x, x)


@case
def a_graph_at_each_step() -> keras.Model:
    row = given(4)
    y = layers.Dense(3, name="inner")(row)
    step = keras.Model(row, layers.BatchNormalization()(y + layers.Dense(3)(ops.relu(y))))
    x = given(2, 4, name="x")
    return keras.Model(x, layers.Flatten()(layers.TimeDistributed(step)(x)))


@case
def a_seed_that_draws() -> keras.Model:
    start = keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(3))
    return after(layers.Dense(2, kernel_initializer=start))


@pytest.mark.parametrize("name", CASES)
def test_a_construct_comes_back(name: str) -> None:
    come_back(CASES[name]())


class Many(keras.layers.Layer):  # type: ignore[misc]
    """Takes a mapping, gives a mapping with a list in it."""

    def call(self, inputs: Any) -> Any:
        return {"b": inputs["q"] - inputs["a"], "a": inputs["a"], "c": [inputs["q"], -inputs["q"]]}


class Named(keras.layers.Layer):  # type: ignore[misc]
    """Arguments that are named as some of Keras's are, and mean something else."""

    def __init__(self, rate: float = 1.2, momentum: float = 5, padding: Any = (1, 1), interpolation: str = "cubic",
                 activation: str = "geglu", units: int = 0, table: Any = None, **more: Any) -> None:  # fmt: skip
        super().__init__(**more)
        self.given = {
            "rate": rate, "momentum": momentum, "padding": padding, "interpolation": interpolation,
            "activation": activation, "units": units, "table": table,
        }  # fmt: skip

    def call(self, x: Any) -> Any:
        return x * self.given["rate"]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.given}


class Around(keras.layers.Wrapper):  # type: ignore[misc]
    """A layer that holds a layer."""

    def call(self, x: Any) -> Any:
        return self.layer(x)


def test_layers_of_one_s_own() -> None:
    for kind in (Many, Named, Around):
        protokit.layer(kind)
    x, y = given(4), given(4)
    many = Many()({"q": x, "a": y})
    come_back(keras.Model([x, y], [layers.Dense(2)(many["a"]), many["c"][1], many["b"]]))
    come_back(after(Named(2.5, 7, (2, 3), "sinc", "reglu", 0, {"$y": ["us$", {"b": 2}]})))
    with pytest.raises(SpecError, match=r"table is \{'choice': \[1, 2\]\}, which a menu reads as a slot"):
        Menu.from_keras(after(Named(table={"choice": [1, 2]})))
    with pytest.raises(SpecError, match=r"cannot write Dense for layer\n.*let Around make it"):
        Menu.from_keras(after(Around(layers.Dense(2))))


def test_what_is_refused_names_the_cure() -> None:
    def normalize(x: Any) -> Any:
        return x

    chain = keras.Sequential([given(8), layers.Dense(4)])
    chain.layers[0].quantize("int8")
    words = layers.TextVectorization(standardize=normalize)
    row = given(4)
    step = keras.Model(row, row + layers.Dense(4)(row))
    many = given(None, 4)
    for model, said in (
        (chain, r"quantized to int8(.*\n)+.*before quantize"),
        (keras.Model(t := given(1, dtype="string"), words(t)), "cannot write the function normalize for standardize"),
        (after(layers.Dense(2, activation=lambda x: x)), r"cannot write the function lambda for activation"),
        (after(layers.ReLU(max_value=float("inf"))), r"cannot write inf for max_value\n.*finite"),
        (keras.Model(many, layers.TimeDistributed(step)(many)), r"unknown number of steps(.*\n)+.*fixed number"),
        ("model.keras", r"not 'model.keras'\n.*load_model"),
    ):
        with pytest.raises(SpecError, match=said) as error:
            Menu.from_keras(model)
        assert " at 0x" not in str(error.value)
