"""A column of images: paths, bytes or arrays, decoded and brought to one size."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np
import pandas as pd
from PIL import Image as pillow
from PIL import ImageOps
from PIL.Image import Resampling

from protokit.cells.missing import is_missing
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.values.inputs import InputSpec
from protokit.core.values.said import Notice
from protokit.grammar.document import nearby
from protokit.represent.encoders.cells import row_of
from protokit.represent.kind import FittedColumn, InputColumn

_SIZE = (64, 64)  # where the images differ in size and the recipe names none
_LARGEST = 224  # pixels a side, where the recipe names no size
MOST_PIXELS = 100_000_000  # of one image: a small file may claim more than the memory holds
_ORIENTATION = 0x0112  # the tag of EXIF
_LOOKED_AT = 200  # training images that show size and colours


_SIXTEEN = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # Pillow's names for grey of more than 8 bits
_ANIMATED = ("GIF", "PNG", "WEBP", "TIFF")  # formats of several pictures; the second one of a photo is a preview


def _silent(notice: Notice) -> None:
    """Tell no one."""


@dataclass(frozen=True)
class ImageColumn(InputColumn):
    """Images as bytes from 0 to 255. Paths start at `folder`.

    Transparent pixels stand on `background`. Of pixels with more than 8 bits, `bits` are the range of the training
    images; 0: the upper 8 of 16. `upright`: turned as the file says that the camera was held. The defaults of the three
    are those of models that were made before them.
    """

    name = "image"
    reads_files = True
    size: tuple[int, int]
    channels: int
    folder: str = ""
    background: str = ""
    bits: int = 0
    upright: bool = False

    @classmethod
    def fit(
        cls,
        series: pd.Series,
        size: tuple[int, int] | None = None,
        channels: int | None = None,
        folder: Path | None = None,
        background: str = "white",
        say: Callable[[Notice], None] = _silent,
        kind: str = "image",
    ) -> ImageColumn:
        """Learns the size, height before width, whether there are colours, and the range of the pixels.

        From up to 200 training images. What is not as one might think is said, with options of the `kind`.

        Raises:
            DataError: a cell is no image.
        """
        column = str(series.name)
        looked_at = range(0, len(series), max(1, -(-len(series) // _LOOKED_AT)))
        given = cls(column, size or _SIZE, channels or 3, str(folder or ""), background, 8, upright=True)
        seen = Counter[str]()
        bits = max((_bits(given._opened(series, row, seen)) for row in looked_at), default=8)
        found = replace(given, bits=bits)
        images = [found.decode(series, row) for row in looked_at]
        if channels is None:
            channels = 1 if all(_is_grey(image) for image in images) else 3
        sizes = Counter((image.height, image.width) for image in images)
        if size is None:
            [(commonest, count)] = sizes.most_common(1)
            size = commonest if count == len(images) and max(commonest) <= _LARGEST else _SIZE
            if sizes.keys() != {size}:
                say(_notice_of_sizes(column, sizes, size, kind))
        for notice in _notices(column, seen, len(images), background, bits, kind):
            say(notice)
        return replace(found, size=size, channels=channels)

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
        """One cell as a Pillow image of 8 bits, grey or in colours.

        Raises:
            DataError: with the row, where the cell is no image.
        """
        cell = self._opened(series, row)
        if isinstance(cell, np.ndarray):
            return pillow.fromarray(_bytes(cell, self.bits, self._refusing(series, row)))
        if cell.has_transparency_data and self.background:
            cell = cell.convert("RGBA")
            below = pillow.new("RGBA", cell.size, self.background)
            grey = _is_grey(cell.convert("RGB"))
            return pillow.alpha_composite(below, cell).convert("L" if grey else "RGB")
        return cell.convert("L" if cell.mode in {"1", "L", "LA"} else "RGB")

    def size_of(self, series: pd.Series, row: int) -> tuple[int, int]:
        """Height and width of one cell as it is to be looked at.

        Raises:
            DataError: with the row, where the cell is no image.
        """
        cell = self._opened(series, row)
        return (cell.shape[0], cell.shape[1]) if isinstance(cell, np.ndarray) else (cell.height, cell.width)

    def _opened(self, series: pd.Series, row: int, seen: Counter[str] | None = None) -> pillow.Image | np.ndarray:
        """One cell as what it holds: pixels of 16 bits and fractions as an array, all others as an image.

        `seen` counts what the person should know of.
        """
        cell, refused = series.iloc[row], self._refusing(series, row)
        if isinstance(cell, np.ndarray):
            return cell
        if isinstance(cell, pillow.Image):
            return self._stood(cell, seen)
        if isinstance(cell, PurePath):
            cell = str(cell)
        if isinstance(cell, str) and cell:
            path = Path(self.folder) / cell
            if access.cell(path, refused) is None:
                raise refused(f"no such file: {str(path)[:200]}", nearby(path) or "paths start at the recipe's folder")
            file: Path | io.BytesIO = path
        elif isinstance(cell, (bytes, bytearray, memoryview)):
            file = io.BytesIO(bytes(cell))
        else:
            raise refused("no image" if is_missing(cell) else f"{str(cell)[:60]!r} is no image")
        try:
            with pillow.open(file) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise refused(f"{image.width} x {image.height} pixels are too many", "make the image smaller")
                if seen is not None:
                    seen["animated"] += image.format in _ANIMATED and getattr(image, "n_frames", 1) > 1
                image.load()
                return self._stood(image, seen)
        except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
            name = str(cell)[:60] if isinstance(cell, str) else "the bytes"
            raise refused(f"{name}: no image that can be read ({type(error).__name__})") from None

    def _stood(self, image: pillow.Image, seen: Counter[str] | None) -> pillow.Image | np.ndarray:
        """An image as it is to be looked at, as an array where it has more than 8 bits."""
        if seen is not None:
            seen["turned"] += image.getexif().get(_ORIENTATION, 1) not in (0, 1)
            seen["transparent"] += image.has_transparency_data and _is_seen_through(image)
        if self.upright:
            image = ImageOps.exif_transpose(image)
        if image.mode in _SIXTEEN:
            pixels = np.asarray(image).astype(np.int64).clip(0, 65535).astype(np.uint16)
            return pixels if self.bits else (pixels >> 8).astype(np.uint8)
        return np.asarray(image) if image.mode == "F" else image

    def _refusing(self, series: pd.Series, row: int) -> Callable[..., DataError]:
        def refused(what: str, cure: str | None = None) -> DataError:
            cure = cure or "mend the file, or remove its row"
            return DataError(f"column {self.column!r}, row {row_of(series, row)}: {what}", cure=cure)

        return refused

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values. Where paths start is the reader's to say."""
        return {key: value for key, value in super().as_plain().items() if key != "folder"}

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The column of `as_plain`; a folder that somebody wrote into it is not taken."""
        return super().from_plain({key: value for key, value in plain.items() if key != "folder"})


def _is_grey(image: pillow.Image) -> bool:
    if image.mode in {"1", "L", "LA"}:
        return True
    red, green, blue = image.convert("RGB").split()
    return bool(red.tobytes() == green.tobytes() == blue.tobytes())


def _is_seen_through(image: pillow.Image) -> bool:
    low, _ = image.convert("RGBA").getchannel("A").getextrema()
    return bool(low < 255)  # type: ignore[operator]


def _bits(image: pillow.Image | np.ndarray) -> int:
    """Bits of the brightest pixel of an image of more than 8 bits, else 8."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint16:
        return 8
    return max(8, int(image.max(initial=0)).bit_length())


def _bytes(cell: np.ndarray, bits: int, refused: Callable[..., DataError]) -> np.ndarray:
    if cell.ndim == 3 and cell.shape[2] == 1:
        cell = cell[:, :, 0]
    if not cell.size or (cell.ndim != 2 and not (cell.ndim == 3 and cell.shape[2] == 3)):
        shape = " x ".join(map(str, cell.shape))
        raise refused(f"an array of {shape} is no image", "give height x width, or height x width x 3")
    if cell.dtype == np.uint8:
        return cell
    if cell.dtype == np.bool_:
        return cell.astype(np.uint8) * 255
    if cell.dtype == np.uint16 and bits:
        return (cell >> (bits - 8)).clip(0, 255).astype(np.uint8)
    if cell.dtype.kind == "O":
        try:
            cell = cell.astype(float)
        except (TypeError, ValueError, OverflowError):
            raise refused("an array of other things than numbers is no image") from None
    if cell.dtype.kind not in "iuf":
        raise refused(f"an array of {cell.dtype} is no image", "give numbers from 0 to 255, or from 0 to 1")
    low, high = float(cell.min(initial=0)), float(cell.max(initial=0))
    if not (low >= 0 and high <= 255):
        raise refused(f"numbers from {low:g} to {high:g} are no pixels", "bring them to 0 to 255, or 0 to 1")
    return (cell * 255 if cell.dtype.kind == "f" and high <= 1 else cell).round().astype(np.uint8)


def _notice_of_sizes(column: str, sizes: Counter[tuple[int, int]], size: tuple[int, int], kind: str) -> Notice:
    height, width = size
    if len(sizes) == 1:
        [(high, wide)] = sizes
        rule = f"{column!r}: the images of {high} x {wide} pixels (height x width) are brought to {height} x {width}"
    else:
        areas = sorted(sizes, key=lambda one: one[0] * one[1])
        least, most = (f"{one[0]} x {one[1]}" for one in (areas[0], areas[-1]))
        rule = f"{column!r}: images of {least} to {most} pixels (height x width) are all brought to {height} x {width}"
    return Notice(rule, (column,), f"or say the size: columns: {{{column}: {{{kind}: {{size: [{height}, {width}]}}}}}}")


def _notices(column: str, seen: Counter[str], images: int, background: str, bits: int, kind: str) -> list[Notice]:
    """What of the images that were looked at the person should know of."""
    of = f"of {images:,} training images looked at"
    other = "black" if background == "white" else "white"
    found = []
    if seen["turned"]:
        rule = f"{column!r}: {seen['turned']:,} {of} are turned, as their orientation tag says"
        found.append(Notice(rule, (column,)))
    if seen["transparent"]:
        rule = f"{column!r}: {seen['transparent']:,} {of} have transparent pixels, which stand on {background}"
        cure = f"columns: {{{column}: {{{kind}: {{background: {other}}}}}}}"
        found.append(Notice(rule, (column,), cure))
    if seen["animated"]:
        rule = f"{column!r}: {seen['animated']:,} {of} hold several pictures, of which the first is read"
        found.append(Notice(rule, (column,)))
    if bits > 8:
        rule = f"{column!r}: pixels go up to {bits} bits, of which the upper 8 are read (0 to {2**bits - 1:,})"
        found.append(Notice(rule, (column,)))
    return found
