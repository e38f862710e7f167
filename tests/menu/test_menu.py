from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from protokit.core.errors import SpecError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.menu import Menu
from protokit.menu.network.build import build

NUMBERS = InputSpec("numbers", (6,), "float32", tuple("abcdef"))
CODES = InputSpec("categories", (2,), "int32", ("g", "h"), 24)


def signature(task: str = "binary", *more: InputSpec) -> Signature:
    return Signature(
        (NUMBERS, *more), (TargetSpec("y", task, ("a", "b", "c") if task == "multiclass" else ("a", "b")),)
    )  # type: ignore[arg-type]


def faults(menu: object) -> str:
    with pytest.raises(SpecError) as caught:
        Menu.parse(menu)
    return str(caught.value)


def test_the_catalogue_is_that_of_the_installed_keras() -> None:
    import keras

    from protokit.menu.network.describe import describe, stand_ins

    shipped = json.loads(files("protokit.menu").joinpath("catalogue.json").read_text())
    if shipped["keras"] != keras.__version__:
        pytest.skip(f"the catalogue is of Keras {shipped['keras']}")
    found = json.loads(json.dumps(describe()))
    assert found == shipped
    assert stand_ins(found) == files("protokit.menu").joinpath("layers.pyi").read_text()


def test_short_and_long_forms_are_equal() -> None:
    short = Menu.parse([{"Dense": 8}, "Flatten", {"Dropout": 0.5, "name": "drop"}])
    long = Menu.parse(
        {"layers": [{"Dense": {"units": 8}}, {"Flatten": None}, {"Dropout": {"rate": 0.5}, "name": "drop"}]}
    )
    assert short == long
    assert short.as_plain() == [{"Dense": 8}, "Flatten", {"Dropout": 0.5, "name": "drop"}]
    assert Menu.parse(short.as_plain()) == short


def test_every_fault_is_told_at_once_with_its_path() -> None:
    with pytest.raises(SpecError) as caught:
        Menu.parse([{"Dens": 3}, {"Dense": {"units": 4, "activaton": "relu"}}, {"Dropout": 2.0}, 7])
    assert [f.path for f in caught.value.faults] == [(0, "Dens"), (1, "Dense", "activaton"), (2, "Dropout"), (3,)]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"Dense": {}}, "Dense needs units"),
        ({"Dense": "many"}, "a whole number"),
        ({"Dense": {"units": 0}}, "at least 1"),
        ({"Dense": {"units": 4, "activation": "rlu"}}, "did you mean 'relu'"),
        ({"Dense": {"units": 4, "kernel_regularizer": {"L3": 1}}}, "did you mean 'L"),
        ({"Conv2D": {"filters": 3, "kernel_size": 3, "padding": "sam"}}, "did you mean 'same'"),
        ({"Lambda": "x"}, "refused"),
        ({"Dense": 3, "activation": "relu"}, "put arguments inside braces"),
        ({"Reshape": [2, 3]}, "write {target_shape"),
        ({}, "a menu item is a layer"),
        ({1: 2}, "unknown layer 1"),
        ({None: None}, "unknown layer None"),
    ],
)
def test_faults_of_an_item(item: object, words: str) -> None:
    assert words in faults([item])


@pytest.mark.parametrize(
    ("task", "units", "activation"),
    [("binary", 1, "sigmoid"), ("multiclass", 3, "softmax"), ("regression", 1, "linear")],
)
def test_the_head_comes_from_the_task(task: str, units: int, activation: str) -> None:
    network = build(Menu.parse("tabular"), signature(task, CODES))
    head = network.get_layer("output")
    assert (head.units, head.activation.__name__) == (units, activation)
    rows = {"numbers": np.zeros((4, 6)), "categories": np.zeros((4, 2), np.int32)}
    assert network(rows).shape == (4, units)


def test_a_menu_may_bring_its_own_head() -> None:
    menu = Menu.parse([{"Dense": 5}, {"Dense": {"units": 1, "activation": "sigmoid"}, "name": "output"}])
    assert [layer.name for layer in build(menu, signature()).layers] == ["numbers", "dense_1", "output"]
    wrong = Menu.parse([{"Dense": 5, "name": "output"}])
    with pytest.raises(SpecError, match=r"gives \(rows, 5\), the target takes \(rows, 1\)"):
        build(wrong, signature())


def test_a_shape_error_comes_back_at_its_item() -> None:
    with pytest.raises(SpecError, match=r"cannot take \(rows, 6\)") as caught:
        build(Menu.parse([{"Conv2D": {"filters": 3, "kernel_size": 3}}]), signature())
    assert caught.value.faults[0].path == (0, "Conv2D")


def test_building_twice_gives_the_same_weights_and_leaves_the_callers_seed_alone() -> None:
    np.random.seed(5)
    first = build(Menu.parse("tabular"), signature(), seed=3)
    drawn = np.random.rand()
    second = build(Menu.parse("tabular"), signature(), seed=3)
    np.random.seed(5)
    assert drawn == np.random.rand()
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    "name",
    [
        "Dense",
        "BatchNormalization",
        "LayerNormalization",
        "Dropout",
        "GaussianNoise",
        "Activation",
        "ReLU",
        "PReLU",
        "Flatten",
        "UnitNormalization",
        "AlphaDropout",
        "GaussianDropout",
    ],
)
def test_chains_of_built_in_layers_build(name: str) -> None:
    first = {
        "Dense": 4,
        "Dropout": 0.1,
        "GaussianNoise": 0.1,
        "Activation": "relu",
        "AlphaDropout": 0.1,
        "GaussianDropout": 0.1,
    }
    network = build(Menu.parse([{name: first.get(name)}]), signature())
    assert network({"numbers": np.ones((2, 6))}).shape == (2, 1)


@pytest.mark.parametrize("layer", ["StringLookup", "IntegerLookup", "TextVectorization"])
@pytest.mark.parametrize("argument", ["vocabulary", "idf_weights"])
@pytest.mark.parametrize("way", ["value", "slot", "hyperparameter"])
def test_a_layer_that_looks_words_up_takes_a_list_and_opens_no_file(
    layer: str, argument: str, way: str, tmp_path: Path
) -> None:
    path = tmp_path / "words.txt"
    path.write_text("a\nb\n")
    value: object = str(path)
    data: dict[str, object] = {}
    if way == "slot":
        value = {"choice": [str(path), None]}
    elif way == "hyperparameter":
        value, data = "$words", {"hyperparameters": {"words": str(path)}}
    with pytest.raises(SpecError, match="is a list, not"):
        Menu.parse({**data, "inputs": {"x": [1]}, "layers": [{layer: {argument: value}}]}).expand()
    words = [1, 2] if layer == "IntegerLookup" else ["a", "b"]
    Menu.parse([{layer: {"vocabulary": words}}]).expand()
    with pytest.raises(SpecError, match="is a list, not"):
        Menu.parse([{"TimeDistributed": {"layer": {layer: {argument: str(path)}}}}]).expand()
