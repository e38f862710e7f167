"""Recipes that go on training a model in a file of Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protokit import Menu
from protokit.core.libraries.backend import keras
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.network.build import build
from protokit.menu.network.heads import has_own_end
from protokit.workflow.warm.keras_file import KerasFile
from protokit.workflow.warm.taking import Taken

layers: Any = keras.layers


def data(columns: int, units: int = 3) -> Signature:
    names = tuple(f"x{i}" for i in range(columns))
    spec = InputSpec("numbers", (columns,), "float32", names)
    return Signature((spec,), (TargetSpec("y", "multiclass", tuple(range(units))),))


def begun(model: Any, menu: object, signature: Signature, tmp_path: Path) -> tuple[Any, Taken]:
    """The network of a recipe's menu, begun at the model's file."""
    model.save(tmp_path / "model.keras")
    parsed = Menu.parse(menu)
    network = build(parsed, signature)
    taken = KerasFile.read(tmp_path / "model.keras").put(network, signature, whole=has_own_end(parsed, signature))
    return network, taken


def outputs(model: Any, rows: np.ndarray) -> np.ndarray:
    given = {"numbers": rows} if isinstance(model.input, dict) else rows
    return np.asarray(keras.ops.convert_to_numpy(model(given)))


def nested() -> Any:
    """A classifier of an encoder in an encoder and a decoder; two layers have the same name, one is called twice."""
    start = keras.Input((6,))
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(8, name="dense"), layers.BatchNormalization()], name="in")
    encoder = keras.Model(start, inner(layers.Dense(4, name="dense")(start)), name="encoder")
    middle = keras.Input((8,))
    up = layers.Dense(8, name="up")
    decoder = keras.Model(middle, layers.Dense(3, activation="softmax", name="end")(up(up(middle))), name="decoder")
    x = keras.Input((6,))
    return keras.Model(x, decoder(encoder(layers.Dropout(0.1)(x))))


def chains() -> Any:
    """A layer around a chain, a shared encoder of two inputs' parts, an adapted layer, and a recurrent one."""
    x = keras.Input((6,))
    scaled = layers.Normalization(name="scaled")
    scaled.adapt(np.arange(12.0).reshape(2, 6))
    both = layers.Reshape((2, 3))(scaled(x))
    steps = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="a"), layers.Dense(5, name="b")], name="steps")
    around = layers.TimeDistributed(steps, name="each")(both)
    shared = keras.Sequential([keras.Input((2, 5)), layers.Bidirectional(layers.GRU(3))], name="shared")
    joined = layers.Concatenate()([shared(around), shared(around * 2.0)])
    return keras.Model(x, layers.Dense(3, activation="softmax", name="end")(joined))


ROWS = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")


@pytest.mark.parametrize("make", [nested, chains])
@pytest.mark.parametrize("names", [True, False])
def test_a_recipe_goes_on_with_a_model_of_models_also_where_the_names_of_layers_were_left_out(
    names: bool, make: Any, tmp_path: Path
) -> None:
    keras.utils.set_random_seed(0)
    model = make()
    text = Menu.from_keras(model).write(names=names)
    network, taken = begun(model, Menu.from_text(text), data(6), tmp_path)
    assert not taken.anew and bool(taken.how) is not names
    assert np.array_equal(outputs(network, ROWS), outputs(model, ROWS))


def test_with_a_new_head_the_body_begins_at_the_file(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = nested()
    plain = Menu.from_keras(model).as_plain()
    network, taken = begun(model, plain["layers"][:-1], data(6, 7), tmp_path)
    assert list(taken.anew) == ["output"] and len(taken.layers) == 4
    body = keras.Model(network.input, network.get_layer("output").input)
    theirs = Menu.from_keras(model, weights=True).build()
    inner = keras.Model(theirs.input, theirs.layers[-1].input)
    assert np.array_equal(outputs(body, ROWS), outputs(inner, ROWS))


def test_names_that_only_count_do_not_cross_layers(tmp_path: Path) -> None:
    """Of a file's dense, dense_1, dense_2 the second layer of a menu, dense_2, is not the third."""
    sizes = (6, 6, 6, 3)
    given = keras.Sequential([keras.Input((6,)), *(layers.Dense(n, name=f"dense_{i}") for i, n in enumerate(sizes))])
    network, taken = begun(given, [{"Dense": 6}, {"Dense": 6}], data(6, 2), tmp_path)
    assert taken.layers == ["dense_1", "dense_2"] and taken.how
    assert np.array_equal(network.get_layer("dense_2").kernel, given.get_layer("dense_1").kernel)
    # where the layers do not follow each other so, none is taken for another
    _, taken = begun(given, ["BatchNormalization", {"Dense": 6}, {"Dense": 6}], data(6, 2), tmp_path)
    assert not taken.layers and "has no name" in taken.anew["dense_2"]
    _, taken = begun(given, [{"Dense": 6, "name": "dense_2"}, {"Dense": 6, "name": "dense_1"}], data(6, 2), tmp_path)
    assert taken.layers == ["dense_2", "dense_1"]


def test_a_subclass_whose_config_says_nothing_of_its_layers_gives_its_weights_by_name(tmp_path: Path) -> None:
    class Encoder(keras.Model):  # type: ignore[misc]
        def __init__(self, units: int, **more: Any) -> None:
            x = keras.Input((6,))
            super().__init__(x, layers.Dense(units, name="wide")(layers.Dense(units, name="first")(x)), **more)
            self.units = units

        def get_config(self) -> dict[str, Any]:
            return {"units": self.units}

    given = Encoder(4)
    network, taken = begun(given, [{"Dense": 4, "name": "first"}, {"Dense": 4, "name": "wide"}], data(6), tmp_path)
    assert taken.layers == ["first", "wide"]
    body = keras.Model(network.input, network.get_layer("output").input)
    assert np.array_equal(outputs(body, ROWS), outputs(given, ROWS))
