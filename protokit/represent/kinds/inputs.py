"""The encoders of columns that are an input of their own: texts, images and sequences."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from protokit.core.values import InputSpec
from protokit.represent import words as spec
from protokit.represent.kinds.image import Image
from protokit.represent.kinds.text import Tfidf, Tokens
from protokit.represent.sequences import Steps


class InputEncoder(Protocol):
    """Turns one column into one input of the network."""

    @property
    def column(self) -> str:
        """The column that it reads."""

    @property
    def kind(self) -> str:
        """What the column is."""

    @property
    def spec(self) -> InputSpec:
        """What the network takes; its name is the column's."""

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, *spec.shape)."""

    def as_plain(self) -> dict[str, Any]:
        """All that the encoder learned, as JSON values."""


def fit(kind: str, said: Any, series: pd.Series, folder: Path) -> InputEncoder:
    """The encoder of a text or image column; `said` is what the recipe says of it. Paths of images start at `folder`.

    Raises:
        DataError: the cells are not what the recipe says.
    """
    if kind == "image":
        image = said.image if isinstance(said, spec.ImageColumn) else spec.Image()
        return Image.fit(series, image.size, image.channels, folder)
    text = said.text if isinstance(said, spec.TextColumn) else spec.Text()
    if text.form == "tfidf":
        return Tfidf.fit(series, text.vocabulary)
    return Tokens.fit(series, text.vocabulary, text.length)


def from_plain(plain: dict[str, Any]) -> InputEncoder:
    """An encoder from what `as_plain` gave."""
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items() if key != "kind"}
    made: InputEncoder = {"tokens": Tokens, "tfidf": Tfidf, "image": Image, "sequence": Steps}[plain["kind"]](**given)
    return made
