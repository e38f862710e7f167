"""The contract of every layer that Keras ships: known by its signature, built from a menu, read back from Keras."""

from __future__ import annotations

from typing import Any

import pytest

from protokit import Menu, SpecError
from protokit.menu import catalogue

# what a layer cannot be made without
ARGUMENTS: dict[str, Any] = {
    "Activation": "relu",
    "AdaptiveAveragePooling1D": 4,
    "AdaptiveAveragePooling2D": 4,
    "AdaptiveAveragePooling3D": 2,
    "AdaptiveMaxPooling1D": 4,
    "AdaptiveMaxPooling2D": 4,
    "AdaptiveMaxPooling3D": 2,
    "AlphaDropout": 0.1,
    "Backbone": {"MobileNetV2": {"weights": None, "alpha": 0.35}},
    "Bidirectional": {"LSTM": 3},
    "CategoryEncoding": {"num_tokens": 10},
    "CenterCrop": {"height": 4, "width": 4},
    "Cropping2D": 1,
    "Dense": 3,
    "Discretization": {"bin_boundaries": [0.0, 1.0]},
    "Dot": {"axes": 1},
    "Dropout": 0.1,
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 5},
    "Embedding": {"input_dim": 10, "output_dim": 3},
    "GRU": {"units": 3, "kernel_regularizer": {"L2": 1e-4}},
    "GRUCell": 3,
    "GaussianDropout": 0.1,
    "GaussianNoise": 0.1,
    "GroupNormalization": {"groups": 1},
    "GroupQueryAttention": {"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 1},
    "HashedCrossing": {"num_bins": 5},
    "Hashing": {"num_bins": 5},
    "IntegerLookup": {"vocabulary": [1, 2, 3]},
    "LSTM": {"units": 3, "recurrent_initializer": {"Orthogonal": {"gain": 0.5}}},
    "LSTMCell": 3,
    "MaxNumBoundingBoxes": {"max_number": 3},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "Normalization": {"mean": 0.0, "variance": 1.0},
    "Permute": {"dims": [2, 1]},
    "Pipeline": {"layers": [{"Dense": 3}, {"Dropout": 0.1}]},
    "RNN": {"cell": {"SimpleRNNCell": 3}},
    "RandomBrightness": 0.1,
    "RandomColorDegeneration": 0.1,
    "RandomContrast": 0.1,
    "RandomCrop": {"height": 4, "width": 4},
    "RandomHue": 0.1,
    "RandomPosterization": 4,
    "RandomRotation": 0.1,
    "RandomSaturation": 0.1,
    "RandomSharpness": 0.1,
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": 0.1,
    "RepeatVector": 3,
    "Rescaling": 0.5,
    "Reshape": {"target_shape": [4, 2]},
    "Resizing": {"height": 4, "width": 4},
    "ReversibleEmbedding": {"input_dim": 10, "output_dim": 3},
    "SimpleRNN": 3,
    "SimpleRNNCell": 3,
    "SpatialDropout1D": 0.1,
    "SpatialDropout2D": 0.1,
    "SpatialDropout3D": 0.1,
    "SpectralNormalization": {"Dense": 3},
    "StackedRNNCells": {"cells": [{"GRUCell": 3}, {"LSTMCell": 2}]},
    "StringLookup": {"vocabulary": ["a", "b"]},
    "TextVectorization": {"vocabulary": ["a", "b"]},
    "TimeDistributed": {"Dense": 3},
    "LayerScale": {"init_values": 0.1, "projection_dim": 8},
    "StochasticDepth": 0.1,
    "CustomScaleLayer": 0.5,
}
# cells are used inside RNN
AS_CELL = {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"}
# Keras itself cannot put it into a functional model: its symbolic output is its own input
NOT_SYMBOLIC = {"Equalization"}
SHAPES: list[tuple[list[int], str]] = [
    ([8], "float32"),
    ([8, 4], "float32"),
    ([8, 8, 3], "float32"),
    ([8, 8, 8, 2], "float32"),
    ([4, 8, 8, 8, 2], "float32"),
    ([8], "int32"),
    ([1], "string"),
    ([600, 1], "float32"),
    ([8, 8, 3], "uint8"),
    ([32, 32, 3], "float32"),
]
SEVERAL = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
ATTENTION = ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention")
FIRST = {"IntegerLookup": 5, "Embedding": 5, "ReversibleEmbedding": 5, "StringLookup": 6, "TextVectorization": 6,
         "CategoryEncoding": 5, "Hashing": 5, "STFTSpectrogram": 7, "MelSpectrogram": 0, "Backbone": 9}  # fmt: skip


def arguments(name: str) -> Any:
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    entry = catalogue.find("layers", name)
    assert entry is not None
    known = {"units": 3, "filters": 3, "kernel_size": 2, "rate": 0.1, "factor": 0.1, "pool_size": 2}
    return {argument: known[argument] for argument in entry.required} or None


def menus(name: str) -> list[dict[str, Any]]:
    """Menus of one layer on inputs of several kinds, the likeliest first."""
    item = {name: arguments(name), "name": "it"}
    if name in AS_CELL:
        item = {"RNN": {"cell": {name: arguments(name)}}, "name": "it"}
    if name == "HashedCrossing":
        one = {"shape": [1], "dtype": "int32"}
        return [{"inputs": {"a": one, "b": one}, "layers": [{**item, "from": ["a", "b"]}]}]
    if name in SEVERAL:
        return [{"inputs": {"a": [4], "b": [4]}, "layers": [{**item, "from": ["a", "b"]}]}]
    if name in ATTENTION:
        inputs = {"a": [5, 4], "b": [6, 4]}
        taken: Any = {"query": "a", "value": "b"} if "Head" in name or "Group" in name else ["a", "b"]
        return [{"inputs": inputs, "layers": [{**item, "from": taken}]}]
    shapes = [SHAPES[FIRST[name]]] if name in FIRST else []
    return [{"inputs": {"x": {"shape": s, "dtype": d}}, "layers": [item]} for s, d in (*shapes, *SHAPES)]


def test_operations_are_built_read_back_and_built_again() -> None:
    """Those that take one tensor of numbers, or two, and nothing else that has to be said."""
    seen = 0
    for name in (n for n in catalogue.names("layers") if n.startswith("ops.")):
        entry = catalogue.find("layers", name)
        assert entry is not None
        if entry.required or list(entry.call) not in (["x"], ["x1", "x2"]):
            continue
        taken = ["a", "b"] if len(entry.call) == 2 else "a"
        menu = Menu([{name: None, "name": "it", "from": taken}], inputs={"a": [4, 4], "b": [4, 4]}, outputs=["it", "b"])
        try:
            network = menu.build()
        except SpecError as error:
            assert "cannot take" in str(error)  # as complex numbers, or whole ones
            continue
        read = Menu.from_keras(network)
        assert Menu.from_text(read.write(names=True)) == read
        seen += Menu.from_keras(read.build()) == read
    assert seen > 120


LAYERS = [n for n in catalogue.names("layers") if n not in NOT_SYMBOLIC and not n.startswith("ops.")]


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_built_read_back_and_built_again(name: str) -> None:
    errors = []
    for plain in menus(name):
        menu = Menu.parse(plain)
        assert Menu.from_text(menu.write()) == menu
        try:
            network = menu.build()
        except SpecError as error:
            errors.append(str(error))
            continue
        read = Menu.from_keras(network)
        assert Menu.from_text(read.write(names=True)) == read
        again = read.build()
        assert len(again.layers) == len(network.layers)
        for one, other in zip(network.layers, again.layers, strict=True):
            assert one.get_config() == other.get_config()
        assert Menu.from_keras(again) == read
        return
    raise AssertionError("\n".join(errors))


def test_every_exported_layer_is_known_or_refused() -> None:
    import inspect

    import keras

    exported = {n for n, v in vars(keras.layers).items() if inspect.isclass(v) and issubclass(v, keras.layers.Layer)}
    abstract = {"Layer", "Wrapper", "InputLayer"}
    unknown = {n for n in exported - abstract if catalogue.find("layers", n) is None}
    assert unknown == set(catalogue.REFUSED) & exported


@pytest.mark.parametrize("name", catalogue.REFUSED)
def test_layers_that_run_code_are_refused_by_name(name: str) -> None:
    with pytest.raises(SpecError, match="register"):
        Menu.parse([{name: "x"}])


def test_what_keras_cannot_build_is_told_in_words() -> None:
    with pytest.raises(SpecError, match="Keras makes no model of this"):
        Menu(["Equalization"], inputs={"x": [8, 8, 3]}).build()
