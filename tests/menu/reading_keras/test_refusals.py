"""What cannot be read is refused in words that name the layer and the cure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import protokit
from protokit import Menu, SpecError
from protokit.menu import catalogue
from tests.menu.reading_keras.twins import come_back


@pytest.fixture(autouse=True)
def own_layers() -> Iterator[None]:
    before = dict(catalogue.LAYERS._things)
    yield
    catalogue.LAYERS._things.clear()
    catalogue.LAYERS._things.update(before)


def after(layer: Any) -> keras.Model:
    x = keras.Input((4,), name="x")
    return keras.Model(x, layer(x))


class Bare(keras.layers.Layer):  # type: ignore[misc]
    """Times a number; takes no name."""

    def __init__(self, by: float = 2.0) -> None:
        super().__init__()
        self.by = by

    def call(self, x: Any) -> Any:
        return x * self.by


class WithConfig(Bare):
    """As it is."""

    def get_config(self) -> dict[str, Any]:
        return {"by": self.by}


class Lacks(Bare):
    """Its config lacks an argument."""

    def get_config(self) -> dict[str, Any]:
        return {}


class More(Bare):
    """Its config has what is no argument."""

    def get_config(self) -> dict[str, Any]:
        return {"by": self.by, "scale": 3}


class OfArray(keras.layers.Layer):  # type: ignore[misc]
    """Has no get_config that Keras could write."""

    def __init__(self, table: Any) -> None:
        super().__init__()
        self.table = table

    def call(self, x: Any) -> Any:
        return x + self.table


def test_own_layers() -> None:
    for kind in (Bare, WithConfig, Lacks, More, OfArray):
        protokit.layer(kind)
    come_back(after(WithConfig(3.0)))
    come_back(after(Bare(3.0)))
    with pytest.raises(SpecError, match=r"'more' \(More\): get_config has 'scale'.*\n.*add scale"):
        Menu.from_keras(after(More()))
    with pytest.raises(SpecError, match=r"'lacks' \(Lacks\): get_config lacks its argument 'by'"):
        Menu.from_keras(after(Lacks(5.0)))
    with pytest.raises(SpecError, match=r"'of_array' \(OfArray\) has no get_config of its own.*\n.*table"):
        Menu.from_keras(after(OfArray(np.zeros(4, "float32"))))


def test_an_own_class_never_stands_for_keras_s_of_the_same_name() -> None:
    kind = type("Dense", (layers.Dense,), {})
    with pytest.raises(SpecError, match=r"'dense(_\d+)?' is a .*\.Dense, and Dense in a menu is Keras's own"):
        Menu.from_keras(after(kind(3)))
    protokit.layer(Bare)
    other = type("Bare", (keras.layers.Layer,), {"call": lambda self, x: x})
    with pytest.raises(SpecError, match="Bare in a menu is one that was registered"):
        Menu.from_keras(after(other()))
    with pytest.raises(SpecError, match=r"'own(_\d+)?' is a Own, which a menu cannot name\n.*protokit.layer\(Own\)"):
        Menu.from_keras(after(type("Own", (keras.layers.Layer,), {"call": lambda self, x: x})()))


def test_functions_that_are_not_keras_s() -> None:
    def swoosh(x: Any) -> Any:
        return x * keras.ops.sigmoid(1.7 * x)

    def relu(x: Any) -> Any:
        return keras.ops.maximum(x, -1)

    for function in (swoosh, relu):
        with pytest.raises(
            SpecError, match=rf"the layer 'it' \(Dense\): .*{function.__name__}(.*\n)+.*@protokit.layer"
        ):
            Menu.from_keras(after(layers.Dense(3, activation=function, name="it")))
    own = type("Own", (keras.regularizers.L2,), {})
    with pytest.raises(SpecError, match=r"the layer 'it' \(Dense\): a menu cannot write Own for kernel_regularizer"):
        Menu.from_keras(after(layers.Dense(3, kernel_regularizer=own(0.1), name="it")))


def test_calls_and_constants_that_no_menu_holds() -> None:
    x = keras.Input((400, 400), name="x")
    rule = r"the operation 'add(_\d+)?' \(ops.add\).*160,000 numbers(.*\n)+.*layer of your own"
    with pytest.raises(SpecError, match=rule):
        Menu.from_keras(keras.Model(x, keras.ops.add(x, np.zeros((400, 400), "float32"))))
    kind = type("Net", (keras.Model,), {"call": lambda self, inputs, training=None, mask=None: 2 * inputs})
    y = keras.Input((4,))
    with pytest.raises(SpecError, match="a Net with a `call` of its own"):
        Menu.from_keras(kind(y, layers.Dense(2)(y)))


def test_what_a_menu_says_wrong() -> None:
    for item, said in (
        ({"ops.get_item": "0:a"}, "no slice of an axis"),
        ({"Dropout": 0.1, "call": {"trainning": False}}, "did you mean 'training'"),
        ({"repeat": {"times": 1, "layers": ["ReLU"]}, "call": {"training": True}}, "belongs to a layer"),
    ):
        with pytest.raises(SpecError, match=said):
            Menu([item], inputs={"x": [4]})
    with pytest.raises(SpecError, match="takes has each input once"):
        Menu(["ReLU"], inputs={"x": [4]}, takes={"y": "x", "z": "x"})
    with pytest.raises(SpecError, match="batch_size is a whole number"):
        Menu(["ReLU"], inputs={"x": {"shape": [4], "batch_size": 0}})


def test_weights_are_a_copy_that_stays() -> None:
    model = after(layers.Dense(3, name="d"))
    menu, new = Menu.from_keras(model, weights=True), Menu.from_keras(model)
    before = model.get_weights()[0].copy()
    model.set_weights([2 * one for one in model.get_weights()])
    assert np.array_equal(menu.build().get_weights()[0], before)
    assert not np.array_equal(new.build().get_weights()[0], before)
