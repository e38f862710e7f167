"""The plain columns as the one matrix that scikit-learn's estimators take, fitted on training rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from protokit.core.names import TOKEN
from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.evaluate.estimators.weighed import quantiles

Cells: TypeAlias = np.ndarray | sparse.csr_matrix  # (rows, many)
Matrix = Callable[[Features], Cells]
_WIDE = 200  # numbers of one column from which on they are brought to their principal components
_COMPONENTS = 100
_FOR_TREES = 50
_MOST_BINS = 255


class Transformer(Protocol):
    """What makes numbers of the cells of a column, once it is fitted."""

    def transform(self, cells: np.ndarray) -> np.ndarray:
        """Shapes: (rows, ...) -> (rows, many)."""


def linear_matrix(features: Features, seed: int, weights: np.ndarray | None = None) -> Matrix:
    """Standardised numbers, one-hot categories, words weighted by how telling they are, components of images.

    Numbers are standardised by the weights of their rows; words and components count all rows alike.

    Shapes: (rows, many), sparse where there are categories or texts; weights (rows,).
    """
    numbers = _standard(features.numbers, weights) if features.numbers.shape[1] else None
    one_hot = OneHotEncoder(handle_unknown="ignore") if features.codes.shape[1] else None
    if one_hot is not None:
        one_hot.fit(features.codes)
    texts = {name: _words().fit(cells) for name, cells in features.texts.items()}
    wide = {name: _narrow(cells, _COMPONENTS, seed, weights) for name, cells in features.wide.items()}

    def matrix(some: Features) -> Cells:
        parts: list[Cells] = []
        if numbers is not None:
            parts.append(numbers.transform(some.numbers))
        if one_hot is not None:
            parts.append(one_hot.transform(some.codes))
        parts += [texts[name].transform(cells) for name, cells in some.texts.items()]
        parts += [wide[name].transform(_floats(cells)) for name, cells in some.wide.items()]
        if any(sparse.issparse(part) for part in parts):
            return sparse.csr_matrix(sparse.hstack(parts))
        return np.concatenate(parts, axis=1)

    return matrix


def tree_matrix(features: Features, seed: int) -> tuple[Matrix, list[int]]:
    """Numbers and category codes as they are, components of texts and images; and which columns are categories.

    Shapes: (rows, many), NaN where missing.
    """
    columns = features.numbers.shape[1]
    categorical = [columns + i for i, levels in enumerate(features.levels) if levels <= _MOST_BINS]
    texts = {name: _topics(cells, seed) for name, cells in features.texts.items()}
    wide = {
        name: _narrow(cells, _FOR_TREES, seed) if cells.shape[1] > _WIDE else None
        for name, cells in features.wide.items()
    }

    def matrix(some: Features) -> np.ndarray:
        parts: list[Cells] = [some.numbers, some.codes]
        parts += [texts[name].transform(cells) for name, cells in some.texts.items()]
        for name, cells in some.wide.items():
            model = wide[name]
            parts.append(cells if model is None else model.transform(_floats(cells)))
        return np.concatenate(parts, axis=1)

    return matrix, categorical


def dense(x: Cells) -> np.ndarray:
    """The matrix as an array: for few columns or few rows."""
    return x.toarray() if isinstance(x, sparse.csr_matrix) else x


def _standard(cells: np.ndarray, weights: np.ndarray | None = None) -> Pipeline:
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True).fit(cells)
    if weights is not None:
        there = np.isfinite(cells)
        for i in np.flatnonzero(there.any(axis=0)):
            [imputer.statistics_[i]] = quantiles(cells[there[:, i], i], weights[there[:, i]], (0.5,))
    return make_pipeline(imputer, StandardScaler().fit(imputer.transform(cells), sample_weight=weights))


def _narrow(cells: np.ndarray, most: int, seed: int, weights: np.ndarray | None = None) -> Pipeline:
    rows, columns = cells.shape
    if columns <= _WIDE:
        return _standard(_floats(cells), weights)
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    components = PCA(min(most, rows, columns), random_state=derive(seed, "components"))
    return make_pipeline(fill, components, StandardScaler()).fit(_floats(cells))


def _words() -> TfidfVectorizer:
    """Of the tokens that the network has too, between blanks: scikit-learn by itself drops words of a letter."""
    return TfidfVectorizer(sublinear_tf=True, token_pattern=TOKEN)


def _topics(cells: np.ndarray, seed: int) -> Transformer:
    words = _words()
    known = words.fit_transform(cells).shape[1]
    if known <= _FOR_TREES:
        return _Dense(words)
    svd = TruncatedSVD(_FOR_TREES, random_state=derive(seed, "topics"))
    fitted: Transformer = make_pipeline(words, svd).fit(cells)
    return fitted


class _Dense:
    """A transformer whose result is dense."""

    def __init__(self, inner: TfidfVectorizer) -> None:
        self._inner = inner

    def transform(self, cells: np.ndarray) -> np.ndarray:
        return np.asarray(self._inner.transform(cells).toarray())


def _floats(cells: np.ndarray) -> np.ndarray:
    return cells.astype(np.float32) / 255 if cells.dtype == np.uint8 else cells
