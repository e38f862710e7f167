"""Several images in a cell."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from protokit.core.errors import DataError
from protokit.core.values.said import Notice
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.media.images import ImagesColumn
from protokit.represent.kind import FitContext, column_from_plain
from protokit.represent.kinds.media.images import Images, ImagesOptions
from protokit.represent.transformers import KindEncoder

DARK, GREY, LIGHT = (np.full((4, 4), value, np.uint8) for value in (0, 100, 200))


def column(cells: list[object]) -> pd.Series:
    found = pd.Series([None] * len(cells), name="x", dtype=object)
    for row, cell in enumerate(cells):
        found.iat[row] = cell
    return found


def fitted(cells: pd.Series, folder: Path = Path(), **options: object) -> tuple[ImagesColumn, list[Notice]]:
    told: list[Notice] = []
    made = Images.fit(cells, ImagesOptions.model_validate(options), FitContext(folder=folder, say=told.append))
    assert isinstance(made, ImagesColumn)
    return made, told


def test_images_stand_beside_each_other_with_a_mark_of_those_that_are_there() -> None:
    cells = column([[DARK, LIGHT], [GREY], None, [], np.stack([GREY] * 3)[..., None]])
    made, told = fitted(cells)
    array = made.array(cells)
    assert made.spec.shape == (3, 4, 4, 2) == array.shape[1:] and not told
    assert array[:, :, 0, 0, 1].tolist() == [[255, 255, 0], [255, 0, 0], [0] * 3, [0] * 3, [255] * 3]
    assert array[0, :, 0, 0, 0].tolist() == [0, 200, 0]
    assert made.plain(cells, array).mean(axis=1) == pytest.approx([100 / 255, 100 / 255, 0, 0, 100 / 255])
    again = column_from_plain(json.loads(json.dumps(made.as_plain())))
    assert isinstance(again, ImagesColumn) and np.array_equal(again.array(cells), array)
    assert KindEncoder("images").fit_transform(cells[:2].to_frame()).shape == (2, 2 * 4 * 4 * 2)


def test_more_than_are_read_are_said() -> None:
    cells = column([[DARK] * 10, [DARK]])
    made, [notice] = fitted(cells)
    assert made.most == 8 and "1 training cell has more than 8 images: the first are read" in notice.rule
    assert notice.cure == "columns: {x: {images: {most: 10}}}"
    assert fitted(cells, most=10)[0].array(cells).shape[1] == 10
    assert made.unusual(column([[DARK] * 9, [DARK]])).notes == ("1 cell has more than 8 images: the first are read",)
    with pytest.raises(DataError, match="no cell of 'x' holds an image"):
        fitted(column([None, []]))


def test_paths_are_parted_by_one_separator(tmp_path: Path) -> None:
    for name, pixels in (("a", DARK), ("b", LIGHT)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    cells = column(["a.png; b.png", "b.png", None, "a.png;"])
    made, [notice] = fitted(cells[:3], tmp_path)
    assert notice.rule == "'x' holds several images in a cell, parted by ';'"
    assert str(notice.cure).startswith('columns: {x: {images: {separator: ";"}}} says so')
    assert not fitted(cells[:3], tmp_path, separator=";")[1]
    assert made.separator == ";" and made.array(cells)[:, :, 0, 0, 1].tolist() == [
        [255, 255],
        [255, 0],
        [0, 0],
        [255, 0],
    ]
    with pytest.raises(DataError, match=r"row 2: no such file: .*gone\.png"):
        made.array(column(["a.png", "b.png;gone.png"]))
    with pytest.raises(DataError, match="row 1: the bytes: no image that can be read"):
        made.array(column([[b"none"]]))


def test_lists_and_parted_names_are_found() -> None:
    assert infer(column([["a.png", "b.jpg"], None, ["c.png"]])).kind == "images"
    parted = infer(column(["a.png|b.png", "c.png", "d.png|e.png"]))
    assert parted.kind == "images" and infer(column(["a, b.png", "c,d.png"])).kind == "image"
    assert infer(column(["a.png", "b.png"])).kind == "image"
    assert infer(column(["a.png|b", "c.png", "x"] * 9)).kind == "category"
    assert infer(column([["a", "b"], ["c"]])).kind != "images"


ODD = st.one_of(
    st.none(), st.text(max_size=8), st.floats(), st.binary(max_size=8), st.just(pd.NA), st.just(GREY),
    st.lists(st.one_of(st.none(), st.just(GREY), st.text(max_size=4), st.integers()), max_size=3),
)  # fmt: skip


@given(st.lists(ODD, min_size=1, max_size=4))
def test_no_cell_gives_a_traceback(cells: list[object]) -> None:
    try:
        made, _ = fitted(column(cells))
        made.array(column(cells))
    except DataError as error:
        assert error.cure


def test_images_that_are_missing_in_a_list_are_none(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(GREY).save(tmp_path / name)
    odd = column([["a.png", None], ["a.png", float("nan"), ""], [tmp_path / "b.png"], ["b.png", "a.png"]])
    assert infer(odd).kind == "images"
    assert fitted(odd, tmp_path)[0].array(odd)[:, :, 0, 0, -1].tolist() == [[255, 0], [255, 0], [255, 0], [255, 255]]


@pytest.mark.parametrize("ends", ["a.png|b.png|", "|a.png|b.png"])
def test_a_separator_at_an_end_parts_nothing(ends: str) -> None:
    assert infer(column([ends, "a.png", "b.png|a.png"])).kind == "images"


def test_lists_of_pixels_and_of_bytes_are_images_unasked() -> None:
    png = BytesIO()
    Image.fromarray(GREY).save(png, format="PNG")
    assert infer(column([[DARK, LIGHT], [GREY], None, []])).kind == "images"
    assert infer(column([[png.getvalue()] * 2, [png.getvalue()]])).kind == "images"
    assert infer(column([np.stack([GREY] * 2)[..., None], np.stack([DARK] * 2)[..., None]])).kind == "images"


def test_the_edit_that_says_a_size_keeps_the_kind() -> None:
    [notice] = fitted(column([[np.zeros((5, 6), np.uint8)], [DARK]]))[1]
    assert notice.cure == "or say the size: columns: {x: {images: {size: [64, 64]}}}"
