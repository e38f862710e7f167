"""Images as pixels."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from PIL import Image, ImageOps


def read_images(path: Path, endings: Sequence[str], above: int) -> pd.DataFrame:
    """The images of a folder, or the bytes of those in a zip; the folder that has so many above it is the label."""
    if path.is_dir():
        names = [PurePosixPath(file.relative_to(path).as_posix()) for file in path.rglob("*") if file.is_file()]
    else:
        archive = zipfile.ZipFile(path)
        names = [PurePosixPath(info.filename) for info in archive.infolist() if not info.is_dir()]
    shown = [name for name in names if not any(part.startswith((".", "__MACOSX")) for part in name.parts)]
    names = sorted(name for name in shown if name.suffix.lower() in endings)
    cells = [str(path / name) if path.is_dir() else archive.read(str(name)) for name in names]
    return pd.DataFrame({"image": pd.Series(cells, dtype=object), "label": [name.parts[above] for name in names]})


def pixels_of(cells: Iterable[str | bytes], height: int, width: int, channels: int, background: str) -> np.ndarray:
    """Images, upright and of one size, on a background where they are transparent; 1 channel is grey, 3 are colours.

    Shapes: -> (rows, height, width, channels) uint8.
    """
    found = []
    for cell in cells:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(cell) if isinstance(cell, bytes) else cell))
        if image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, background), image)
        image = image.convert("L" if image.mode in ("1", "L", "LA") else "RGB").convert("L" if channels == 1 else "RGB")
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.BILINEAR)
        found.append(np.asarray(image).reshape(height, width, channels))
    return np.stack(found)
