"""Images go into every format as pixels of the network's size; how a file of an image becomes these is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.doors.files.networks import predicting
from protokit.doors.files.torch.layers import in_torch
from protokit.doors.graph.columns.images import OfImage
from protokit.doors.onnx_model import OnnxModel
from protokit.doors.plan import Plan
from protokit.doors.proof import many_drawn
from protokit.represent.encoders.image import ImageColumn

MENU = [
    {"RandomFlip": "horizontal"},
    {"Conv2D": {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}},
    {"MaxPooling2D": {"pool_size": 2, "padding": "same"}},
    "BatchNormalization",
    "GlobalAveragePooling2D",
]
Models = Callable[[str], Any]


def pictures(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    cells = np.empty(rows, object)
    for i in range(rows):
        cells[i] = rng.integers(0, 128 + 127 * (i % 2), (10, 8, 3)).astype(np.uint8)
    return pd.DataFrame(
        {"view": cells, "size": rng.normal(size=rows), "sort": [["dim", "lit"][i % 2] for i in range(rows)]}
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """A model of images and a number, trained once."""
    menu = [
        {"branch": {"view": [{"layers": MENU, "from": "view"}], "rest": [{"Dense": {"units": 2}, "from": "numbers"}]}}
    ]
    learn = {"epochs": 1, "networks": 1, "menu": menu}
    recipe = {
        "represent": {"target": "sort", "columns": {"view": "image"}},
        "learn": learn,
        "evaluate": {"baselines": []},
    }
    return cache(lambda: protokit.run(recipe, pictures(60), out=tmp_path_factory.mktemp("runs")).model)


@pytest.mark.some("onnx", "tflite")
@pytest.mark.parametrize("ending", ["onnx", "keras", "", "tflite", "py"])
def test_images_go_into_every_format(seen: Callable[[], Any], tmp_path: Path, ending: str) -> None:
    if ending == "py":
        pytest.importorskip("torch")
    found = seen().export(tmp_path / f"m.{ending}".rstrip("."), rows=pictures(30))
    assert found.differs <= 1e-5 and found.rows == 30 + 512
    contract = json.loads(found.contract.read_text())
    [view] = [one for one in contract["inputs"] if one["column"] == "view"]
    assert view["shape"] == ["rows", 10, 8, 3] and view["dtype"] == "uint8" and "red, green, blue" in view["cells"]
    assert any(
        "made RGB and brought to 10 x 8 (height x width) by Pillow's BILINEAR" in one for one in contract["outside"]
    )


def test_what_is_done_with_a_file_of_an_image_is_said() -> None:
    column = OfImage(ImageColumn("scan", (20, 30), 1, background="black", bits=12, upright=True))
    assert column.shape == (20, 30, 1) and "grey" in column.takes
    said = column.outside
    assert "put on black" in said and "shifted right by 4" in said and "made L and brought to 20 x 30" in said


def test_few_large_images_are_drawn() -> None:
    plan = SimpleNamespace(raw={"view": OfImage(ImageColumn("view", (224, 224), 3))})
    assert many_drawn(plan) == 26  # type: ignore[arg-type]


def test_images_of_other_sizes_in_each_part_are_refused(seen: Callable[[], Any]) -> None:
    from dataclasses import replace

    [part] = seen().parts
    other = replace(part, encoder=replace(part.encoder, own=(replace(part.encoder.own[0], size=(4, 4)),)))
    with pytest.raises(SpecError, match="the images of 'view' have other sizes in each part"):
        Plan.of(replace(seen(), parts=(part, other)))


def test_images_are_read_by_the_model_and_not_by_its_file(seen: Callable[[], Any], tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="images are read from their files"):
        OnnxModel([part.encoder for part in seen().parts], None, tmp_path / "model.onnx")


def test_what_changes_images_in_training_alone_is_left_out() -> None:
    given = keras.Input((4, 4, 1), dtype="uint8")
    network = keras.Model(given, keras.layers.RandomContrast(0.5)(given))
    made = predicting(network)
    assert "RandomContrast" not in {type(one).__name__ for one in made.layers}
    assert made.output.dtype == "float32" and predicting(made) is made


@pytest.mark.some("same-2-1", "valid-3-1")
@pytest.mark.parametrize("apart", [1, 2])
@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_convolution_and_pooling_are_those_of_torch(padding: str, step: int, apart: int) -> None:
    torch = pytest.importorskip("torch")
    from torch import nn

    image = np.random.default_rng(0).normal(size=(2, 9, 8, 4)).astype(np.float32)
    layers = [keras.layers.MaxPooling2D((2, 3), step, padding), keras.layers.MaxPooling2D(3, step, padding)]
    if step == 1 or apart == 1:
        layers.append(keras.layers.Conv2D(6, (3, 2), step, padding, dilation_rate=apart, groups=2))
    if padding == "valid":
        layers.append(keras.layers.AveragePooling2D(2, step))
    for layer in layers:
        wanted = np.asarray(layer(image))
        one = in_torch(layer, ["x"], [image.shape])
        module = eval(one.made or "", {"nn": nn, "torch": torch})
        module.load_state_dict({name: torch.from_numpy(array) for name, array in one.weights.items()})
        names = {"x": torch.from_numpy(image), "functional": torch.nn.functional, "torch": torch, "me": module}
        found = eval(one.called.replace("{me}", "me"), names).detach().numpy()
        assert found.shape == wanted.shape and np.abs(found - wanted).max() <= 1e-5


def test_layers_of_images_that_torch_has_otherwise_are_refused() -> None:
    first = keras.layers.Conv2D(2, 3, data_format="channels_first")
    first.build((None, 2, 4, 4))
    for layer, rule in (
        (first, "has channels first"),
        (keras.layers.AveragePooling2D(3, 1, "same"), "over the border"),
        (keras.layers.MaxPooling2D(2, padding="same"), "takes images of any size"),
    ):
        shape = (None, 4, 4, 2) if "any size" not in rule else (None, None, None, 2)
        with pytest.raises(SpecError, match=rule):
            in_torch(layer, ["x"], [shape])
