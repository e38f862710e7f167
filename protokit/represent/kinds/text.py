"""Texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.grammar.words import Section, choice
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Guess, Kind

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

FORMS = ("tokens", "tfidf")
SPLIT_INTO = ("words", "pairs", "characters", "mixed")


class TextOptions(Section):
    """How a text is read: as the codes of its words, or as how telling each word is in it."""

    form: Annotated[str, choice("form", FORMS)] = Field(
        "tokens", description="the codes of the words in their order, or how telling each word is", examples=["tfidf"]
    )
    tokens: Annotated[str | None, choice("tokens", SPLIT_INTO, null=True)] = Field(
        None,
        description="what a text is split into: words and marks; these, and behind them the pairs of neighbouring "
        "words that two texts have; characters and pairs of neighbours; or mixed, each script by its own way, by "
        "default where scripts without blanks are a tenth of it, else words",
        examples=["pairs", "characters"],
    )
    vocabulary: int | None = Field(
        None,
        ge=1,
        description="words, and as many pairs at most; 20,000 as tokens, 5,000 as tfidf",
        examples=[20000],
    )
    length: int | None = Field(
        None,
        ge=1,
        description="words; those of the longest training text, or so many that 95 of 100 are not cut",
        examples=[60],
    )


@KINDS.add
class Text(Kind):
    """Words in their order, or how telling each word of a vocabulary is: see `protokit.represent.encoders.text`."""

    name = "text"
    about = "free text, as the codes of its words in order, or as how telling each word is"
    example = "{text: {vocabulary: 20000, length: 60}}"
    as_written = True
    rank = 6
    options = TextOptions
    own_input = True
    plural = "free text"
    inference_rank = 40
    saves = FORMS

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("The cat sat on the mat.", None, "A dog ran, and ran.", "It is the cat!")

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Texts of six words and more, most of them different; where no blanks are written, by the characters."""
        import numpy as np

        from protokit.represent.encoders.tokens import LIKELY, likely_words

        if cells.are_numbers:
            return None
        one = cells.distinct
        if cells.different <= 0.5 * one.counts.sum():
            return None
        many = [likely_words(text) for text in one.texts]
        return Guess("text") if np.average(many, weights=one.counts) >= LIKELY else None

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns the vocabulary.

        Raises:
            DataError: no text has a word.
        """
        from protokit.represent.encoders.text import Tfidf, Tokens

        said = options if isinstance(options, TextOptions) else TextOptions()
        if said.form == "tfidf":
            return Tfidf.fit(cells, said.vocabulary, said.tokens, context.say)
        return Tokens.fit(cells, said.vocabulary, said.length, said.tokens, context.say)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """Tokens or tfidf."""
        from protokit.represent.encoders.text import Tfidf, Tokens

        return (Tfidf if plain["kind"] == "tfidf" else Tokens).from_plain(plain)
