"""Networks of keras.applications as parts of a menu."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from protokit import Menu, SpecError
from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.network.backbones import weights as reading
from protokit.menu.network.backbones.backbone import weights_of
from protokit.menu.reading import weight_files

SMALL: dict[str, Any] = {"weights": None, "alpha": 0.35}
IMAGES = np.random.default_rng(0).random((3, 32, 32, 3)).astype("float32")


def menu(application: object, shape: tuple[int, ...] = (32, 32, 3), **beside: object) -> dict[str, Any]:
    return {"inputs": {"image": list(shape)}, "layers": [{"Backbone": application, **beside}]}


def of_keras(seed: int = 3, **more: Any) -> keras.Model:
    keras.utils.set_random_seed(seed)
    given = {"alpha": 0.35, "include_top": False, "input_shape": (32, 32, 3), "pooling": "avg", **more}
    network = keras.applications.MobileNetV2(weights=None, **given)
    rng = np.random.default_rng(seed)
    network.set_weights([w + rng.random(w.shape).astype("float32") * 0.1 for w in network.get_weights()])
    return network


@pytest.fixture(scope="module")
def given() -> keras.Model:
    return of_keras()


@pytest.mark.some("all.keras")
@pytest.mark.parametrize("name", ["all.weights.h5", "all.h5", "all.keras"])
def test_weights_of_a_file_and_the_preprocessing_give_what_keras_gives(
    name: str, given: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    if name == "all.h5":  # the form of Keras 2, as the files of ImageNet have it
        with h5py.File(path, "w") as file:
            keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group(file, given)
    elif name.endswith(".keras"):
        given.save(path)
    else:
        given.save_weights(path)
    network = Menu(menu({"MobileNetV2": {**SMALL, "weights": name}})).build()
    expected = given(keras.applications.mobilenet_v2.preprocess_input(IMAGES * 255.0))
    np.testing.assert_allclose(np.asarray(network(IMAGES)), np.asarray(expected), rtol=1e-5, atol=1e-6)
    assert list(weights_of(network)) == [name] and len(weights_of(network)[name]) == 64


def test_the_same_menu_and_seed_give_the_same_bits_and_are_read_back() -> None:
    one, again = (Menu(menu({"MobileNetV2": SMALL}, name="backbone")) for _ in range(2))
    first, second = one.build(seed=4), again.build(seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))
    assert Menu.from_keras(first) == one and weights_of(first) == {}
    assert "Backbone backbone  1280  " in str(one.draw()) and str(one.draw()).count("\n") == 2  # one node


@pytest.mark.parametrize("application", ["Xception", "InceptionV3"])
def test_small_images_are_told_with_the_size_that_fits(application: str) -> None:
    smallest = catalogue.find("applications", application).smallest  # type: ignore[union-attr]
    with pytest.raises(SpecError, match=rf"{application} takes images from {smallest} x {smallest}, not 32 x 48"):
        Menu(menu({application: {"weights": None}}, (32, 48, 3))).build()


def test_grey_images_are_seen_as_colours() -> None:
    network = Menu(menu({"MobileNetV2": SMALL}, (32, 32, 1))).build()
    colours = Menu(menu({"MobileNetV2": SMALL})).build()
    colours.set_weights(network.get_weights())
    grey = IMAGES[..., :1]
    found, expected = network(grey), colours(np.repeat(grey, 3, axis=-1))
    assert np.array_equal(np.asarray(found), np.asarray(expected))


def test_a_map_is_kept_without_pooling() -> None:
    network = Menu(menu({"MobileNetV2": {**SMALL, "pooling": None}})).build()
    assert network.output_shape == (None, 1, 1, 1280)


def test_what_is_not_trained_stays_and_its_normalization_too() -> None:
    network = Menu(menu({"MobileNetV2": {**SMALL, "trainable": False}})).build()
    before = network.get_weights()
    assert network.trainable_variables == []
    assert np.array_equal(np.asarray(network(IMAGES, training=True)), np.asarray(network(IMAGES, training=False)))
    assert all(np.array_equal(a, b) for a, b in zip(before, network.get_weights(), strict=True))
    trained = Menu(menu({"MobileNetV2": SMALL})).build()
    assert not np.allclose(np.asarray(trained(IMAGES, training=True)), np.asarray(trained(IMAGES, training=False)))


@pytest.mark.parametrize(
    "layer",
    [
        {"MultiHeadAttention": {"num_heads": 2, "key_dim": 4, "trainable": False}, "from": ["x", "x"]},
        {"Bidirectional": {"layer": {"LSTM": {"units": 3, "trainable": False}}}},
        {"TimeDistributed": {"layer": {"Dense": {"units": 3}}, "trainable": False}},
    ],
)
def test_trainable_holds_for_layers_inside_layers(layer: dict[str, Any]) -> None:
    network = Menu({"inputs": {"x": [5, 4]}, "layers": [layer]}).build()
    names = {variable.path for variable in network.trainable_variables}
    assert not any("attention" in name or "time" in name for name in names), names
    if "Bidirectional" in layer:
        # Keras makes the layers of both directions anew from the one that is given
        assert not network.trainable_variables


@pytest.mark.parametrize(
    ("application", "words"),
    [
        ({"MobilNetV2": {}}, "did you mean 'MobileNetV2'"),
        ({"MobileNetV2": {"alhpa": 1}}, "did you mean 'alpha'"),
        ({"MobileNetV2": {}, "VGG16": {}}, "one application, not 2"),
        ({}, "is one application"),
        ("VGG", "did you mean 'VGG16'"),
        ({"MobileNetV2": {"pooling": "mean"}}, "one of: avg, max"),
        ({"MobileNetV2": {"weights": 3}}, "weights of MobileNetV2 cannot be 3"),
        ({"weights": "imagenet"}, "it stands inside"),
        ({"MobileNetV2": {"alpha": "wide"}}, "alpha of MobileNetV2 is a number"),
        ({"MobileNetV2": [1]}, "takes its arguments by name"),
        ({"MobileNetV2": {"include_top": True}}, "unknown argument 'include_top'"),
    ],
)
def test_a_wrong_backbone_is_told_at_its_place(application: object, words: str) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        Menu([{"Backbone": application}])
    assert caught.value.faults[0].path[:2] == (0, "Backbone")


def test_short_forms() -> None:
    short = Menu([{"Backbone": "VGG16"}])
    assert (
        short.as_plain() == [{"Backbone": "VGG16"}]
        and Menu([{"Backbone": {"VGG16": {}}}]).as_plain() == short.as_plain()
    )
    slot = {"Backbone": {"MobileNetV2": {"alpha": {"choice": [0.35, 0.5]}, "weights": None}}}
    menu = Menu([slot])
    assert menu.as_plain() == [slot] and list(menu.slots) == ["Backbone.MobileNetV2.alpha"]


def bad_file(kind: str, path: Path, given: keras.Model) -> None:
    if kind == "text":
        path.write_text("no weights")
    elif kind == "other network":
        of_keras(alpha=0.5).save_weights(path)
    elif kind == "link":
        given.save_weights(path)
        with h5py.File(path, "a") as file:
            file["layers/more"] = h5py.ExternalLink("/etc/passwd", "/x")
    elif kind == "part":
        given.save_weights(path)
        path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("none", "no such file of weights"),
        ("text", "is no file of weights"),
        ("other network", "are not of MobileNetV2 as it stands here"),
        ("link", "refers to other files"),
        ("part", "is no file of weights"),
    ],
)
def test_a_bad_file_of_weights_is_told_at_its_item(
    kind: str, words: str, given: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad_file(kind, tmp_path / "w.weights.h5", given)
    with pytest.raises(SpecError, match=words) as caught:
        Menu(menu({"MobileNetV2": {**SMALL, "weights": "w.weights.h5"}})).build()
    assert caught.value.faults[0].path == ("layers", 0, "Backbone", "MobileNetV2", "weights")


def test_a_machine_without_a_net_is_told_what_to_bring_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.src.backend.config, "keras_home", lambda: str(tmp_path))

    def refuses(*_: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(reading.access, "answer", refuses)
    written = Menu(menu({"MobileNetV2": {"alpha": 0.35}}))
    with pytest.raises(SpecError, match="not on this machine, and cannot be fetched: no route to host") as caught:
        written.build()
    cure = str(caught.value.faults[0].cure)
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"
    assert f"/{name} to {tmp_path / 'models' / name}" in cure and "weights: FILE" in cure
    assert list(tmp_path.rglob("*.h5")) == []
    # the file that was brought is taken, without the web
    given = of_keras(pooling=None)
    (tmp_path / "models").mkdir()
    with h5py.File(tmp_path / "models" / name, "w") as file:
        keras.src.legacy.saving.legacy_h5_format.save_weights_to_hdf5_group(file, given)
    network = written.build()
    assert list(weights_of(network)) == [name]
    for made, wanted in zip(network.get_weights(), given.get_weights(), strict=True):
        assert np.array_equal(made, wanted)
    # a drawing and a model that is loaded read no weights
    (tmp_path / "models" / name).unlink()
    assert "Backbone" in str(written.draw())


def test_files_of_weights_are_looked_for_without_keras(tmp_path: Path) -> None:
    found = Menu([{"Backbone": {"MobileNetV2": {"weights": "w.h5"}}}, {"Dense": 3}])
    assert weight_files.digests(found, tmp_path) == {}
    with pytest.raises(SpecError, match=r"no such file of weights: w\.h5"):
        weight_files.check_files(found, tmp_path)
    (tmp_path / "w.h5").write_bytes(b"x")
    weight_files.check_files(found, tmp_path)
    assert [*weight_files.digests(found, tmp_path)] == ["w.h5"]
