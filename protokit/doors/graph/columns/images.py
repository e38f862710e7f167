"""Images, as pixels of the size that the network takes."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.represent.encoders.image import ImageColumn

Value = TypeVar("Value")


class OfImage(RawColumn):
    """Images."""

    dtype, gone = "uint8", "none: each row has an image"

    @property
    def _own(self) -> ImageColumn:
        assert isinstance(self.fitted, ImageColumn), "it is one"
        return self.fitted

    @property
    def shape(self) -> tuple[int, ...]:
        """See RawColumn."""
        return self._own.spec.shape

    @property
    def takes(self) -> str:  # type: ignore[override]
        """See RawColumn."""
        colours = "grey" if self._own.channels == 1 else "red, green, blue"
        return f"pixels from 0 to 255, height x width x channels ({colours})"

    @property
    def outside(self) -> str:
        """What is to be done with an image before."""
        own, (height, width) = self._own, self._own.size
        steps = ["decoded", *(["turned as its orientation tag says"] if own.upright else [])]
        if own.background:
            steps.append(f"put on {own.background} where it is transparent")
        if own.bits > 8:
            steps.append(f"of more than 8 bits shifted right by {own.bits - 8}")
        mode = "L" if own.channels == 1 else "RGB"
        steps.append(f"made {mode} and brought to {height} x {width} (height x width) by Pillow's BILINEAR")
        return f"reading of {self.name!r}: each image is {', '.join(steps)}"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        return self._own.array(cells)

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn: the network takes them as they are."""
        return value

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn: noise between two greys, plain areas and shapes among them."""
        found = np.empty(rows, object)
        height, width, channels = self.shape
        for row in range(rows):
            low, high = np.sort(rng.integers(0, 256, 2))
            image = rng.integers(low, high + 1, self.shape) if row % 3 else np.full(self.shape, low)
            top, left = int(rng.integers(0, height)), int(rng.integers(0, width))
            image[top : top + height // 2, left : left + width // 2] = rng.integers(0, 256, channels)
            found[row] = image.astype(np.uint8)
        return pd.Series(found, name=self.name)
