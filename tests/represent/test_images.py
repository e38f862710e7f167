"""Images as they are to be looked at: upright, on a background, in the range of their pixels."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image as pillow

from protokit.core.values.said import Notice
from protokit.represent.encoders.image import ImageColumn
from protokit.represent.kind import column_from_plain

ORIENTATION = 0x0112


def stored(image: pillow.Image, form: str = "PNG", **more: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **more)  # type: ignore[arg-type]
    return buffer.getvalue()


def fitted(*cells: object, **more: object) -> tuple[ImageColumn, np.ndarray, list[str]]:
    """The column of some cells, their pixels, and what was said."""
    series, said = pd.Series(list(cells), name="p", dtype=object), list[Notice]()
    column = ImageColumn.fit(series, say=said.append, **more)  # type: ignore[arg-type]
    assert column_from_plain(column.as_plain()) == column
    return column, column.array(series), [str(notice) for notice in said]


def drawing() -> np.ndarray:
    pixels = np.zeros((16, 24), np.uint8)
    pixels[:8, :12] = 240
    return pixels


@pytest.mark.parametrize("tag", range(1, 9))
def test_the_orientation_tag_is_obeyed(tag: int) -> None:
    upright = drawing()
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}
    flipped = upright[:, ::-1] if tag in {2, 4, 5, 7} else upright
    exif = pillow.Exif()
    exif[ORIENTATION] = tag
    image = stored(pillow.fromarray(np.ascontiguousarray(np.rot90(flipped, turns[tag]))), exif=exif)
    column, found, said = fitted(image)
    assert (found[0, :, :, 0] == upright).all(), tag
    assert column.size == (16, 24)
    assert [text for text in said if "orientation" in text] == (
        [] if tag == 1 else ["'p': 1 of 1 training images looked at are turned, as their orientation tag says"]
    )
    assert (fitted(pillow.open(io.BytesIO(image)))[1] == found).all()


def test_transparent_pixels_stand_on_the_background() -> None:
    mask = drawing()
    rgba = np.dstack([np.zeros((16, 24, 3), np.uint8), mask])  # black, and only the alpha tells
    image = stored(pillow.fromarray(rgba))
    column, found, said = fitted(image)
    assert column.channels == 1 and (found[0, :, :, 0] == 255 - mask).all()
    assert "1 of 1 training images looked at have transparent pixels, which stand on white" in said[0]
    assert "{background: black}" in said[0]
    assert not fitted(image, background="black")[1].any()
    solid = pillow.fromarray(np.dstack([rgba[:, :, :3] + 50, np.full((16, 24), 255, np.uint8)]))
    _, found, said = fitted(stored(solid))
    assert (found == 50).all() and not said


def test_grey_with_alpha_and_palettes_with_a_transparent_colour() -> None:
    grey = pillow.fromarray(np.dstack([np.full((4, 4), 100, np.uint8), np.eye(4, dtype=np.uint8) * 255]))
    assert grey.mode == "LA"
    _, found, _ = fitted(stored(grey))
    assert (found[0, :, :, 0] == np.where(np.eye(4), 100, 255)).all()
    palette = pillow.fromarray(np.eye(4, dtype=np.uint8))
    palette.putpalette([200, 0, 0, 0, 0, 200])
    assert (fitted(stored(palette))[1][0, 0] == [[0, 0, 200], *[[200, 0, 0]] * 3]).all()
    _, found, _ = fitted(stored(palette, transparency=0))
    assert (found[0, 0] == [[0, 0, 200], *[[255, 255, 255]] * 3]).all()


@pytest.mark.parametrize(("most", "bits"), [(4095, 12), (65535, 16), (1000, 10), (200, 8)])
def test_pixels_of_more_than_8_bits_have_the_range_of_training(most: int, bits: int) -> None:
    ramp = np.linspace(0, most, 64).round().astype(np.uint16).reshape(8, 8)
    wanted = ramp >> (bits - 8)
    for form in ("PNG", "TIFF"):
        column, found, said = fitted(stored(pillow.fromarray(ramp), form))
        assert column.bits == bits and (found[0, :, :, 0] == wanted).all(), form
        assert any(f"{bits} bits" in text for text in said) == (bits > 8)
    assert (fitted(ramp)[1][0, :, :, 0] == wanted).all()
    assert column.array(pd.Series([np.full((8, 8), 65535, np.uint16)], dtype=object)).min() == 255


def test_one_bit_colours_of_print_and_floats() -> None:
    bit = pillow.fromarray(np.eye(6, dtype=bool))
    assert bit.mode == "1" and (fitted(stored(bit))[1][0, :, :, 0] == np.eye(6) * 255).all()
    print_colours = pillow.new("CMYK", (8, 8), (0, 255, 255, 0))  # red
    for form in ("TIFF", "JPEG"):
        column, found, _ = fitted(stored(print_colours, form))
        assert column.channels == 3 and found[0, 4, 4, 0] > 240 and found[0, 4, 4, 1:].max() < 15, form
    halves = pillow.fromarray(np.full((5, 5), 0.5, np.float32))
    assert (fitted(stored(halves, "TIFF"))[1] == 128).all()


def test_of_several_pictures_the_first_is_read_and_said() -> None:
    first, second = pillow.new("L", (6, 6), 10), pillow.new("L", (6, 6), 200)
    for form in ("GIF", "TIFF"):
        _, found, said = fitted(stored(first, form, save_all=True, append_images=[second]), stored(first, form))
        assert (found == 10).all() and any("1 of 2 training images looked at hold several" in text for text in said)
    assert not fitted(stored(first, "GIF"))[2]


def test_sizes_that_differ_are_said() -> None:
    small, large = np.zeros((10, 12), np.uint8), np.zeros((100, 80), np.uint8)
    column, _, [said] = fitted(small, large, small)
    assert column.size == (64, 64) and "images of 10 x 12 to 100 x 80 pixels (height x width)" in said
    assert "{p: {image: {size: [64, 64]}}}" in said
    assert not fitted(small, large, size=(64, 64))[2] and not fitted(small, small)[2]
    [said] = fitted(np.zeros((300, 300), np.uint8))[2]
    assert "300 x 300 pixels (height x width) are brought to 64 x 64" in said


def test_models_from_before_read_their_images_as_they_did() -> None:
    old = column_from_plain({"kind": "image", "column": "p", "size": [16, 24], "channels": 1})
    assert isinstance(old, ImageColumn)
    exif = pillow.Exif()
    exif[ORIENTATION] = 3
    clear = pillow.fromarray(np.dstack([drawing(), np.zeros((16, 24), np.uint8)]))
    deep = pillow.fromarray(drawing().astype(np.uint16) << 8)
    for image in (stored(pillow.fromarray(drawing()), exif=exif), stored(clear), stored(deep)):
        assert (old.array(pd.Series([image], dtype=object))[0, :, :, 0] == drawing()).all()
