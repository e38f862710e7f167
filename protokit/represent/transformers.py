"""Kinds of columns as transformers of scikit-learn, for its pipelines and column transformers.

They take a table of one column or more (a data frame, or an array of two dimensions), treat each column for itself,
and wrap the encoders that recipes use: fitted on the same rows they give the same numbers. What no array of
scikit-learn can be (too few dimensions, no rows, another number of columns) is its `ValueError`; a cell that is not
what its column is, a `DataError`. `KindEncoder` takes columns of any kind, those of installed packages too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import ValidationError
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from protokit.core.errors import DataError, SpecError
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import faults_of
from protokit.represent.column.made import with_made
from protokit.represent.encoders.scaling.scaler import Scaler
from protokit.represent.kind import KINDS, CodeColumn, FitContext, FittedColumn, InputColumn, NumberColumn
from protokit.represent.kinds.image import BACKGROUNDS, ImageOptions
from protokit.represent.kinds.text import FORMS, SPLIT_INTO, TextOptions
from protokit.represent.words import Represent


class _Columns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What all share: a fitted column of one kind for each, and the names of what comes out."""

    kind = ""
    _strings = True  # whether cells may be texts

    def fit(self, X: object, y: object = None) -> _Columns:
        """Learn from the columns of `X`, shape (rows, columns); `y` is not looked at."""
        frame = self._frame(X, reset=True)
        kind, options, context = KINDS[self.kind], self._options(), self._context()
        self.encoders_ = tuple(kind.fit(frame.iloc[:, i], options, context) for i in range(frame.shape[1]))
        numbers = self._numbers(frame)
        self.scaler_ = Scaler.fit(np.concatenate(numbers, axis=1)) if numbers else None
        return self

    def transform(self, X: object) -> np.ndarray:
        """Shapes: (rows, columns) -> (rows, many)."""
        check_is_fitted(self)
        frame = self._frame(X, reset=False)
        columns = enumerate(self.encoders_)
        parts = [self._encoded(one, frame.iloc[:, i]) for i, one in columns if not isinstance(one, NumberColumn)]
        if self.scaler_ is not None:
            parts.insert(0, self.scaler_.transform(np.concatenate(self._numbers(frame), axis=1)))
        return np.concatenate(parts, axis=1)

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> np.ndarray:
        """The name of each number that comes out.

        Raises:
            ValueError: `input_features` are not those that it was fitted on.
        """
        check_is_fitted(self)
        names = [encoder.column for encoder in self.encoders_]
        if input_features is not None:
            known = getattr(self, "feature_names_in_", None)
            if known is not None and not np.array_equal(known, input_features):
                raise ValueError("input_features is not equal to feature_names_in_")
            if len(input_features) != len(names):
                raise ValueError(f"input_features should have length equal to number of features ({len(names)})")
            names = [str(name) for name in input_features]
        named = [replace(encoder, column=name) for encoder, name in zip(self.encoders_, names, strict=True)]
        return np.array(self._names(named), dtype=object)

    def _options(self) -> object:
        """What the kind is told beside its name."""
        return None

    def _context(self) -> FitContext:
        return FitContext()

    def _numbers(self, frame: pd.DataFrame) -> list[np.ndarray]:
        """Of columns that are scaled together; none where the kind gives something else."""
        columns = enumerate(self.encoders_)
        return [one.numbers(frame.iloc[:, i]) for i, one in columns if isinstance(one, NumberColumn)]

    def _encoded(self, encoder: FittedColumn, column: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, many)."""
        if isinstance(encoder, CodeColumn):
            return encoder.one_hot(encoder.codes(column))
        assert isinstance(encoder, InputColumn)
        return encoder.array(column).reshape(len(column), -1)

    def _names(self, named: Sequence[FittedColumn]) -> list[str]:
        """Of all numbers that such columns make."""
        names = [name for encoder in named if isinstance(encoder, NumberColumn) for name in encoder.names]
        others = [name for encoder in named if not isinstance(encoder, NumberColumn) for name in encoder.names]
        if self.scaler_ is None:
            return others
        marked = zip(names, self.scaler_.marked, strict=True)
        return [*names, *(f"{name} missing" for name, is_marked in marked if is_marked), *others]

    def _frame(self, X: object, *, reset: bool) -> pd.DataFrame:
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            if X.empty:
                rows, columns = X.shape
                raise DataError(f"a table of {rows} rows and {columns} columns is empty", cure="give one with rows")
            return X
        options: dict[str, Any] = {"dtype": None if self._strings else "numeric", "ensure_all_finite": "allow-nan"}
        found = validate_data(self, X, reset=reset, **options)
        return pd.DataFrame(found, columns=[f"x{i}" for i in range(found.shape[1])])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = tags.input_tags.categorical = self._strings
        tags.transformer_tags.preserves_dtype = []
        return tags


class NumberEncoder(_Columns):
    """Numbers by their rank and by their size, within -3 and 3; missing ones get the median and are marked.

    Of fewer than 640 rows they are standardised, within -32 and 32.

    >>> protokit.NumberEncoder().fit(birds[["wing"]]).transform(birds[["wing"]]).shape
    (80, 1)

    Shapes: (rows, columns) -> (rows, columns + columns with missing cells when fitted), float32.
    """

    kind = "number"
    _strings = False


class BooleanEncoder(_Columns):
    """True and false (or yes and no, 1 and 0), standardised; missing ones are marked.

    >>> protokit.BooleanEncoder().fit_transform(pd.DataFrame({"ringed": ["yes", "no"]})).shape
    (2, 1)

    Shapes: (rows, columns) -> (rows, columns + columns with missing cells when fitted), float32.
    """

    kind = "boolean"


class DateEncoder(_Columns):
    """Dates as days and as places on the circles of year, week and, with a time, day; scaled as numbers are.

    >>> protokit.DateEncoder().fit(pd.DataFrame({"day": ["2024-01-31"] * 3})).get_feature_names_out()[:2].tolist()
    ['day days', 'day sine of year']

    Shapes: (rows, columns) -> (rows, 5 or 7 for each column, and marks of missing cells), float32.
    """

    kind = "date"


class OrderedEncoder(_Columns):
    """Categories that have an order, by their place in it; scaled as numbers are.

    `levels` are those of every column, from the lowest; a cell that is none of them is an error.

    >>> protokit.OrderedEncoder(["low", "high"]).fit_transform(pd.DataFrame({"risk": ["high", "low"]})).shape
    (2, 1)

    Shapes: (rows, columns) -> (rows, columns + columns with missing cells when fitted), float32.
    """

    kind = "ordered"

    def __init__(self, levels: Sequence[object] = ("low", "middle", "high")) -> None:
        self.levels = levels

    def _options(self) -> object:
        return tuple(self.levels)


class CategoryEncoder(_Columns):
    """Categories as one number for each level, or as a code; a missing cell is a level of its own.

    Levels of fewer than three rows are as ones that were never seen: all 0, or the code 0. `form` is `one_hot` or
    `codes`.

    >>> protokit.CategoryEncoder().fit(birds[["island"]]).get_feature_names_out().tolist()
    ['island = Biscoe', 'island = Dream', 'island = Torgersen']

    Shapes: (rows, columns) -> (rows, levels of all columns) float32, or (rows, columns) int32.
    """

    kind = "category"

    def __init__(self, form: Literal["one_hot", "codes"] = "one_hot") -> None:
        self.form = form

    def _options(self) -> object:
        _one_of("form", self.form, ("one_hot", "codes"))
        return None

    def _encoded(self, encoder: FittedColumn, column: pd.Series) -> np.ndarray:
        if self.form == "codes" and isinstance(encoder, CodeColumn):
            return encoder.codes(column)[:, None].astype(np.int32)
        return super()._encoded(encoder, column)

    def _names(self, named: Sequence[FittedColumn]) -> list[str]:
        return [encoder.column for encoder in named] if self.form == "codes" else super()._names(named)


class TextEncoder(_Columns):
    """Texts as the codes of their words in order (`tokens`), or as how telling each word is in them (`tfidf`).

    `vocabulary` is the most words to know (20,000 and 5,000), `length` the words of a text that are kept (those of the
    longest, or so many that 95 of 100 are not cut). Code 0 is past the end, 1 a word that the vocabulary lacks.
    `tokens` is what counts as a word: `words`, `pairs` (words and pairs of neighbours), `characters` or `mixed`: not
    given, words or mixed by the scripts of the texts.

    >>> protokit.TextEncoder("tokens").fit_transform(pd.DataFrame({"note": ["a blue egg", "one egg"]})).shape
    (2, 3)

    Shapes: (rows, columns) -> (rows, lengths together) int32, or (rows, words together) float32.
    """

    kind = "text"

    def __init__(
        self,
        form: Literal["tokens", "tfidf"] = "tfidf",
        vocabulary: int | None = None,
        length: int | None = None,
        tokens: Literal["words", "pairs", "characters", "mixed"] | None = None,
    ) -> None:
        self.form = form
        self.vocabulary = vocabulary
        self.length = length
        self.tokens = tokens

    def _options(self) -> object:
        _one_of("form", self.form, FORMS)
        if self.tokens is not None:
            _one_of("tokens", self.tokens, SPLIT_INTO)
        return TextOptions.model_construct(
            form=self.form, vocabulary=self.vocabulary, length=self.length, tokens=self.tokens
        )


class ImageEncoder(_Columns):
    """Images (paths, bytes, arrays) as their pixels, from 0 to 255, row by row.

    `size` is height and width, `channels` 1 for grey or 3 for colours: as the images are when not given. Paths start at
    `folder`; transparent pixels stand on `background`. To give a network images again:
    `reshape(-1, height, width, channels)`.

    >>> protokit.ImageEncoder(size=(2, 2)).fit_transform(pd.DataFrame({"photo": [np.zeros((4, 4, 3), "uint8")]})).shape
    (1, 4)

    Shapes: (rows, columns) -> (rows, height * width * channels of each column), uint8.
    """

    kind = "image"

    def __init__(
        self,
        size: tuple[int, int] | None = None,
        channels: Literal[1, 3] | None = None,
        folder: str | Path = "",
        background: Literal["white", "black"] = "white",
    ) -> None:
        self.size = size
        self.channels = channels
        self.background = background
        self.folder = folder

    def _options(self) -> object:
        size = None if self.size is None else (int(self.size[0]), int(self.size[1]))
        _one_of("background", self.background, BACKGROUNDS)
        return ImageOptions.model_construct(size=size, channels=self.channels, background=self.background)

    def _context(self) -> FitContext:
        return FitContext(folder=Path(self.folder))


class KindEncoder(_Columns):
    """Columns of any kind that is registered, by its name and what may be written beside it in a recipe.

    Numbers come out scaled and first, categories as one number for each level, inputs of their own row by row.

    Shapes: (rows, columns) -> (rows, many).
    """

    def __init__(self, kind: str = "number", options: object = None, folder: str | Path = "") -> None:
        self.kind = kind
        self.options = options
        self.folder = folder

    def _options(self) -> object:
        plain = {"columns": {"x": self.kind if self.options is None else {self.kind: self.options}}}
        try:
            return Represent.model_validate(plain).options("x")
        except ValidationError as error:
            raise SpecError(faults_of(error, Represent, plain)) from None

    def _context(self) -> FitContext:
        return FitContext(folder=Path(self.folder))

    def _frame(self, X: object, *, reset: bool) -> pd.DataFrame:
        frame = super()._frame(X, reset=reset)
        parts = KINDS[self.kind].parts_of(self._options())
        return with_made(frame, {self.kind: parts})[[self.kind]] if parts else frame

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> np.ndarray:
        """See `_Columns`; one of several columns is called as its kind is."""
        return super().get_feature_names_out(None if KINDS[self.kind].parts_of(self._options()) else input_features)


def _one_of(what: str, value: str, names: tuple[str, ...]) -> None:
    if value not in names:
        raise DataError(f"unknown {what} {value!r}", cure=did_you_mean(value, names))
