"""Keras models read back into menus, and a person's own layers."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import protokit
from protokit import Menu, SpecError
from protokit.core import plugins
from protokit.menu import catalogue

# one of each family here, the large ones by `make proofs`; all 40 in benchmarks/applications.py
FAMILIES = ["EfficientNetB0", "MobileNetV3Small", "ResNet50", "VGG16"]
LARGE = [
    "ConvNeXtTiny", "MobileNet", "Xception",
    "DenseNet121", "EfficientNetV2B0", "InceptionResNetV2", "InceptionV3", "MobileNetV2", "NASNetMobile", "ResNet50V2",
]  # fmt: skip


def leaves(model: keras.Model) -> dict[str, keras.layers.Layer]:
    """Every layer by its name, those of models inside too."""
    found: dict[str, keras.layers.Layer] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= leaves(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found[layer.name] = layer
    return found


def same(model: keras.Model, other: keras.Model) -> None:
    first, second = leaves(model), leaves(other)
    assert list(first) == list(second) or set(first) == set(second)
    for name, layer in first.items():
        assert layer.get_config() == second[name].get_config()
        second[name].set_weights(layer.get_weights())
    rng = np.random.default_rng(0)
    given = [rng.random([2, *(n or 40 for n in x.shape[1:])], np.float32) for x in model.inputs]
    one, two = (m(given if len(given) > 1 else given[0]) for m in (model, other))
    for a, b in zip(keras.tree.flatten(one), keras.tree.flatten(two), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.some("MobileNetV3Small", "VGG16")
@pytest.mark.parametrize("name", [*FAMILIES, *(pytest.param(name, marks=pytest.mark.proof) for name in LARGE)])
def test_an_application_is_read_written_and_built(name: str) -> None:
    small = {"input_shape": (96, 96, 3), "include_top": False} if name in {"VGG16", "ConvNeXtTiny"} else {}
    model = getattr(keras.applications, name)(weights=None, **small)
    menu = Menu.from_keras(model)
    again = Menu.from_text(menu.write(names=True))
    assert again == menu
    same(model, again.build())
    keras.backend.clear_session()


def test_models_inside_models_and_arithmetic() -> None:
    x, y = keras.Input((6,), name="x"), keras.Input((6,), name="y")
    tower = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4, name="d"), keras.layers.ReLU(name="r")], name="t"
    )
    deep = keras.Model(x, keras.layers.Dense(4, name="e")(tower(x)), name="m")
    out = 1 - (deep(x) + deep(y)) * 2 / keras.ops.maximum(tower(y), 0.5)
    model = keras.Model([x, y], keras.layers.Dense(2, name="end")(out))
    menu = Menu.from_keras(model)
    assert menu.build().count_params() == model.count_params()
    same(model, Menu.from_text(menu.write(names=True)).build())


def test_what_cannot_be_read_back_is_told() -> None:
    class Own(keras.Model):
        def call(self, x):  # type: ignore[no-untyped-def]
            return x

    with pytest.raises(SpecError, match=r"subclassed|no functional"):
        Menu.from_keras(Own())
    x = keras.Input((6,))
    with pytest.raises(SpecError, match="a menu cannot name"):
        Menu.from_keras(keras.Model(x, keras.layers.Lambda(lambda v: v * 2)(x)))
    with pytest.raises(SpecError, match="a menu cannot name"):
        Menu.from_keras(keras.Model(x, keras.ops.map(lambda row: row * 2, x)))
    with pytest.raises(SpecError, match="no functional"):
        Menu.from_keras(3)  # type: ignore[arg-type]


@pytest.fixture
def own_layers():  # type: ignore[no-untyped-def]
    before = dict(catalogue.LAYERS._things)
    yield
    catalogue.LAYERS._things.clear()
    catalogue.LAYERS._things.update(before)


def test_a_persons_own_layer(own_layers: None) -> None:
    @protokit.layer
    class Scaled(keras.layers.Layer):
        """Times a number."""

        def __init__(self, by: float, **more) -> None:  # type: ignore[no-untyped-def]
            super().__init__(**more)
            self.by = by

        def call(self, x):  # type: ignore[no-untyped-def]
            return x * self.by

        def get_config(self):  # type: ignore[no-untyped-def]
            return {**super().get_config(), "by": self.by}

    menu = Menu([{"Dense": 3}, {"Scaled": 2.0}], inputs={"x": [4]})
    network = menu.build()
    assert type(network.layers[-1]) is Scaled
    assert Menu.from_text(menu.write()) == menu
    assert Menu.from_keras(network).layers[-1].arguments == {"by": 2.0}
    with pytest.raises(SpecError, match="did you mean 'by'"):
        Menu([{"Scaled": {"bye": 2.0}}])
    with pytest.raises(SpecError, match="did you mean 'Scaled'"):
        Menu([{"Scald": 2.0}])
    with pytest.raises(SpecError, match="there already"):

        @protokit.layer
        class Dense(keras.layers.Layer):
            def call(self, x):  # type: ignore[no-untyped-def]
                return x

    with pytest.raises(SpecError, match="there already"):
        protokit.layer(type("Scaled", (keras.layers.Layer,), {"call": lambda self, x: x}))
    with pytest.raises(SpecError, match="no layer class"):
        protokit.layer(int)  # type: ignore[arg-type]


def test_a_layer_by_entry_point(own_layers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type("Plugged", (keras.layers.Layer,), {"call": lambda self, x: x})

    class Point:
        name, module, dist = "layer", "somebody.layer", None

        def load(self) -> type:
            return protokit.layer(kind)

    monkeypatch.setattr(plugins, "entry_points", lambda group: [Point()] if group == "protokit.plugins" else [])
    plugins.forget()
    try:
        assert type(Menu(["Plugged"], inputs={"x": [4]}).build().layers[-1]) is kind
    finally:
        plugins.forget()


def test_an_unknown_name_is_looked_up_in_a_newer_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {**catalogue._raw(), "keras": "3.0.0", "layers": {**catalogue._raw()["layers"]}}
    del raw["layers"]["ReLU"]
    monkeypatch.setattr(catalogue, "_raw", lambda: raw)
    assert Menu(["ReLU"], inputs={"x": [4]}).build().layers[-1].name == "re_lu_1"
    with pytest.raises(SpecError, match="unknown layer 'ReLUU'"):
        Menu(["ReLUU"])
