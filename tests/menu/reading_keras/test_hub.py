"""Backbones and tasks of KerasHub as menus."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import protokit
from protokit import Menu, SpecError
from protokit.core.errors import MissingExtra
from protokit.core.libraries.backend import keras
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.network.build import build
from protokit.menu.reading.weight_files import check_files

needs_hub = pytest.mark.skipif(find_spec("keras_hub") is None, reason="KerasHub is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:Layer '.*' .of type .* was passed an input with a mask")

TEXT: dict[str, Any] = {
    "vocabulary_size": 40, "num_layers": 2, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 16,
    "max_sequence_length": 12,
}  # fmt: skip
OF_LLAMA = {"num_query_heads": 2, "num_key_value_heads": 1, "hidden_dim": 8, "intermediate_dim": 16}
VGG: dict[str, object] = {"stackwise_num_repeats": [1, 1], "stackwise_num_filters": [4, 8]}
IMAGE = {"image_shape": (32, 32, 3)}


def bert(models: Any) -> Any:
    return models.BertBackbone(**TEXT)


MODELS: dict[str, Callable[[Any], Any]] = {
    "bert": bert,
    "gpt2": lambda models: models.GPT2Backbone(**TEXT),
    "bart": lambda models: models.BartBackbone(**TEXT),
    "deberta": lambda models: models.DebertaV3Backbone(bucket_size=4, **TEXT),
    "llama": lambda models: models.LlamaBackbone(vocabulary_size=40, num_layers=1, **OF_LLAMA),
    "t5": lambda models: models.T5Backbone(**{k: v for k, v in TEXT.items() if k != "max_sequence_length"}),
    "vit": lambda models: models.ViTBackbone(
        patch_size=8, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=16, **IMAGE
    ),
    "vgg": lambda models: models.VGGBackbone(**VGG, **IMAGE),
    "classifier": lambda models: models.BertTextClassifier(backbone=bert(models), num_classes=3),
    "language model": lambda models: models.GPT2CausalLM(backbone=models.GPT2Backbone(**TEXT)),
}


def rows(model: Any) -> Any:
    rng = np.random.default_rng(0)

    def some(tensor: Any) -> np.ndarray:
        shape = [2, *(size or 6 for size in tensor.shape[1:])]
        if "int" not in tensor.dtype:
            return rng.normal(size=shape).astype("float32")
        found = rng.integers(0, 40 if "token_ids" in tensor.name else 2, shape).astype(tensor.dtype)
        found[:, 0] = 1  # of a mask something is there
        return found

    return keras.tree.map_structure(some, model._inputs_struct)


def outputs(model: Any, given: Any) -> list[np.ndarray]:
    return [np.asarray(keras.ops.convert_to_numpy(one)) for one in keras.tree.flatten(model(given))]


@needs_hub
@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_kerashub_is_read_written_and_built_to_the_same_bits(name: str) -> None:
    import keras_hub

    keras.utils.set_random_seed(0)
    model = MODELS[name](keras_hub.models)
    menu = Menu.from_keras(model, weights=True)
    again, given = menu.build(), rows(model)
    theirs = outputs(model, given)
    assert all(np.array_equal(a, b) for a, b in zip(outputs(again, given), theirs, strict=True))
    full, short = Menu.from_text(menu.write(names=True)), Menu.from_text(menu.write())
    assert full == menu
    for one in (full, short):
        built = one.build()
        built.set_weights(again.get_weights())
        assert all(np.array_equal(a, b) for a, b in zip(outputs(built, given), theirs, strict=True))


@needs_hub
def test_a_step_of_training_gives_the_same_losses() -> None:
    import keras_hub

    keras.utils.set_random_seed(0)
    given = MODELS["classifier"](keras_hub.models)
    own = Menu.from_keras(given, weights=True).build()
    x = rows(given)
    losses = []
    for model in (given, own):
        model.compile(optimizer="sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
        fit = keras.Model.fit  # a task of KerasHub takes texts
        history = fit(model, x, np.array([0, 2]), epochs=2, batch_size=2, verbose=0)
        losses.append(history.history["loss"])
    assert losses[0][0] == losses[1][0] and np.allclose(losses[0], losses[1], rtol=1e-6)


@needs_hub
def test_the_description_is_that_of_the_installed_kerashub() -> None:
    import keras_hub

    from protokit.menu.network.hub.describe import describe

    shipped = json.loads(files("protokit.menu").joinpath("hub.json").read_text())
    if keras_hub.__version__ != shipped["keras_hub"]:
        pytest.skip(f"the description is of KerasHub {shipped['keras_hub']}")
    assert json.loads(json.dumps(describe())) == shipped


def test_layers_of_kerashub_are_checked_without_it() -> None:
    good: list[Any] = [{"hub.TransformerEncoder": {"intermediate_dim": 16, "num_heads": 2}}]
    menu = Menu(good, inputs={"x": [6, 8]})
    assert Menu.from_text(menu.write()) == menu
    gelu: list[Any] = [
        {"hub.TransformerEncoder": {**good[0]["hub.TransformerEncoder"], "activation": "hub.gelu_approximate"}}
    ]
    assert Menu(gelu, inputs={"x": [6, 8]}) != menu
    with pytest.raises(SpecError, match=r"did you mean 'hub.TransformerEncoder'"):
        Menu([{"hub.TransformerEncodr": {"num_heads": 2}}])
    with pytest.raises(SpecError, match=r"unknown argument 'heads' of hub.TransformerEncoder"):
        Menu([{"hub.TransformerEncoder": {"intermediate_dim": 16, "num_heads": 2, "heads": 2}}])
    with pytest.raises(SpecError, match=r"hub.TransformerEncoder needs intermediate_dim"):
        Menu(["hub.TransformerEncoder"])
    if find_spec("keras_hub") is None:
        with pytest.raises(MissingExtra, match=r"protokit\[hub\]"):
            menu.build()
        with pytest.raises(SpecError, match=r"hub.TransformerEncoder is of KerasHub, which is not installed"):
            protokit.check({"represent": {"target": "y"}, "learn": {"menu": good}})
        backbone = [{"Backbone": {"hub.VGGBackbone": VGG}}]
        with pytest.raises(SpecError, match=r"hub.VGGBackbone is of KerasHub, which is not installed"):
            protokit.check({"represent": {"target": "y"}, "learn": {"menu": backbone}})


@needs_hub
def test_a_backbone_of_kerashub_is_an_item_with_weights_of_a_file(tmp_path: Path) -> None:
    import keras_hub

    keras.utils.set_random_seed(0)
    given = keras_hub.models.VGGBackbone(image_shape=(32, 32, 3), **VGG)
    given.save_weights(tmp_path / "model.weights.h5")
    own = {"hub.VGGBackbone": {**VGG, "weights": "model.weights.h5", "trainable": False}}
    signature = Signature(
        (InputSpec("photo", (32, 32, 3), "uint8", ("photo",), kind="image"),),
        (TargetSpec("kind", "multiclass", ("a", "b", "c")),),
    )
    menu = Menu([{"Backbone": own, "name": "backbone"}])
    check_files(menu, tmp_path)
    network = build(menu, signature, folder=tmp_path)
    layer = network.get_layer("backbone")
    assert not layer.trainable_weights and layer.read.name == "model.weights.h5"
    photos = np.random.default_rng(0).integers(0, 255, (2, 32, 32, 3)).astype("uint8")
    theirs = outputs(given, photos.astype("float32") / 255)[0].mean((1, 2))
    body = keras.Model(network.input, layer.output)
    assert np.allclose(outputs(body, {"photo": photos})[0], theirs, atol=1e-5)
    assert Menu.from_text(menu.write()) == menu
    flat = Menu([{"Backbone": {"hub.VGGBackbone": {**VGG, "pooling": None}}}], inputs={"x": [32, 32, 1]}).build()
    assert flat.output_shape == (None, 8, 8, 8)
    assert Menu.from_keras(flat).as_plain()["layers"][0]["Backbone"]["hub.VGGBackbone"]["pooling"] is None
    with pytest.raises(SpecError, match=r"unknown argument 'filters' of hub.VGGBackbone"):
        Menu([{"Backbone": {"hub.VGGBackbone": {"filters": [1]}}}])
    with pytest.raises(SpecError, match=r"no such file of weights: none.weights.h5"):
        check_files(Menu([{"Backbone": {"hub.VGGBackbone": {**VGG, "weights": "none.weights.h5"}}}]), tmp_path)
