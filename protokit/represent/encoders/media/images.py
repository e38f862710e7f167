"""A column of several images in a cell: each brought to one size, and a mark of those that are there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np
import pandas as pd

from protokit.cells.missing import is_missing
from protokit.core.errors import DataError
from protokit.core.names import IMAGE_ENDINGS, counted
from protokit.core.values.inputs import InputSpec
from protokit.core.values.said import Notice
from protokit.represent.encoders.image import ImageColumn
from protokit.represent.kind import FitContext, Unusual

SEPARATORS = ("|", ";", ",")
_MOST = 8  # images of a cell, where the recipe names no count


@dataclass(frozen=True)
class ImagesColumn(ImageColumn):
    """Up to `most` images of a cell, of which `separator` parts the paths where it is a text."""

    name = "images"
    most: int = 1
    separator: str = ""
    gaps: bool = True  # whether a training row lacked images; so in older models

    @classmethod
    def of(
        cls,
        series: pd.Series,
        separator: str | None,
        most: int | None,
        size: tuple[int, int] | None,
        channels: int | None,
        background: str,
        context: FitContext,
    ) -> ImagesColumn:
        """Learns what an image's column learns, how many there are in a cell, and what parts them.

        Raises:
            DataError: a cell holds something that is no image, or no cell holds one.
        """
        column = str(series.name)
        asked, say = separator, context.say
        separator = asked or separator_of([cell for cell in series if isinstance(cell, str)]) or ""
        if separator and asked is None:
            rule = f"{column!r} holds several images in a cell, parted by {separator!r}"
            cure = f"columns: {{{column}: {{images: {{separator: {json.dumps(separator)}}}}}}} says so"
            say(Notice(rule, (column,), f"{cure}, columns: {{{column}: category}} keeps the texts"))
        parted = [_parted(cell, separator) for cell in series]
        single = _single(series, parted)
        if single.empty:
            rule = f"no cell of {column!r} holds an image"
            raise DataError(rule, cure=f"columns: {{{column}: ignore}}")
        one = ImageColumn.fit(single, size, channels, context.folder, background, say, cls.name)
        fullest = max(map(len, parted))
        most = most or min(_MOST, fullest)
        if cut := sum(len(some) > most for some in parted):
            rule = f"{column!r}: {counted(cut, 'training cell', 'have')} more than {most} images: the first are read"
            say(Notice(rule, (column,), f"columns: {{{column}: {{images: {{most: {fullest}}}}}}}"))
        learned = {name: getattr(one, name) for name in ("size", "channels", "folder", "background", "bits", "upright")}
        return cls(column, **learned, most=most, separator=separator, gaps=not all(parted))

    @property
    def spec(self) -> InputSpec:
        """What the network takes: behind the colours a channel that is 255 where there is an image."""
        shape = (self.most, *self.size, self.channels + 1)
        return InputSpec(self.column, shape, "uint8", (self.column,), 0, "images")

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, most, height, width, channels + 1) uint8, 0 where there is no image."""
        parted = [_parted(cell, self.separator)[: self.most] for cell in series]
        found = np.zeros((len(series), *self.spec.shape), np.uint8)
        places = [(row, place) for row, some in enumerate(parted) for place in range(len(some))]
        if places:
            rows, order = np.array(places).T
            found[rows, order, ..., :-1] = super().array(_single(series, parted))
            found[rows, order, ..., -1] = 255
        return found

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The mean image of each cell. Shapes: -> (rows, height * width * channels) float64."""
        pixels, there = array[..., :-1].astype(float), (array[:, :, 0, 0, -1] > 0).sum(axis=1)
        mean = pixels.sum(axis=1) / np.maximum(there, 1).reshape(-1, 1, 1, 1)
        found: np.ndarray = mean.reshape(len(cells), -1) / 255
        return found

    def unusual(self, cells: pd.Series) -> Unusual:
        """How many cells of a later table have more images than are read, or none where each training row had one."""
        many, notes = [len(_parted(cell, self.separator)) for cell in cells], list[str]()
        if cut := sum(count > self.most for count in many):
            notes.append(f"{counted(cut, 'cell', 'have')} more than {self.most} images: the first are read")
        if not self.gaps and (gone := many.count(0)):
            notes.append(
                f"{counted(gone, 'cell', 'have')} no image, and each training row had one: black stands for them"
            )
        return replace(super().unusual(cells), notes=tuple(notes))


def _parted(cell: object, separator: str) -> list[object]:
    """The images of a cell; of a missing one none, and of those that are missing in a list neither."""
    if (several := listed(cell)) is not None:
        return [one for one in several if not (is_missing(one) or (isinstance(one, str) and not one.strip()))]
    if isinstance(cell, str):
        parts = cell.split(separator) if separator else [cell]
        return [part.strip() for part in parts if part.strip()]
    return [] if is_missing(cell) else [cell]


def listed(cell: object) -> list[object] | None:
    """What a list, or an array of several images, holds; None of any other cell."""
    if isinstance(cell, np.ndarray):
        return [*cell] if cell.ndim == 4 or (cell.ndim == 1 and cell.dtype == object) else None
    return [*cell] if isinstance(cell, (list, tuple)) else None


def in_cells(cells: Sequence[object]) -> list[object]:
    """The images of all cells; none where a cell is no list."""
    if any(listed(cell) is None for cell in cells):
        return []
    return [image for cell in cells for image in _parted(cell, "")]


def _single(series: pd.Series, parted: list[list[object]]) -> pd.Series:
    """Each image by itself, with the label of its row."""
    labels = np.repeat(np.arange(len(series)), [len(some) for some in parted])
    cells = np.empty(len(labels), object)
    for place, image in enumerate(image for some in parted for image in some):
        cells[place] = image
    return pd.Series(cells, index=series.index[labels], name=series.name)


def separator_of(texts: Sequence[str]) -> str | None:
    """The one separator that makes all texts names of image files, some several; None where there is none."""
    for separator in SEPARATORS:
        parted = [_parted(text, separator) for text in texts]
        if any(len(some) > 1 for some in parted) and all(is_name(one) for some in parted for one in some):
            return separator
    return None


def is_name(value: object) -> bool:
    """Whether a cell is the name of an image file."""
    return isinstance(value, (str, PurePath)) and str(value).lower().endswith(IMAGE_ENDINGS)
