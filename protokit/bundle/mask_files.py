"""Masks that were predicted, as files of images."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image as pillow

from protokit.core.files import write_bytes


def masks_in(predictions: pd.DataFrame) -> tuple[str, ...]:
    """The columns of a table of predictions whose cells are masks."""
    return tuple(
        str(name)
        for name, cells in predictions.items()
        if len(cells) and all(isinstance(cell, np.ndarray) and cell.ndim == 2 for cell in cells)
    )


def saved(predictions: pd.DataFrame, out: Path) -> pd.DataFrame:
    """The table with a path in place of each mask, from the folder of `out`, beside which the files are written.

    A mask is a PNG with the classes as values of grey, or in colours where some classes are.
    """
    found = predictions.copy(deep=False)
    for name in masks_in(predictions):
        folder = Path(f"{out.stem}_{re.sub(r'[^A-Za-z0-9_-]', '_', name)}")
        (out.parent / folder).mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{row + 1:06}.png" for row in range(len(predictions))]
        for path, mask in zip(paths, predictions[name], strict=True):
            file = io.BytesIO()
            _image(mask).save(file, "PNG")
            write_bytes(out.parent / path, file.getvalue())
        found[name] = [path.as_posix() for path in paths]
    return found


def _image(mask: np.ndarray) -> pillow.Image:
    if mask.dtype.kind in "ui":
        return pillow.fromarray(mask)
    pixels = np.zeros((*mask.shape, 3), np.uint8)
    for value in dict.fromkeys(mask.reshape(-1).tolist()):
        grey = not isinstance(value, str)
        pixels[mask == value] = (value,) * 3 if grey else [int(value[i : i + 2], 16) for i in (1, 3, 5)]
    return pillow.fromarray(pixels)
