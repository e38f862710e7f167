"""Several images in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Kind
from protokit.represent.kinds.image import ImageOptions, is_image

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


class ImagesOptions(ImageOptions):
    """How several images of a cell are read."""

    separator: str | None = Field(
        None, min_length=1, description="what parts the paths of a cell; found when not given", examples=["|"]
    )
    most: int | None = Field(
        None,
        ge=1,
        le=64,
        description="images of a cell that are read, the first ones; those of the fullest training cell, up to 8, when "
        "not given",
        examples=[4],
    )


@KINDS.add
class Images(Kind):
    """Images of one size, of which a cell has some: see `protokit.represent.encoders.media.images`."""

    name = "images"
    about = "several images in a cell: a list of paths, bytes or arrays, or paths that one separator parts"
    example = "{images: {separator: ;, most: 4}}"
    rank = 7
    options = ImagesOptions
    own_input = True
    plural = "several images"
    audited_as = "image"
    inference_rank = -1  # before a single image, whose name ends alike

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        import numpy as np

        dark, light = np.zeros((4, 3), np.uint8), np.full((4, 3), 255, np.uint8)
        return ([dark, light], [light], None, [], [dark])

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Lists of images (names of files, bytes, pixels), or names of image files that one separator parts."""
        from protokit.represent.encoders.media.images import in_cells, separator_of

        some = list(cells.present.head(100))
        if cells.column.dtype.kind != "O" or not some:
            return False
        if all(isinstance(cell, str) for cell in some):
            return separator_of(some) is not None
        images = in_cells(some)
        return bool(images) and all(map(is_image, images))

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns what an image's column learns, how many there are in a cell, and what parts them.

        Raises:
            DataError: a cell holds something that is no image, or no cell holds one.
        """
        from protokit.represent.encoders.media.images import ImagesColumn

        said = options if isinstance(options, ImagesOptions) else ImagesOptions()
        return ImagesColumn.of(cells, said.separator, said.most, said.size, said.channels, said.background, context)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """See FittedColumn."""
        from protokit.represent.encoders.media.images import ImagesColumn

        return ImagesColumn.from_plain(plain)
