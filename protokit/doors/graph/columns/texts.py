"""Texts that are looked up: truth values, ordered and plain categories."""

from __future__ import annotations

from itertools import product
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.names import as_text
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.represent.encoders.cells import FALSE, TRUE
from protokit.represent.encoders.levels import DOUBTFUL, Levels
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.ordered import Ordered

Value = TypeVar("Value")
_UNSEEN = "\u241a"  # a text that no level is


class OfTexts(RawColumn):
    """Texts that are looked up."""

    dtype, gone = "object", "an empty text"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        texts = ["" if gone else as_text(cell) for cell, gone in zip(cells, cells.isna(), strict=True)]
        return np.array([*texts, None], object)[:-1, None]

    def numbers(self, a: Arithmetic[Value], value: Value, keys: dict[str, float]) -> Value:
        """The number of each text, NaN of all others."""
        return a.take(np.array([np.nan, *keys.values()]), a.lookup(value, list(keys)))

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        some = np.array([*(self.levels or ()), None], object)
        return pd.Series(rng.choice(some, rows), name=self.name)


class OfBoolean(OfTexts):
    """True and false."""

    takes = "true or false, t or f, yes or no, y or n, 1 or 0; in any case"

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        keys = {"1": 1.0, "0": 0.0}
        for words, number in ((TRUE, 1.0), (FALSE, 0.0)):
            keys |= {text: number for word in sorted(words) for text in _in_any_case(word)}
        return self.numbers(a, value, keys)

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        some = np.array(["yes", "True", "FALSE", "n", "0", "1", None], object)
        return pd.Series(rng.choice(some, rows), name=self.name)


class OfOrdered(OfTexts):
    """Categories with an order."""

    takes = "one of the levels, as it is written there"

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        assert isinstance(self.fitted, Ordered), "it is one"
        return list(self.fitted.levels)

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        assert isinstance(self.fitted, Ordered), "it is one"
        places = self.fitted.numbers(cells)[:, 0]
        texts = ["" if np.isnan(place) else self.levels[int(place)] for place in places]
        return np.array([*texts, None], object)[:-1, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        return self.numbers(a, value, {level: float(i) for i, level in enumerate(self.levels)})


class OfCategory(OfTexts):
    """Categories."""

    takes = "a text without blanks around it: one of the levels, or any other as unseen"

    @property
    def levels(self) -> list[str]:
        """See RawColumn."""
        assert isinstance(self.fitted, Category), "it is one"
        return [level for level in self.fitted.levels if level is not None]

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn: a number that a level's text was, as that text."""
        assert isinstance(self.fitted, Category), "it is one"
        known = Levels(self.fitted.levels, self.fitted.rare)
        found = super().array(cells)
        for i, place in enumerate(known.places(cells)):
            if place == DOUBTFUL:
                found[i, 0] = _UNSEEN
            elif place >= 0:
                found[i, 0] = self.fitted.levels[place] or ""
        return found

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn."""
        assert isinstance(self.fitted, Category), "it is one"
        gone = next((i + 1 for i, level in enumerate(self.fitted.levels) if level is None), 0)
        codes = {level: i + 1 for i, level in enumerate(self.fitted.levels) if level is not None}
        codes = {**dict.fromkeys(("", *self.marks), gone), **codes}
        return a.take(np.array([0, *codes.values()], np.int64), a.lookup(value, list(codes)))

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        assert isinstance(self.fitted, Category), "it is one"
        few = [*self.levels[:50], *(self.fitted.rare or ())[:3], "never seen", None]
        return pd.Series(rng.choice(np.array(few, object), rows), name=self.name)


def _in_any_case(word: str) -> list[str]:
    return ["".join(letters) for letters in product(*((one.lower(), one.upper()) for one in word))]
