"""Images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from protokit.core.names import IMAGE_ENDINGS
from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import Section, Word, choice
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Kind

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


def _size(value: object) -> object:
    """Height and width of images."""
    if value is None:
        return None
    given = [value, value] if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(given, (list, tuple)) and len(given) == 2 and all(map(_is_side, given)):
        return tuple(given)
    raise refuse(Fault(f"a size is height and width in pixels, not {value!r}", "write [64, 64]"))


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 4096


_PIXELS = {"type": "integer", "minimum": 1, "maximum": 4096}
_SIZE = {"anyOf": [_PIXELS, {"type": "array", "items": _PIXELS, "minItems": 2, "maxItems": 2}, {"type": "null"}]}


BACKGROUNDS = ("white", "black")


class ImageOptions(Section):
    """How an image is read."""

    size: Annotated[tuple[int, int] | None, Word(_size, _SIZE)] = Field(
        None,
        description="height and width; that of all training images, or 64 x 64 where they differ",
        examples=[[64, 64]],
    )
    channels: Literal[1, 3] | None = Field(
        None, description="1 for grey, 3 for colours; as the training images are", examples=[3]
    )
    background: Annotated[str, choice("background", BACKGROUNDS)] = Field(
        "white", description="what is seen through transparent pixels", examples=["black"]
    )


@KINDS.add
class Image(Kind):
    """Pixels of one size, upright, on a background: see `protokit.represent.encoders.image`."""

    name = "image"
    about = "an image: the path of a file, its bytes, or an array of pixels"
    example = "{image: {size: [64, 64]}}"
    rank = 7
    options = ImageOptions
    own_input = True
    plural = "images"

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        import numpy as np

        return (np.zeros((4, 3), np.uint8), np.full((4, 3), 255, np.uint8), np.arange(12, dtype=np.uint8).reshape(4, 3))

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Names of image files, bytes, or arrays of pixels."""
        dtype = cells.column.dtype
        may_be = dtype.kind == "O" and dtype.name != "category"  # texts have a type of their own in later pandas
        return may_be and all(map(is_image, cells.present.head(100)))

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns the size and whether there are colours, where they are not written.

        Raises:
            DataError: a cell is no image.
        """
        from protokit.represent.encoders.image import ImageColumn

        said = options if isinstance(options, ImageOptions) else ImageOptions()
        return ImageColumn.fit(cells, said.size, said.channels, context.folder, said.background, context.say)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """See FittedColumn."""
        from protokit.represent.encoders.image import ImageColumn

        return ImageColumn.from_plain(plain)


# of PNG, JPEG, GIF, BMP, WebP and TIFF
_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


def is_image(value: object) -> bool:
    """Whether a cell is an image by what it is: the name of a file, its bytes, or pixels."""
    if isinstance(value, (str, PurePath)):
        return str(value).lower().endswith(IMAGE_ENDINGS)
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if isinstance(value, (bytes, bytearray)):
        return bytes(value[:8]).startswith(_STARTS) or bytes(value[8:12]) == b"WEBP"
    return (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))) and _are_pixels(value)


def _are_pixels(value: object) -> bool:
    """Whether the numbers of an array can be of an image: others are a matrix."""
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind in "bu" or not array.size:
        return True
    return array.dtype.kind in "if" and bool(array.min() >= 0 and array.max() <= 255)
