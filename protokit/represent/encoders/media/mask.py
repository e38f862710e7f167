"""A mask from a cell: a path, bytes or an array, with a class for each pixel.

The classes of a mask are the values of its grey pixels, the places of its palette, or, of other colours, these as
`#rrggbb`. Nothing is rounded: a mask that was saved with loss has values that are none of its classes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path, PurePath

import numpy as np
import pandas as pd
from PIL import Image as pillow

from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.grammar.document import nearby
from protokit.represent.encoders.cells import row_of
from protokit.represent.encoders.image import MOST_PIXELS

MOST_CLASSES = 64
_COLOUR = 1 << 24  # added to colours, so that they are no values of grey
_MEND = "mend the file, or remove its row"


def refusal(cells: pd.Series, row: int, what: str, cure: str = _MEND) -> DataError:
    """That a cell is no mask, with its row."""
    return DataError(f"column {str(cells.name)!r}, row {row_of(cells, row)}: {what}", cure=cure)


def read_mask(cells: pd.Series, row: int, folder: str) -> np.ndarray:
    """The codes of the classes of a mask's pixels: see `of_mask`. Paths start at `folder`.

    Shapes: (height, width) int64.

    Raises:
        DataError: the cell is no mask.
    """
    cell = cells.iloc[row]
    if isinstance(cell, (list, tuple)) or (isinstance(cell, np.ndarray) and cell.dtype == object):
        cell = _of_lines(cell)
    if isinstance(cell, PurePath):
        cell = str(cell)
    if isinstance(cell, np.ndarray):
        return _of_array(cell, cells, row)
    if isinstance(cell, pillow.Image):
        return _of_image(cell)
    if isinstance(cell, str) and cell:
        path = Path(folder) / cell
        if access.cell(path, lambda rule, cure: refusal(cells, row, rule, cure or _MEND)) is None:
            cure = nearby(path) or "paths start at the recipe's folder"
            raise refusal(cells, row, f"no such file: {str(path)[:200]}", cure)
        file: Path | io.BytesIO = path
    elif isinstance(cell, (bytes, bytearray, memoryview)):
        file = io.BytesIO(bytes(cell))
    else:
        raise refusal(cells, row, f"{str(cell)[:60]!r} is no mask", "give the path of a file, its bytes, or an array")
    try:
        with pillow.open(file) as image:
            if image.width * image.height > MOST_PIXELS:
                raise refusal(cells, row, f"{image.width} x {image.height} pixels are too many", "make it smaller")
            image.load()
            return _of_image(image)
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
        name = str(cell)[:60] if isinstance(cell, str) else "the bytes"
        raise refusal(cells, row, f"{name}: no mask that can be read ({type(error).__name__})") from None


def of_mask(mask: np.ndarray) -> dict[object, int]:
    """The classes of a mask, each with its code in it.

    >>> of_mask(np.array([[0, 3], [3, 16777216 + 255]]))
    {0: 0, 3: 3, '#0000ff': 16777471}
    """
    codes = np.unique(mask).tolist()
    return {code if code < _COLOUR else f"#{code - _COLOUR:06x}": code for code in codes}


def brought_to(mask: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """A mask of another size: each pixel has the class of the one that is nearest. Shapes: (h, w) -> size."""
    if mask.shape == tuple(size):
        return mask
    down, across = (
        ((np.arange(wanted) + 0.5) * there / wanted).astype(int) for wanted, there in zip(size, mask.shape, strict=True)
    )
    found: np.ndarray = mask[down[:, None], across]
    return found


def _of_image(image: pillow.Image) -> np.ndarray:
    if image.mode in {"P", "L", "1", "I", "I;16", "I;16B", "I;16L", "I;16N"}:
        return np.asarray(image).astype(np.int64)
    if image.mode == "LA":
        return np.asarray(image.getchannel("L")).astype(np.int64)
    return _of_colours(np.asarray(image.convert("RGB")))


def _of_colours(pixels: np.ndarray) -> np.ndarray:
    """Colours as one number each; of grey pixels, as of black, it is their value. Shapes: (h, w, 3) -> (h, w)."""
    red, green, blue = (pixels[..., i].astype(np.int64) for i in range(3))
    return np.where((red == green) & (green == blue), red, _COLOUR + (red << 16) + (green << 8) + blue)


def _of_lines(cell: Iterable[object]) -> np.ndarray:
    """A mask from lists of lists, as Parquet and JSON keep arrays; no numbers where they are of different lengths."""
    try:
        return np.array([np.asarray(line) for line in cell])
    except ValueError:
        return np.array([*map(str, cell)])


def _of_array(cell: np.ndarray, cells: pd.Series, row: int) -> np.ndarray:
    if cell.ndim == 3 and cell.shape[2] == 1:
        cell = cell[:, :, 0]
    if cell.dtype.kind == "f" and cell.size and np.isfinite(cell).all() and (cell == cell.round()).all():
        cell = cell.astype(np.int64)
    if cell.size and cell.dtype.kind in "bui":
        if cell.ndim == 3 and cell.shape[2] == 3 and cell.dtype == np.uint8:
            return _of_colours(cell)
        if cell.ndim == 2 and cell.min() >= 0 and cell.max() < 1 << 16:
            return cell.astype(np.int64)
    shape = " x ".join(map(str, cell.shape))
    what = f"an array of {shape} of {cell.dtype} is no mask"
    raise refusal(cells, row, what, "give height x width whole numbers from 0, one for each class")
