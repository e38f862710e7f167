"""Targets that are masks: a class for each pixel of an image."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image as pillow

from protokit.bundle.folder import load
from protokit.bundle.mask_files import masks_in, saved
from protokit.core.errors import ProtokitError
from protokit.recipe.recipe import Recipe
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.run import Run, run

pytestmark = pytest.mark.pictures

CLASSES = (0, 100, 200)


def table(rows: int = 48, side: tuple[int, int] = (16, 16), seed: int = 0) -> pd.DataFrame:
    """Bright blocks (200) and dark ones (100) on a grey ground (0)."""
    r = np.random.default_rng(seed)
    photos, masks = np.empty(rows, object), np.empty(rows, object)
    for i in range(rows):
        mask = np.zeros(side, np.uint8)
        for value in (100, 200):
            y, x = r.integers(0, side[0] - 5), r.integers(0, side[1] - 5)
            mask[y : y + 5, x : x + 5] = value
        level = np.choose(mask // 100, [128, 60, 200])
        photos[i], masks[i] = (level + r.normal(0, 5, side)).clip(0, 255).astype(np.uint8), mask
    return pd.DataFrame({"photo": photos, "mask": masks})


def recipe(**learn: Any) -> dict[str, Any]:
    small = [{"Conv2D": {"filters": 8, "kernel_size": 3, "padding": "same", "activation": "relu"}}]
    return {"represent": {"target": "mask"}, "learn": {"task": "segmentation", "menu": small, "epochs": 1, **learn}}


def png(pixels: np.ndarray, mode: str | None = None, palette: list[int] | None = None) -> bytes:
    image = pillow.fromarray(pixels)
    if palette is not None:
        image.putpalette(palette)
    file = io.BytesIO()
    (image.convert(mode) if mode else image).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    learn = {"epochs": 60, "batch_size": 8, "optimizer": {"Adam": {"learning_rate": 0.02}}}
    return run(recipe(**learn), table(), out=tmp_path_factory.mktemp("masks"))


def test_the_class_of_each_pixel_is_found(trained: Run) -> None:
    assert list(trained.metrics) == ["mean_iou", "mean_dice", "pixel_accuracy"]
    assert trained.metrics["mean_iou"] > 0.9
    scores = trained.results["metrics"]["scores"]
    [iou] = [score for score in scores if score["metric"] == "mean_iou"]
    assert {*iou["baselines"]} == {"dummy", "linear"}
    assert iou["baselines"]["dummy"]["value"] < 0.4 < iou["network"]["low"] <= iou["network"]["high"] <= 1
    per_class = trained.results["metrics"]["per_class"]["mask"]
    assert [one["class"] for one in per_class] == ["0", "100", "200"]
    assert np.mean([one["iou"] for one in per_class]) == pytest.approx(iou["network"]["value"])
    assert trained.findings == () or all(finding.check == "sizes" for finding in trained.findings)


def test_a_model_that_is_loaded_says_the_same_masks(trained: Run) -> None:
    photos = table(seed=1)[["photo"]]
    own, fresh = trained.model.predict(photos), load(trained.path / "model").predict(photos)
    assert list(own) == ["mask"]
    for one, other in zip(own["mask"], fresh["mask"], strict=True):
        assert one.dtype == np.uint8 and one.shape == (16, 16) and {*np.unique(one)} <= {*CLASSES}
        assert np.array_equal(one, other)


def test_the_predictions_are_read_back_to_the_bit(trained: Run) -> None:
    network, baselines, _ = read_predictions(trained.path)
    p = network["mask"]
    assert p.truth.shape == p.scores.shape[:3] and p.scores.shape[1:] == (16, 16, 3)
    assert p.scores.sum(axis=-1) == pytest.approx(1, abs=1e-5)
    assert float((p.labels == p.truth).mean()) == pytest.approx(trained.metrics["pixel_accuracy"])
    assert baselines["mask"]["dummy"].scores.shape == p.scores.shape
    assert "as it is" in (trained.path / "report.html").read_text(encoding="utf-8")


def test_sizes_that_cannot_be_halved_are_filled_up_and_cut_again(tmp_path: Path) -> None:
    result = run(recipe(menu="unet", epochs=1), table(20, (17, 22)), out=tmp_path)
    [mask, *_] = result.model.predict(table(3, (17, 22))[["photo"]])["mask"]
    assert mask.shape == (17, 22)


def test_masks_of_images_of_several_sizes_come_at_the_size_of_each(tmp_path: Path) -> None:
    frame = pd.concat([table(12, (16, 16)), table(12, (20, 12))], ignore_index=True)
    of = {"represent": {"target": "mask", "columns": {"photo": {"image": {"size": [16, 16]}}}}}
    result = run({**recipe(loss="dice"), **of}, frame, out=tmp_path)
    shapes = [mask.shape for mask in result.model.predict(frame[["photo"]])["mask"]]
    assert shapes == [(16, 16)] * 12 + [(20, 12)] * 12


@pytest.mark.parametrize("written", ["paths", "palette", "colours", "lists", "nested arrays"])
def test_masks_are_read_by_value_palette_and_colour(written: str, tmp_path: Path) -> None:
    frame = table(20)
    wanted: list[object] = list(CLASSES)
    if written == "paths":
        for name in frame:
            (tmp_path / str(name)).mkdir()
            for i, pixels in enumerate(frame[name]):
                (tmp_path / str(name) / f"{i}.png").write_bytes(png(pixels))
            frame[name] = [f"{name}/{i}.png" for i in range(len(frame))]
    elif written == "palette":
        palette = [0, 0, 0, 255, 0, 0, 0, 255, 0]
        frame["mask"] = [png(mask // 100, palette=palette) for mask in frame["mask"]]
        wanted = [0, 1, 2]
    elif written == "lists":
        frame["mask"] = [mask.tolist() for mask in frame["mask"]]
    elif written == "nested arrays":  # as Parquet keeps them
        frame["mask"] = [np.array([*mask, None], object)[:-1] for mask in frame["mask"]]
    else:
        colours = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8)
        frame["mask"] = [png(colours[mask // 100]) for mask in frame["mask"]]
        wanted = [0, "#0000ff", "#ff0000"]
    result = run(Recipe.parse(recipe(), folder=tmp_path), frame, out=tmp_path / "runs")
    assert list(result.model.signature.targets[0].classes) == wanted


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (np.zeros((8, 16), np.uint8), ("row 4", "8 x 16", "16 x 16", "one size")),
        (np.full((16, 16), 0.5), ("row 4", "no mask", "whole numbers")),
        (np.zeros((16, 16, 4), np.uint8), ("row 4", "no mask")),
        ("missing.png", ("row 4", "no such file")),
        (b"no image", ("row 4", "no mask that can be read")),
        (3.5, ("row 4", "no mask")),
        ([[0, 1], [2]], ("row 4", "no mask")),
        (np.arange(256, dtype=np.uint8).reshape(16, 16), ("row 4", "64", "PNG")),
    ],
)
def test_other_cells_are_refused_with_their_row(cell: object, words: tuple[str, ...], tmp_path: Path) -> None:
    frame = table(20)
    frame.at[3, "mask"] = cell
    frame["part"] = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    of = {"represent": {"target": "mask", "split": {"by": {"column": "part"}}}}
    with pytest.raises(ProtokitError) as refused:
        run({**recipe(), **of}, frame, out=tmp_path)
    for word in words:
        assert word in str(refused.value)


def test_a_value_that_no_training_mask_has_is_refused(tmp_path: Path) -> None:
    frame = table(20)
    frame.at[17, "mask"] = np.full((16, 16), 7, np.uint8)
    frame["part"] = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    of = {"represent": {"target": "mask", "split": {"by": {"column": "part"}}}}
    with pytest.raises(ProtokitError, match=r"row 18: pixels of 7, which no training mask has; those have 0, 100, 200"):
        run({**recipe(), **of}, frame, out=tmp_path)


def test_rows_without_a_mask_are_left_out_and_said(tmp_path: Path) -> None:
    frame = table(20)
    frame.at[3, "mask"] = None
    result = run(recipe(), frame, out=tmp_path)
    assert "1 row without a target is dropped" in str(result.results["notices"])


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"photo": [1.0, 2.0] * 10}, "no column of images"), ({"other": "photo"}, "2 columns of images")],
)
def test_a_mask_is_of_one_image(columns: dict[str, Any], words: str, tmp_path: Path) -> None:
    frame = table(20)
    frame = frame.assign(**{name: frame[one] if isinstance(one, str) else one for name, one in columns.items()})
    with pytest.raises(ProtokitError, match=words):
        run(recipe(), frame, out=tmp_path)


def test_a_menu_without_a_vector_for_each_pixel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProtokitError, match=r"a mask takes a vector for each pixel, \(rows, 16, 16, channels\)"):
        run(recipe(menu=["Flatten", {"Dense": 4}]), table(20), out=tmp_path)


def test_other_columns_are_beside_the_vector_of_each_pixel(tmp_path: Path) -> None:
    frame = table(20).assign(depth=np.arange(20.0))
    result = run(recipe(menu="auto", epochs=1), frame, out=tmp_path)
    assert {spec.name for spec in result.model.signature.inputs} == {"photo", "numbers"}
    assert not any(finding.check == "ignored_by_menu" for finding in result.findings)
    assert result.model.predict(frame.drop(columns="mask"))["mask"][0].shape == (16, 16)


def test_predicted_masks_are_written_as_files(trained: Run, tmp_path: Path) -> None:
    predictions = trained.model.predict(table(3)[["photo"]])
    assert masks_in(predictions) == ("mask",)
    with_paths = saved(predictions, tmp_path / "found.csv")
    assert list(with_paths["mask"]) == [f"found_mask/{i:06}.png" for i in (1, 2, 3)]
    for path, mask in zip(with_paths["mask"], predictions["mask"], strict=True):
        assert np.array_equal(np.asarray(pillow.open(tmp_path / path)), mask)


def test_a_mask_in_colours_is_written_in_colours(tmp_path: Path) -> None:
    mask = np.array([[0, "#ff0000"], ["#0000ff", 7]], object)
    saved(pd.DataFrame({"m": pd.Series([mask])}), tmp_path / "p.csv")
    pixels = np.asarray(pillow.open(tmp_path / "p_m" / "000001.png"))
    assert pixels.tolist() == [[[0, 0, 0], [255, 0, 0]], [[0, 0, 255], [7, 7, 7]]]
