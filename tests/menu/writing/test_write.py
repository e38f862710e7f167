"""What `write` makes of menus that were read from Keras models."""

from __future__ import annotations

import inspect

import keras
import pytest

from protokit import Menu
from tests.menu.writing.twin import written

APPLICATIONS = [name for name, made in vars(keras.applications).items() if inspect.isfunction(made)]
FEW = {"ResNet50": 120, "MobileNetV3Large": 200, "EfficientNetB0": 250}


@pytest.mark.some("EfficientNetB0-250")
@pytest.mark.parametrize(("name", "most"), FEW.items())
def test_an_application_takes_few_lines(name: str, most: int) -> None:
    model = getattr(keras.applications, name)(weights=None)
    assert Menu.from_keras(model).write().count("\n") < most


@pytest.mark.proof
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_is_the_same(name: str) -> None:
    written(getattr(keras.applications, name)(weights=None))
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
