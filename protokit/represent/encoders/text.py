"""A column of text: as the codes of its words in their order, or as how telling each word is in it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import WORD
from protokit.core.values.signature import InputSpec
from protokit.represent.encoders.cells import texts_of
from protokit.represent.kind import InputColumn

_WORD = re.compile(WORD)
_FEWEST = 2  # training texts that a word must be in
_LONGEST = 400  # words, where the recipe names no length
TOKENS, TFIDF = 20_000, 5_000  # words of a vocabulary, where the recipe names no size


def words(text: str) -> list[str]:
    """The words and marks of a text, in lower case.

    >>> words("Don't panic: it's 42!")
    ['don', "'", 't', 'panic', ':', 'it', "'", 's', '42', '!']
    """
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class _Words(InputColumn):
    """A text by the words of a vocabulary."""

    name = "text"
    vocabulary: tuple[str, ...]

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The texts themselves."""
        return np.array(plain(cells), object)


@dataclass(frozen=True)
class Tokens(_Words):
    """Words as codes: 0 past the end, 1 for words that the vocabulary lacks. Longer texts are cut at the end."""

    saved_as = "tokens"
    length: int

    @classmethod
    def fit(cls, series: pd.Series, size: int | None = None, length: int | None = None) -> Tokens:
        """Learns the commonest words, and a length that 95 of 100 texts do not pass.

        Raises:
            DataError: no text has a word.
        """
        texts = [words(text) for text in plain(series)]
        vocabulary = _vocabulary(str(series.name), texts, size or TOKENS)
        if length is None:
            length = max(1, min(_LONGEST, int(np.quantile([len(text) for text in texts], 0.95))))
        return cls(str(series.name), vocabulary, length)

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        return InputSpec(self.column, (self.length,), "int32", (self.column,), len(self.vocabulary) + 2, "text")

    @property
    def names(self) -> tuple[str, ...]:
        """Of each place of a word."""
        return tuple(f"{self.column} word {i + 1}" for i in range(self.length))

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, length) int32."""
        code = {word: i for i, word in enumerate(self.vocabulary, 2)}
        found = np.zeros((len(series), self.length), np.int32)
        for row, text in enumerate(plain(series)):
            codes = [code.get(word, 1) for word in words(text)[: self.length]]
            found[row, : len(codes)] = codes
        return found


@dataclass(frozen=True)
class Tfidf(_Words):
    """How telling each word of the vocabulary is in a text, as one number for each word.

    Source: scikit-learn's TfidfVectorizer with sublinear counts, whose fitted state this is.
    """

    saved_as = "tfidf"
    idf: tuple[float, ...]

    @classmethod
    def fit(cls, series: pd.Series, size: int | None = None) -> Tfidf:
        """Learns the commonest words and in how few texts each is.

        Raises:
            DataError: no text has a word.
        """
        texts = [words(text) for text in plain(series)]
        vocabulary = _vocabulary(str(series.name), texts, size or TFIDF)
        often = Counter(word for text in texts for word in set(text))
        idf = [float(np.log((1 + len(texts)) / (1 + often[word])) + 1) for word in vocabulary]
        return cls(str(series.name), vocabulary, tuple(idf))

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        return InputSpec(self.column, (len(self.vocabulary),), "float32", self.vocabulary)

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, words) float32, each row of length 1 or, without a known word, 0."""
        place = {word: i for i, word in enumerate(self.vocabulary)}
        idf = np.array(self.idf, np.float32)
        found = np.zeros((len(series), len(place)), np.float32)
        for row, text in enumerate(plain(series)):
            counts = Counter(place[word] for word in words(text) if word in place)
            at = np.fromiter(counts, int, len(counts))
            values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[at]
            found[row, at] = values / max(float(np.sqrt(values @ values)), 1e-12)
        return found


def plain(series: pd.Series) -> list[str]:
    """The texts of a column; a missing one is empty."""
    return [text if isinstance(text, str) else "" for text in texts_of(series)]


def _vocabulary(column: str, texts: list[list[str]], size: int) -> tuple[str, ...]:
    """The words of the most texts, ties by the alphabet; words of one text only where there are no others."""
    often = Counter(word for text in texts for word in set(text))
    found = sorted(often, key=lambda word: (-often[word], word))
    if not found:
        raise DataError(f"no text of {column!r} has a word", cure=f"columns: {{{column}: ignore}}")
    return tuple([word for word in found if often[word] >= _FEWEST][:size] or found[:size])
