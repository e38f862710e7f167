"""A column of images: paths, bytes or arrays, decoded and brought to one size."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image as pillow
from PIL.Image import Resampling

from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.values.signature import InputSpec
from protokit.grammar.document import nearby
from protokit.represent.encoders.cells import row_of
from protokit.represent.kind import FittedColumn, InputColumn

_SIZE = (64, 64)  # where the images differ in size and the recipe names none
_LARGEST = 224  # pixels a side, where the recipe names no size
_MOST_PIXELS = 100_000_000  # of one image: a small file may claim more than the memory holds
_LOOKED_AT = 200  # training images that show size and colours


@dataclass(frozen=True)
class ImageColumn(InputColumn):
    """Images as bytes from 0 to 255. Paths start at `folder`."""

    name = "image"
    size: tuple[int, int]
    channels: int
    folder: str = ""

    @classmethod
    def fit(
        cls,
        series: pd.Series,
        size: tuple[int, int] | None = None,
        channels: int | None = None,
        folder: Path | None = None,
    ) -> ImageColumn:
        """Learns the size, height before width, and whether there are colours, from up to 200 training images.

        Raises:
            DataError: a cell is no image.
        """
        found = cls(str(series.name), size or _SIZE, channels or 3, str(folder or ""))
        step = max(1, len(series) // _LOOKED_AT)
        images = [found.decode(series, row) for row in range(0, len(series), step)] if not (size and channels) else []
        if channels is None:
            channels = 1 if all(_is_grey(image) for image in images) else 3
        if size is None:
            sizes = Counter((image.height, image.width) for image in images)
            [(commonest, count)] = sizes.most_common(1)
            size = commonest if count == len(images) and max(commonest) <= _LARGEST else _SIZE
        return cls(found.column, size, channels, found.folder)

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        return InputSpec(self.column, (*self.size, self.channels), "uint8", (self.column,), 0, "image")

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, height, width, channels) uint8."""
        found = np.zeros((len(series), *self.size, self.channels), np.uint8)
        mode = "L" if self.channels == 1 else "RGB"
        height, width = self.size
        for row, cell in enumerate(series):
            if isinstance(cell, np.ndarray) and cell.dtype == np.uint8 and cell.shape[:2] == self.size:
                shape = cell.shape[2:] or (1,)
                if shape == (self.channels,):
                    found[row] = cell.reshape(found.shape[1:])
                    continue
            image = self.decode(series, row).convert(mode)
            if image.size != (width, height):
                image = image.resize((width, height), Resampling.BILINEAR)
            found[row] = np.asarray(image).reshape(found.shape[1:])
        return found

    def at(self, folder: Path) -> ImageColumn:
        """The same, with paths that start at a folder."""
        return replace(self, folder=str(folder))

    def decode(self, series: pd.Series, row: int) -> pillow.Image:
        """One cell as a Pillow image.

        Raises:
            DataError: with the row, where the cell is no image.
        """
        cell = series.iloc[row]

        def refused(what: str, cure: str | None = None) -> DataError:
            cure = cure or "mend the file, or remove its row"
            return DataError(f"column {self.column!r}, row {row_of(series, row)}: {what}", cure=cure)

        if isinstance(cell, pillow.Image):
            return cell
        if isinstance(cell, np.ndarray):
            return pillow.fromarray(_bytes(cell, refused))
        if isinstance(cell, str) and cell:
            path = Path(self.folder) / cell
            if not path.is_file():
                raise refused(f"no such file: {path}", nearby(path) or "paths start at the recipe's folder")
            file: Path | io.BytesIO = access.local(path)
        elif isinstance(cell, (bytes, bytearray, memoryview)):
            file = io.BytesIO(bytes(cell))
        else:
            raise refused("no image" if cell is None or cell != cell else f"{str(cell)[:60]!r} is no image")
        try:
            with pillow.open(file) as image:
                if image.width * image.height > _MOST_PIXELS:
                    raise refused(f"{image.width} x {image.height} pixels are too many", "make the image smaller")
                if image.mode in {"I;16", "I;16B", "I;16L", "I"}:  # 16 bits of grey
                    return pillow.fromarray((np.asarray(image, np.uint32) >> 8).clip(0, 255).astype(np.uint8))
                if image.mode == "F":
                    return pillow.fromarray(_bytes(np.asarray(image), refused))
                return image.convert("L" if image.mode in {"1", "L", "LA"} else "RGB")
        except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
            name = str(cell)[:60] if isinstance(cell, str) else "the bytes"
            raise refused(f"{name}: no image that can be read ({type(error).__name__})") from None

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values. Where paths start is the reader's to say."""
        return {key: value for key, value in super().as_plain().items() if key != "folder"}

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The column of `as_plain`; a folder that somebody wrote into it is not taken."""
        return super().from_plain({key: value for key, value in plain.items() if key != "folder"})


def _is_grey(image: pillow.Image) -> bool:
    if image.mode in {"1", "L", "I", "I;16", "LA"}:
        return True
    red, green, blue = image.convert("RGB").split()
    return bool(red.tobytes() == green.tobytes() == blue.tobytes())


def _bytes(cell: np.ndarray, refused: Callable[..., DataError]) -> np.ndarray:
    if cell.ndim == 3 and cell.shape[2] == 1:
        cell = cell[:, :, 0]
    if cell.ndim != 2 and not (cell.ndim == 3 and cell.shape[2] == 3):
        shape = " x ".join(map(str, cell.shape))
        raise refused(f"an array of {shape} is no image", "give height x width, or height x width x 3")
    if cell.dtype == np.uint8:
        return cell
    if cell.dtype == np.bool_:
        return cell.astype(np.uint8) * 255
    low, high = float(cell.min(initial=0)), float(cell.max(initial=0))
    if not (low >= 0 and high <= 255):
        raise refused(f"numbers from {low:g} to {high:g} are no pixels", "bring them to 0 to 255, or 0 to 1")
    return (cell * 255 if cell.dtype.kind == "f" and high <= 1 else cell).round().astype(np.uint8)
