"""A column of text: as the codes of its tokens in their order, or as how telling each token is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.said import Notice
from protokit.represent.column.outside import missing_cells
from protokit.represent.encoders.cells import texts_of
from protokit.represent.encoders.tokens import SPLITTERS, fitting, paired
from protokit.represent.kind import InputColumn, Unusual

_FEWEST = 2  # training texts that a token must be in
_LONGEST = 1_000  # tokens, where the recipe names no length
_REACH = 1.5  # the longest text sets the length if it is not longer than so many times what 95 of 100 do not pass
TOKENS, TFIDF = 20_000, 5_000  # tokens of a vocabulary, where the recipe names no size
Say = Callable[[Notice], None]


def silent(notice: Notice) -> None:
    """Tell no one."""


@dataclass(frozen=True)
class _Tokens(InputColumn):
    """A text by the tokens of a vocabulary."""

    name = "text"
    vocabulary: tuple[str, ...]
    tokens: str = "words"
    gaps: bool = field(default=True, kw_only=True)  # whether a training row lacked a text; so in older models

    def unusual(self, cells: pd.Series) -> Unusual:
        """Missing texts, where no training row's was."""
        gone = 0 if self.gaps else int(cells.isna().sum())
        return replace(super().unusual(cells), notes=missing_cells(gone, "an empty text stands for them"))

    def split(self, text: str) -> list[str]:
        """The tokens of a text in their order, without pairs of words."""
        return SPLITTERS[self.tokens](text)

    def pairs_in(self, found: list[str], known: Container[str]) -> list[str]:
        """The pairs of neighbouring words of a text that are known; none where pairs are not read."""
        return [pair for pair in paired(found) if pair in known] if self.tokens == "pairs" else []

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The texts, with blanks between the tokens; of pairs those of the vocabulary, behind the words."""
        known = frozenset(self.vocabulary)
        split = (self.split(text) for text in plain(cells))
        return np.array([" ".join([*found, *self.pairs_in(found, known)]) for found in split], object)


@dataclass(frozen=True)
class Tokens(_Tokens):
    """Tokens as codes: 0 past the end, 1 for those that the vocabulary lacks. Longer texts are cut at the end.

    `cut` is the share of the training texts that are. Behind the `length` places of the tokens there are `pairs` more,
    for the pairs of neighbouring words that the vocabulary has: as many as a training text has at most.
    """

    saved_as = "tokens"
    length: int = 1
    cut: float = 0.0
    pairs: int = 0

    @classmethod
    def fit(
        cls,
        series: pd.Series,
        size: int | None = None,
        length: int | None = None,
        tokens: str | None = None,
        say: Say = silent,
    ) -> Tokens:
        """Learns the commonest tokens, and a length: of the longest text, or one that 95 of 100 texts do not pass.

        Raises:
            DataError: no text has a token.
        """
        tokens, texts = split_texts(series, tokens, say)
        vocabulary = _vocabulary(str(series.name), texts, size or TOKENS)
        length, cut = length_of(str(series.name), [len(text) for text in texts], length, tokens, say)
        fitted = cls(str(series.name), vocabulary, tokens, length, cut, gaps=bool(series.isna().any()))
        if tokens != "pairs":
            return fitted
        pairs, most = _pairs([text[:length] for text in texts], vocabulary, size or TOKENS)
        return replace(fitted, vocabulary=(*vocabulary, *pairs), pairs=most)

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        places = self.length + self.pairs
        return InputSpec(self.column, (places,), "int32", (self.column,), len(self.vocabulary) + 2, "text")

    @property
    def names(self) -> tuple[str, ...]:
        """Of each place of a token."""
        words = (f"{self.column} word {i + 1}" for i in range(self.length))
        return (*words, *(f"{self.column} pair {i + 1}" for i in range(self.pairs)))

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, length + pairs) int32."""
        code = {token: i for i, token in enumerate(self.vocabulary, 2)}
        found = np.zeros((len(series), self.length + self.pairs), np.int32)
        for row, text in enumerate(plain(series)):
            read = self.split(text)[: self.length]
            found[row, : len(read)] = [code.get(token, 1) for token in read]
            pairs = self.pairs_in(read, code)[: self.pairs]
            found[row, self.length : self.length + len(pairs)] = [code[pair] for pair in pairs]
        return found

    def unusual(self, cells: pd.Series) -> Unusual:
        """How many texts are cut, where it is a larger share than of the training texts."""
        found = super().unusual(cells)
        cut = sum(len(self.split(text)) > self.length for text in plain(cells))
        if cut <= _REACH * self.cut * len(cells):
            return found
        several = f"{cut:,} texts are" if cut > 1 else "1 text is"
        note = f"{several} longer than the {self.length:,} {_noun(self.tokens)} that the model reads: the rest is cut"
        return replace(found, notes=(*found.notes, note))


@dataclass(frozen=True)
class Tfidf(_Tokens):
    """How telling each token of the vocabulary is in a text, as one number for each token.

    Source: scikit-learn's TfidfVectorizer with sublinear counts, whose fitted state this is.
    """

    saved_as = "tfidf"
    idf: tuple[float, ...] = ()

    @classmethod
    def fit(cls, series: pd.Series, size: int | None = None, tokens: str | None = None, say: Say = silent) -> Tfidf:
        """Learns the commonest tokens and in how few texts each is.

        Raises:
            DataError: no text has a token.
        """
        tokens, texts = split_texts(series, tokens, say)
        vocabulary = _vocabulary(str(series.name), texts, size or TFIDF)
        if tokens == "pairs":
            pairs = frozenset(_pairs(texts, vocabulary, size or TFIDF)[0])
            texts = [[*text, *(pair for pair in paired(text) if pair in pairs)] for text in texts]
            vocabulary = (*vocabulary, *sorted(pairs))
        often = Counter(token for text in texts for token in set(text))
        idf = [float(np.log((1 + len(texts)) / (1 + often[token])) + 1) for token in vocabulary]
        return cls(str(series.name), vocabulary, tokens, tuple(idf), gaps=bool(series.isna().any()))

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        return InputSpec(self.column, (len(self.vocabulary),), "float32", self.vocabulary)

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, tokens) float32, each row of length 1 or, without a known token, 0."""
        place = {token: i for i, token in enumerate(self.vocabulary)}
        idf = np.array(self.idf, np.float32)
        found = np.zeros((len(series), len(place)), np.float32)
        for row, text in enumerate(plain(series)):
            tokens = self.split(text)
            tokens += self.pairs_in(tokens, place)
            counts = Counter(place[token] for token in tokens if token in place)
            at = np.fromiter(counts, int, len(counts))
            values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[at]
            found[row, at] = values / max(float(np.sqrt(values @ values)), 1e-12)
        return found


def plain(series: pd.Series) -> list[str]:
    """The texts of a column; a missing one is empty."""
    return [text if isinstance(text, str) else "" for text in texts_of(series)]


def split_texts(series: pd.Series, tokens: str | None, say: Say) -> tuple[str, list[list[str]]]:
    """How training texts are split, and their tokens; what is not as one might think is said."""
    texts, column = plain(series), str(series.name)
    by_script = fitting(texts)
    if tokens is None and by_script == "mixed":
        rule = f"{column!r} is written without blanks between words: its characters and pairs of them are what is read"
        say(Notice(rule, (column,), f"or say it: columns: {{{column}: {{text: {{tokens: characters}}}}}}"))
    if tokens in ("words", "pairs") and by_script == "mixed":
        rule = f"{column!r} is written without blanks between words, and is split at blanks: a sentence is one word"
        say(Notice(rule, (column,), f"columns: {{{column}: {{text: {{tokens: mixed}}}}}}"))
    tokens = tokens or by_script
    return tokens, [SPLITTERS[tokens](text) for text in texts]


def length_of(column: str, lengths: Sequence[int], length: int | None, tokens: str, say: Say) -> tuple[int, float]:
    """How many tokens of a text are read, and the share of texts that are cut, which is said."""
    many = np.array(lengths)
    if length is None:
        usual, longest = int(np.quantile(many, 0.95)), int(many.max())
        length = max(1, min(_LONGEST, longest if longest <= _REACH * usual else usual))
    if cut := int((many > length).sum()):
        say(_notice_of_cut(column, many, length, tokens))
    return length, cut / len(many)


def _noun(tokens: str) -> str:
    return (
        "words and characters" if tokens == "mixed" else "characters and pairs" if tokens == "characters" else "words"
    )


def _notice_of_cut(column: str, lengths: np.ndarray, length: int, tokens: str) -> Notice:
    cut = int((lengths > length).sum())
    lost = int(np.maximum(lengths - length, 0).sum())
    share = f"{max(lost / lengths.sum(), 0.0005):.1%}"
    several = f"{cut:,} of the {len(lengths):,} training texts are" if cut > 1 else "1 training text is"
    rule = f"{column!r}: {several} longer than {length:,} {_noun(tokens)}; what is beyond ({share} of all) is not read"
    return Notice(rule, (column,), f"columns: {{{column}: {{text: {{length: {int(lengths.max())}}}}}}}")


def _pairs(texts: list[list[str]], words: tuple[str, ...], size: int) -> tuple[tuple[str, ...], int]:
    """The pairs of neighbouring words that the most texts have, of more than one; and how many a text has at most.

    Pairs are counted as numbers, of 8 bytes each: as texts they would be many times the table.
    """
    place, many = {word: i for i, word in enumerate(words)}, len(words)
    each: list[np.ndarray] = []
    for text in texts:
        codes = np.fromiter((place.get(word, -1) for word in text), np.int64, len(text))
        before, after = codes[:-1], codes[1:]
        each.append((before * many + after)[(before >= 0) & (after >= 0)])
    pairs, often = np.unique(np.concatenate([np.unique(some) for some in each]), return_counts=True)
    pairs, often = pairs[often >= _FEWEST], often[often >= _FEWEST]
    kept = pairs[np.argsort(-often, kind="stable")[:size]]  # of equals, those of commoner words
    most = max(int(np.isin(some, kept).sum()) for some in each)
    return tuple(f"{words[pair // many]}+{words[pair % many]}" for pair in kept), most


def _vocabulary(column: str, texts: list[list[str]], size: int) -> tuple[str, ...]:
    """The tokens of the most texts, ties by the alphabet; those of one text only where there are no others."""
    often = Counter(token for text in texts for token in set(text))
    found = sorted(often, key=lambda token: (-often[token], token))
    if not found:
        raise DataError(f"no text of {column!r} has a word", cure=f"columns: {{{column}: ignore}}")
    return tuple([token for token in found if often[token] >= _FEWEST][:size] or found[:size])
