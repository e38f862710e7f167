"""The encoders of columns as transformers of scikit-learn, for its pipelines and column transformers.

They take a table of one column or more (a data frame, or an array of two dimensions), treat each column for itself,
and wrap the encoders that recipes use: fitted on the same rows they give the same numbers. What no array of
scikit-learn can be (too few dimensions, no rows, another number of columns) is its `ValueError`; a cell that is not
what its column is, a `DataError`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.represent.kinds import columns as encoders
from protokit.represent.kinds import image, text
from protokit.represent.kinds.inference import texts_of
from protokit.represent.scaler import Scaler


class _Columns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What all share: an encoder for each column, and the names of what comes out."""

    _strings = True  # whether cells may be texts

    def fit(self, X: Any, y: Any = None) -> _Columns:
        """Learn from the columns of `X`, shape (rows, columns); `y` is not looked at."""
        frame = self._frame(X, reset=True)
        self.encoders_ = tuple(self._fitted(frame.iloc[:, i]) for i in range(frame.shape[1]))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Shapes: (rows, columns) -> (rows, many)."""
        check_is_fitted(self)
        frame = self._frame(X, reset=False)
        return self._joined([self._encoded(encoder, frame.iloc[:, i]) for i, encoder in enumerate(self.encoders_)])

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

    @abstractmethod
    def _fitted(self, column: pd.Series) -> Any:
        """The encoder of a column."""

    @abstractmethod
    def _encoded(self, encoder: Any, column: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, many)."""

    @abstractmethod
    def _names(self, named: list[Any]) -> list[str]:
        """Of all numbers that such encoders make."""

    def _joined(self, parts: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(parts, axis=1)

    def _frame(self, X: Any, *, reset: bool) -> pd.DataFrame:
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


class _Scaled(_Columns):
    """Columns that become numbers, scaled together."""

    def fit(self, X: Any, y: Any = None) -> _Scaled:
        """Learn from the columns of `X`, shape (rows, columns); `y` is not looked at."""
        frame = self._frame(X, reset=True)
        self.encoders_ = tuple(self._fitted(frame.iloc[:, i]) for i in range(frame.shape[1]))
        parts = [encoder.numbers(frame.iloc[:, i]) for i, encoder in enumerate(self.encoders_)]
        self.scaler_ = Scaler.fit(np.concatenate(parts, axis=1))
        return self

    def _encoded(self, encoder: Any, column: pd.Series) -> np.ndarray:
        found: np.ndarray = encoder.numbers(column)
        return found

    def _joined(self, parts: list[np.ndarray]) -> np.ndarray:
        return self.scaler_.transform(super()._joined(parts))

    def _names(self, named: list[Any]) -> list[str]:
        names = [name for encoder in named for name in encoder.names]
        marked = zip(names, self.scaler_.marked, strict=True)
        return [*names, *(f"{name} missing" for name, is_marked in marked if is_marked)]


class NumberEncoder(_Scaled):
    """Numbers by their rank and by their size, within -3 and 3; missing ones get the median and are marked.

    Shapes: (rows, columns) -> (rows, columns + columns with missing cells when fitted), float32.
    """

    _strings = False

    def _fitted(self, column: pd.Series) -> encoders.Number:
        return encoders.Number.fit(column)


class BooleanEncoder(_Scaled):
    """True and false (or yes and no, 1 and 0), standardised; missing ones are marked.

    Shapes: (rows, columns) -> (rows, columns + columns with missing cells when fitted), float32.
    """

    def _fitted(self, column: pd.Series) -> encoders.Boolean:
        return encoders.Boolean.fit(column)


class DateEncoder(_Scaled):
    """Dates as days and as places on the circles of year, week and, with a time, day; scaled as numbers are.

    Shapes: (rows, columns) -> (rows, 5 or 7 for each column, and marks of missing cells), float32.
    """

    def _fitted(self, column: pd.Series) -> encoders.Date:
        return encoders.Date.fit(column)


class OrderedEncoder(_Scaled):
    """Categories that have an order, by their place in it; scaled as numbers are.

    `levels` are those of every column, from the lowest; a cell that is none of them is an error.

    Shapes: (rows, columns) -> (rows, columns + columns with missing cells when fitted), float32.
    """

    def __init__(self, levels: Sequence[Any] = ("low", "middle", "high")) -> None:
        self.levels = levels

    def _fitted(self, column: pd.Series) -> encoders.Ordered:
        texts = texts_of(pd.Series(list(self.levels), dtype=object))
        found = encoders.Ordered(str(column.name), tuple(texts))
        found.numbers(column)
        return found


class CategoryEncoder(_Columns):
    """Categories as one number for each level, or as a code; a missing cell is a level of its own.

    Levels of fewer than three rows are as ones that were never seen: all 0, or the code 0. `form` is `one_hot` or
    `codes`.

    Shapes: (rows, columns) -> (rows, levels of all columns) float32, or (rows, columns) int32.
    """

    def __init__(self, form: Literal["one_hot", "codes"] = "one_hot") -> None:
        self.form = form

    def _fitted(self, column: pd.Series) -> encoders.Category:
        _one_of("form", self.form, ("one_hot", "codes"))
        return encoders.Category.fit(column)

    def _encoded(self, encoder: encoders.Category, column: pd.Series) -> np.ndarray:
        codes = encoder.codes(column)
        if self.form == "codes":
            return codes[:, None].astype(np.int32)
        return encoder.one_hot(codes)

    def _names(self, named: list[Any]) -> list[str]:
        if self.form == "codes":
            return [encoder.column for encoder in named]
        return [name for encoder in named for name in encoder.names]


class TextEncoder(_Columns):
    """Texts as the codes of their words in order (`tokens`), or as how telling each word is in them (`tfidf`).

    `vocabulary` is the most words to know (20,000 and 5,000), `length` the words of a text that are kept (so many that
    95 of 100 are not cut). Code 0 is past the end, 1 a word that the vocabulary lacks.

    Shapes: (rows, columns) -> (rows, lengths together) int32, or (rows, words together) float32.
    """

    def __init__(
        self, form: Literal["tokens", "tfidf"] = "tfidf", vocabulary: int | None = None, length: int | None = None
    ) -> None:
        self.form = form
        self.vocabulary = vocabulary
        self.length = length

    def _fitted(self, column: pd.Series) -> text.Tokens | text.Tfidf:
        _one_of("form", self.form, ("tokens", "tfidf"))
        if self.form == "tfidf":
            return text.Tfidf.fit(column, self.vocabulary)
        return text.Tokens.fit(column, self.vocabulary, self.length)

    def _encoded(self, encoder: text.Tokens | text.Tfidf, column: pd.Series) -> np.ndarray:
        return encoder.array(column)

    def _names(self, named: list[Any]) -> list[str]:
        if self.form == "tfidf":
            return [f"{encoder.column} = {word}" for encoder in named for word in encoder.vocabulary]
        return [f"{encoder.column} word {i + 1}" for encoder in named for i in range(encoder.length)]


class ImageEncoder(_Columns):
    """Images (paths, bytes, arrays) as their pixels, from 0 to 255, row by row.

    `size` is height and width, `channels` 1 for grey or 3 for colours: as the images are when not given. Paths start at
    `folder`. To give a network images again: `reshape(-1, height, width, channels)`.

    Shapes: (rows, columns) -> (rows, height * width * channels of each column), uint8.
    """

    def __init__(
        self, size: tuple[int, int] | None = None, channels: Literal[1, 3] | None = None, folder: str | Path = ""
    ) -> None:
        self.size = size
        self.channels = channels
        self.folder = folder

    def _fitted(self, column: pd.Series) -> image.Image:
        size = None if self.size is None else (int(self.size[0]), int(self.size[1]))
        return image.Image.fit(column, size, self.channels, Path(self.folder))

    def _encoded(self, encoder: image.Image, column: pd.Series) -> np.ndarray:
        return encoder.array(column).reshape(len(column), -1)

    def _names(self, named: list[Any]) -> list[str]:
        return [
            f"{encoder.column} {row + 1},{place + 1},{channel + 1}"
            for encoder in named
            for row in range(encoder.size[0])
            for place in range(encoder.size[1])
            for channel in range(encoder.channels)
        ]


def _one_of(what: str, value: Any, names: tuple[str, ...]) -> None:
    if value not in names:
        raise DataError(f"unknown {what} {value!r}", cure=did_you_mean(str(value), names))
