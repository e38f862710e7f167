"""What `write` makes of menus that were read from Keras models."""

from __future__ import annotations

import inspect
from pathlib import Path

import keras
import numpy as np
import pytest

from protokit import Menu
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.writing import text

WIDEST = 100
APPLICATIONS = [name for name, made in vars(keras.applications).items() if inspect.isfunction(made)]
FEW = {"ResNet50": 120, "MobileNetV3Large": 200, "EfficientNetB0": 250}
MENUS = sorted((Path(__file__).parents[2] / "menus").glob("*.yaml"))


def layers_of(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model._flatten_layers(include_self=False) if not isinstance(layer, keras.Model)]


def written(model: keras.Model) -> str:
    """The text, which is read back to an equal network: equal outputs with the weights set in their order."""
    menu = Menu.from_keras(model)
    short = menu.write()
    assert Menu.from_text(menu.write(names=True)) == menu
    assert max(map(len, short.splitlines())) <= WIDEST
    again = Menu.from_text(short).build()
    named = menu.build()
    for variable in named.weights:
        variable.assign(np.random.default_rng(1).uniform(0.01, 0.1, variable.shape).astype(variable.dtype))
    assert [w.shape for w in named.weights] == [w.shape for w in again.weights]
    again.set_weights(named.get_weights())
    rng = np.random.default_rng(0)
    given = [rng.integers(0, 2, [2, *(n or 64 for n in x.shape[1:])]).astype(x.dtype) for x in named.inputs]
    one, two = (m(given if len(given) > 1 else given[0]) for m in (named, again))
    for a, b in zip(keras.tree.flatten(one), keras.tree.flatten(two), strict=True):
        assert np.array_equal(a, b, equal_nan=True)
    for layer, other in zip(layers_of(named), layers_of(again), strict=True):
        assert type(layer) is type(other)
        assert _unnamed(layer.get_config()) == _unnamed(other.get_config())
    return short


def _unnamed(config: object) -> object:
    if isinstance(config, dict):
        return {key: _unnamed(part) for key, part in config.items() if key != "name"}
    return [_unnamed(part) for part in config] if isinstance(config, (list, tuple)) else config


@pytest.mark.parametrize(
    "name", [name if name in FEW else pytest.param(name, marks=pytest.mark.proof) for name in APPLICATIONS]
)
def test_an_application_is_short_and_the_same(name: str) -> None:
    found = written(getattr(keras.applications, name)(weights=None))
    assert found.count("\n") < FEW.get(name, 1000)
    keras.backend.clear_session()


def test_six_blocks_of_a_transformer() -> None:
    k = keras.layers
    tokens = keras.Input((16,), dtype="int32")
    x = k.Embedding(50, 32)(tokens)
    for _ in range(6):
        calm = k.LayerNormalization()(x)
        x = k.Add()([x, k.MultiHeadAttention(4, 8)(calm, calm)])
        y = k.Dense(64, activation="gelu")(k.LayerNormalization()(x))
        x = k.Add()([x, k.Dropout(0.1)(k.Dense(32)(y))])
    found = written(keras.Model(tokens, k.Dense(3)(k.GlobalAveragePooling1D()(x))))
    assert "times: 6" in found and found.count("residual") == 2 and found.count("\n") < 40


@pytest.mark.parametrize("path", MENUS, ids=[path.stem for path in MENUS])
def test_a_menu_written_by_hand_stays_short(path: Path) -> None:
    menu = Menu.read(path)
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    if max(map(len, lines)) > WIDEST:  # a file of wider lines is compared in lines of the same width
        lines = text.written(menu.as_plain()).splitlines()
    assert written(menu.build()).count("\n") <= 1.2 * len(lines)


def test_house_menus_stay_short() -> None:
    for name in HOUSE_MENUS.all():
        menu = Menu(HOUSE_MENUS[name].layers)
        assert menu.write() == Menu.from_text(menu.write()).write()


def test_what_branches_and_is_shared_and_named() -> None:
    k = keras.layers
    x, y = keras.Input((6,), name="x"), keras.Input((6,), name="y")
    tower = k.Dense(4, name="tower")
    wide = k.Dense(4, name="wide")(x)
    both = k.Concatenate(name="both")([tower(x), tower(y), wide])
    parted = k.Concatenate(name="parted")([k.ReLU(name="r")(both), k.Dense(2, name="d")(both)])
    model = keras.Model([x, y], [k.Dense(1, name="end")(parted), wide])
    found = written(model)
    assert "share: tower" in found and "branch" in found and "name: tower" in found and "name: d" not in found


def test_a_sum_that_broadcasts_is_no_residual() -> None:
    x = keras.Input((4, 3))
    pooled = keras.layers.GlobalAveragePooling1D(keepdims=True)(x)
    found = written(keras.Model(x, keras.layers.Add()([x, pooled])))
    assert "residual" not in found and "merge: Add" in found


def test_a_padding_that_is_uneven_stays_so() -> None:
    x = keras.Input((8, 8, 3))
    model = keras.Model(x, keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(keras.layers.ZeroPadding2D(2)(x)))
    found = written(model)
    assert "ZeroPadding2D: 2" in found and "[[0, 1], [0, 1]]" in found
