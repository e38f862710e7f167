"""A column of text by vectors of words that were learned elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.values.inputs import InputSpec, Vectors
from protokit.core.values.said import Notice
from protokit.represent.encoders.text import TOKENS, Say, Tokens, length_of, plain, silent, split_texts
from protokit.represent.encoders.words import files
from protokit.represent.kind import FittedColumn, Unusual

_REACH = 1.5  # words without a vector are told of where they are so many times the share of training
_SHOWN = 3


@dataclass(frozen=True)
class VectorTokens(Tokens):
    """Tokens as codes, each with a vector of `width` numbers, which the network takes as they are or trains on.

    `unknown` is the share of the training texts' tokens that have none: they are one word, with the mean of all.
    `values` are the vectors, (codes, width): a saved model has them in its weights, and no column that was read back.
    """

    saved_as = "vectors"
    reads_files = True
    width: int = 0
    trained: bool = False
    unknown: float = 0.0
    values: np.ndarray | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of_file(
        cls,
        series: pd.Series,
        path: Path,
        size: int | None = None,
        length: int | None = None,
        tokens: str | None = None,
        trained: bool = False,
        say: Say = silent,
    ) -> VectorTokens:
        """Learns the vocabulary: the words of the training texts that have a vector, then the first ones of the file.

        Raises:
            DataError: the file cannot be read, or has no word of the texts.
        """
        column = str(series.name)
        tokens, texts = split_texts(series, tokens, say)
        often = Counter(token for text in texts for token in text)
        size = size or TOKENS
        try:
            known = files.vectors(path, often, size)
        except access.Refused as error:
            raise DataError(error.rule, cure=error.cure, path=("represent", "columns", column)) from None
        widths = {len(vector) for vector in known.values()}
        own = sorted((word for word in often if word in known), key=lambda word: (-often[word], word))
        if not own:
            rule = f"no word of {column!r} is in {path.name}"
            cure = f"give a file of its language, or columns: {{{column}: text}}, which learns vectors"
            raise DataError(rule, cure=cure)
        vocabulary = tuple([*own, *(word for word in known if word not in often)][:size])
        there = set(vocabulary)
        gone = [word for word in often if word not in there]
        lost, total = sum(often[word] for word in gone), sum(often.values())
        if lost:
            few = ", ".join(map(repr, sorted(gone, key=lambda word: (-often[word], word))[:_SHOWN]))
            rule = f"{column!r}: {len(gone):,} of {len(often):,} words, {lost / total:.1%} of all that is written, "
            rule += f"have no vector in {path.name}, such as {few}: they count as one word"
            say(Notice(rule, (column,), f"columns: {{{column}: text}} learns vectors of all"))
        found, cut = length_of(column, [len(text) for text in texts], length, tokens, say)
        [width] = widths
        rows = np.stack([known[word] for word in vocabulary])
        values = np.concatenate([np.zeros((1, width), np.float32), rows.mean(axis=0, keepdims=True), rows])
        fitted = cls(column, vocabulary, tokens, found, cut, gaps=bool(series.isna().any()))
        return replace(fitted, width=width, trained=trained, unknown=lost / total, values=values)

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        return replace(super().spec, vectors=Vectors(self.width, self.trained, self.values))

    def unusual(self, cells: pd.Series) -> Unusual:
        """Of texts that are cut, and how much of what is written has no vector, where it is more than in training."""
        found, known = super().unusual(cells), frozenset(self.vocabulary)
        words = [token for text in plain(cells) for token in self.split(text)]
        lost = [word for word in words if word not in known]
        if len(lost) <= _REACH * self.unknown * len(words):
            return found
        few = ", ".join(map(repr, [*dict.fromkeys(lost)][:_SHOWN]))
        note = f"{len(lost):,} of {len(words):,} words have no vector, such as {few}"
        return replace(found, notes=(*found.notes, note))

    def as_plain(self) -> dict[str, object]:
        """All that was learned but for the vectors, which are weights of the network."""
        return {key: value for key, value in super().as_plain().items() if key != "values"}

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The column of `as_plain`, without vectors."""
        return super().from_plain({key: value for key, value in plain.items() if key != "values"})
