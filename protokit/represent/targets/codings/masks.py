"""Masks as the places of their pixels' classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoders.image import ImageColumn
from protokit.represent.encoders.media.mask import MOST_CLASSES, brought_to, of_mask, read_mask, refusal
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned


class Masks(Coding):
    """Masks as the places of their pixels' classes, at the size of the images beside them."""

    name = "masks"
    about = "Masks as the places of their pixels' classes, at the size of the images beside them."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: the image that the masks are of, its size, and the values that pixels have."""
        [name] = names
        images = [column for column in asked.beside if isinstance(column, ImageColumn)]
        if len(images) != 1:
            have = "no column of images" if not images else f"{len(images)} columns of images"
            cure = "write the column's kind: represent: {columns: {NAME: image}}"
            if images:
                cure = f"leave the others out: represent: {{columns: {{{images[1].column}: ignore}}}}"
            raise DataError(f"a mask is of one image, and the table has {have} beside {name!r}", cure=cure)
        [image] = images
        found: set[object] = set()
        for row in range(len(frame)):
            found |= {*of_mask(_read(frame, row, name, image.folder))}
            if len(found) > MOST_CLASSES:
                rule = f"more than {MOST_CLASSES} different values are no classes of pixels"
                raise refusal(frame[name], row, rule, "save masks without loss, as PNG, one value for each class")
        if len(found) < 2:
            rule = f"all pixels of the training masks in {name!r} are {next(iter(found), None)!r}: nothing to learn"
            raise DataError(rule, cure="bring masks of two classes or more")
        classes = tuple(sorted(found, key=lambda one: (isinstance(one, str), one)))
        spec = TargetSpec(name, asked.task, classes, (name, image.column), size=tuple(image.size))
        return Learned(spec, folder=image.folder)

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: places of classes, at the size of the network. Shapes: (rows, height, width) uint8."""
        spec = learned.spec
        name, of = spec.columns
        images = _images(learned)
        found = np.zeros((len(frame), *spec.size), np.uint8)
        place = {value: i for i, value in enumerate(spec.classes)}
        for row in range(len(frame)):
            mask = _read(frame, row, name, learned.folder)
            height, width = images.size_of(frame[of], row)
            if mask.shape != (height, width):
                high, wide = mask.shape
                rule = f"the mask has {high} x {wide} pixels, and its image in {of!r} {height} x {width}"
                raise refusal(frame[name], row, rule, "bring both to one size, or remove the row")
            values = of_mask(mask)
            if odd := next((one for one in values if one not in place), None):
                few = ", ".join(map(str, spec.classes[:10]))
                rule = f"pixels of {odd!r}, which no training mask has; those have {few}"
                raise refusal(frame[name], row, rule, "mend the mask, remove its row, or split otherwise")
            places = np.zeros(mask.shape, np.uint8)
            for value, code in values.items():
                places[mask == code] = place[value]
            found[row] = brought_to(places, spec.size)
        return found

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding. Shapes: (rows, height, width) int32."""
        return truth.astype(np.int32)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: probabilities. Shapes: (rows, height, width, classes) float32."""
        return output.astype(np.float32)

    def columns(
        self, learned: Learned, scores: np.ndarray, frame: pd.DataFrame
    ) -> Mapping[str, np.ndarray | pd.Series]:
        """See Coding: masks of the size that each image has."""
        [[name, masks]] = super().columns(learned, scores, frame).items()
        images, found = _images(learned), np.empty(len(masks), object)
        cells = frame[learned.spec.columns[1]]
        for row, mask in enumerate(masks):
            found[row] = brought_to(mask, images.size_of(cells, row))
        return {name: found}


CODINGS.add(Masks())


def _images(learned: Learned) -> ImageColumn:
    """The column of images, as far as the size of each goes."""
    return ImageColumn(learned.spec.columns[1], (1, 1), 3, learned.folder, upright=True)


def _read(frame: pd.DataFrame, row: int, name: str, folder: str) -> np.ndarray:
    return read_mask(frame[name], row, folder)
