"""Texts by their words."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np


def words_of(text: str | None) -> list[str]:
    """The words and marks of a text, in lower case; a missing one has none."""
    return re.findall(r"\w+|[^\w\s]", (text or "").lower())


def vocabulary_of(texts: Sequence[list[str]], most: int) -> list[str]:
    """The words that the most training texts have, ties by the alphabet; those of one text only without others."""
    often = Counter(word for text in texts for word in {*text})
    found = sorted(often, key=lambda word: (-often[word], word))
    return [word for word in found if often[word] >= 2][:most] or found[:most]


def length_of(texts: Sequence[list[str]]) -> int:
    """How many words are read: those of the longest training text, or so many that 95 of 100 are not cut."""
    lengths = np.array([len(text) for text in texts])
    usual, longest = int(np.quantile(lengths, 0.95)), int(lengths.max())
    return max(1, min(1000, longest if longest <= 1.5 * usual else usual))


def word_codes(texts: Sequence[list[str]], vocabulary: list[str], length: int) -> np.ndarray:
    """The code of each word: from 2 in the vocabulary, 1 of others, 0 past the end. Shapes: -> (rows, length) int32."""
    code = {word: i for i, word in enumerate(vocabulary, 2)}
    found = np.zeros((len(texts), length), np.int32)
    for row, text in enumerate(texts):
        read = text[:length]
        found[row, : len(read)] = [code.get(word, 1) for word in read]
    return found


def telling(texts: Sequence[list[str]], train: Sequence[list[str]], vocabulary: list[str]) -> np.ndarray:
    """How telling each word of the vocabulary is in a text: often there, and in few training texts (tf-idf).

    Shapes: -> (rows, words) float32; each row has the length 1, or 0 without a known word.
    """
    place = {word: i for i, word in enumerate(vocabulary)}
    often = Counter(word for text in train for word in {*text})
    idf = np.array([float(np.log((1 + len(train)) / (1 + often[word])) + 1) for word in vocabulary], np.float32)
    found = np.zeros((len(texts), len(place)), np.float32)
    for row, text in enumerate(texts):
        counts = Counter(place[word] for word in text if word in place)
        at = np.fromiter(counts, int, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * idf[at]
        found[row, at] = values / max(float(np.sqrt(values @ values)), 1e-12)
    return found
