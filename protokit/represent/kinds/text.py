"""Texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
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
    vectors: str | None = Field(
        None,
        min_length=1,
        description="a file of words with a vector each, of GloVe, word2vec (text or binary) or Model2Vec, from the "
        "recipe's folder",
        examples=["glove.6B.100d.txt"],
    )
    trained: bool = Field(False, description="whether training changes the vectors of the file, too", examples=[True])

    @model_validator(mode="after")
    def _fits(self) -> TextOptions:
        if self.vectors is None and self.trained:
            raise refuse(Fault("trained is for vectors of a file", "remove it: others always are", ("trained",), "key"))
        if self.vectors is not None and (self.form == "tfidf" or self.tokens == "pairs"):
            key = "form" if self.form == "tfidf" else "tokens"
            raise refuse(Fault(f"a file has no vectors for {getattr(self, key)}", "remove it", (key,)))
        return self


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
    saves = (*FORMS, "vectors")

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
            DataError: no text has a word, or the file of vectors cannot be read.
        """
        from protokit.represent.encoders.text import Tfidf, Tokens
        from protokit.represent.encoders.words.tokens import VectorTokens

        said = options if isinstance(options, TextOptions) else TextOptions()
        if said.form == "tfidf":
            return Tfidf.fit(cells, said.vocabulary, said.tokens, context.say)
        if said.vectors is not None:
            path, options = context.folder / said.vectors, (said.vocabulary, said.length, said.tokens, said.trained)
            return VectorTokens.of_file(cells, path, *options, context.say)
        return Tokens.fit(cells, said.vocabulary, said.length, said.tokens, context.say)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """Tokens, tfidf or tokens with vectors."""
        from protokit.represent.encoders.text import Tfidf, Tokens
        from protokit.represent.encoders.words.tokens import VectorTokens

        forms: dict[object, type[FittedColumn]] = {"tfidf": Tfidf, "vectors": VectorTokens}
        return forms.get(plain["kind"], Tokens).from_plain(plain)
