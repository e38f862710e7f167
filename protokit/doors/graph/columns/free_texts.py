"""Free texts: as they are, where a format can split them, else as the codes of their tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.arithmetic.texts import ReadsTexts
from protokit.doors.graph.columns.column import RawColumn
from protokit.represent.encoders.text import Tfidf, Tokens, plain

Value = TypeVar("Value")
# a dotted capital I and sigmas change as no others do, marks stand over letters, scripts have no blanks, blanks vary
_ODD = (
    "Stra\u00dfe", "\u00c4RGER", "\u0130stanbul", "\u039f\u0394\u039f\u03a3", "\u03a3'\u03a3", "e\u0301te\u0301",
    "\u5f88\u597d\u7684", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\U0001d518", "\u2167\u00bd", "\U0001f600", "\x1e",
    "snake_case", "don't", "1,234.5", "!?", "\x00", "\ufb01", "never seen",
)  # fmt: skip
_BETWEEN = (" ", " ", " ", ", ", "", "\n", "\u00a0", "\x1f")
_LONG = 400  # tokens
_SPLITS = {
    "words": r"\w+|[^\w\s] of Python's re, in lower case",
    "pairs": r"\w+|[^\w\s] of Python's re, in lower case; behind the places of these the known pairs, `one+two`",
    "characters": "the characters of each run without blanks, in lower case, and between two neighbours their pair",
    "mixed": "words, and of scripts without blanks the characters and pairs, in lower case",
}


@dataclass(frozen=True)
class OfText(RawColumn):
    """Texts as they are."""

    dtype, takes, gone = "object", "a text", "an empty text"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        return np.array([*plain(cells), None], object)[:-1, None]

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn: what the network takes."""
        assert isinstance(a, ReadsTexts), "a format without texts takes codes"
        reads: ReadsTexts[Value] = a
        given = reads.blanked(value, self.marks) if self.marks else value
        if isinstance(self.fitted, Tfidf):
            return reads.tfidf(given, self.fitted)
        assert isinstance(self.fitted, Tokens), "it is one or the other"
        return reads.tokens(given, self.fitted)

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn: known tokens, others, and what of Unicode is easily read otherwise, one of them long."""
        assert isinstance(self.fitted, (Tfidf, Tokens)), "it is one or the other"
        known = [token.partition("+")[0] or token for token in self.fitted.vocabulary[:2000]]
        texts: list[str | None] = [self._drawn(rng, known, int(rng.integers(0, 25))) for _ in range(rows - 2)]
        return pd.Series([*texts, self._drawn(rng, known, _LONG), None], name=self.name, dtype=object)

    @staticmethod
    def _drawn(rng: np.random.Generator, known: Sequence[str], many: int) -> str:
        words = np.where(rng.random(many) < 0.75, rng.choice(known, many), rng.choice(_ODD, many))
        cases = (str, str, str.upper, str.title)
        between = rng.choice(_BETWEEN, many)
        return "".join(
            cases[case](str(word)) + str(blank)
            for word, blank, case in zip(words, between, rng.integers(0, 4, many), strict=True)
        )


@dataclass(frozen=True)
class OfTokens(RawColumn):
    """Texts as codes of tokens: `known` are those of all parts of the model, of which each has its own codes."""

    known: tuple[str, ...] = ()
    places: int = 0
    dtype, gone = "int32", "0 in each place"

    @classmethod
    def of(cls, column: OfText, others: Sequence[RawColumn]) -> OfTokens:
        """The column as codes; `others` are those of all parts of the model.

        Raises:
            SpecError: its cells are no codes, or the parts do not agree on what they mean.
        """
        fitted = [one.fitted for one in others if isinstance(one.fitted, Tokens)]
        rule = None
        if len(fitted) < len(others):
            rule = f"{column.name!r} is a text as tfidf, of which such a file cannot take the numbers"
        elif len({one.pairs for one in fitted}) > 1 or any(one.pairs and one != fitted[0] for one in fitted):
            rule = f"{column.name!r} is a text with other pairs of words in each part of the model"
        if rule is not None:
            raise SpecError.one(rule, "export it as ONNX or torch, which read texts")
        known = tuple(dict.fromkeys(token for one in fitted for token in one.vocabulary))
        return cls(column.fitted, column.marks, known, max(one.length + one.pairs for one in fitted))

    @property
    def shape(self) -> tuple[int, ...]:
        """See RawColumn."""
        return (self.places,)

    @property
    def takes(self) -> str:  # type: ignore[override]
        """See RawColumn."""
        return f"the codes of its first tokens ({_SPLITS[self._own.tokens]}), 1 for unknown ones, 0 behind the end"

    @property
    def _own(self) -> Tokens:
        assert isinstance(self.fitted, Tokens), "others are refused"
        return self.fitted

    @property
    def codes(self) -> Mapping[str, int]:
        """See RawColumn."""
        return {token: i for i, token in enumerate(self.known, 2)}

    @property
    def missing_too(self) -> Sequence[str | float]:
        """See RawColumn: codes have no marks."""
        return ()

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn."""
        whole = Tokens(self.name, self.known, self._own.tokens, self.places - self._own.pairs, pairs=self._own.pairs)
        return whole.array(cells)

    def made(self, a: Arithmetic[Value], value: Value) -> Value:
        """See RawColumn: the codes of this part."""
        own, places = self._own.vocabulary, self._own.length + self._own.pairs
        if own != self.known:
            code = {token: i for i, token in enumerate(own, 2)}
            table = np.array([0, 1, *(code.get(token, 1) for token in self.known)], np.int32)
            value = a.take(table, value)
        return value if places == self.places else a.columns(value, range(places))

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn."""
        return OfText(self.fitted, self.marks).drawn(rng, rows, seen)
