"""The columns as points in one space, in which each column counts the same: where clusters are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from protokit.core.names import TOKEN
from protokit.core.seeds import derive
from protokit.core.values.arrays import Features

_MOST_LEVELS = 50  # of a category: the commonest ones, the others are one
_COMPONENTS = 100  # of texts and images
_MOST_ROWS = 20_000  # training rows that neighbours are looked for among
NEIGHBOURS = 15
STEPS = 3


@dataclass(frozen=True)
class FeatureSpace:
    """Numbers for each column, fitted on training rows.

    Numbers are standardised as scikit-learn's StandardScaler does, without a bound, which would bring clusters that
    are far out together, and with the median in missing cells; dates, texts and images (their principal components)
    have a total variance of 1 as a number has. Of a category and of a column of two values, rows
    of different levels are as far apart as two rows typically are in a number: scaled by their variance instead, a
    rare level would be a cluster of its own.
    """

    medians: np.ndarray
    centers: np.ndarray
    spreads: np.ndarray
    levels: tuple[np.ndarray, ...]
    reduced: Mapping[str, Any]
    means: np.ndarray
    scales: np.ndarray

    @classmethod
    def fit(cls, features: Features, widths: Sequence[int], seed: int) -> FeatureSpace:
        """`widths` are how many of the numbers each column makes: a date makes several."""
        numbers = features.numbers
        medians = np.zeros(numbers.shape[1])
        if numbers.shape[1]:
            medians = SimpleImputer(strategy="median", keep_empty_features=True).fit(numbers).statistics_
        filled = np.where(np.isnan(numbers), medians, numbers)
        spreads = np.array([_spread(column) for column in filled.T])
        centers = filled.mean(axis=0)
        levels = tuple(
            np.argsort(-np.bincount(codes, minlength=count), kind="stable")[:_MOST_LEVELS]
            for codes, count in zip(features.codes.T, features.levels, strict=True)
        )
        reduced = {name: _components(cells, seed) for name, cells in _own(features).items()}
        empty = np.zeros(0)
        plain = cls(medians, centers, spreads, levels, reduced, empty, empty)
        numeric, *others = plain._blocks(features)
        means = [numeric.mean(axis=0), *(block.mean(axis=0) for block in others)]
        scales = [np.sqrt(np.repeat(np.array(widths, float), widths))]
        for i, block in enumerate(others):
            total = float(np.sqrt(block.var(axis=0).sum())) if i >= len(levels) else 1.0
            scales.append(np.full(block.shape[1], total or 1.0))
        return cls(medians, centers, spreads, levels, reduced, np.concatenate(means), np.concatenate(scales))

    @property
    def width(self) -> int:
        """Numbers of a point."""
        return len(self.means)

    def points(self, features: Features) -> np.ndarray:
        """Shapes: (rows, width), float64."""
        found: np.ndarray = (np.concatenate(self._blocks(features), axis=1) - self.means) / self.scales
        return found

    def _blocks(self, features: Features) -> list[np.ndarray]:
        """All numbers, then each category, text and image."""
        filled = np.where(np.isnan(features.numbers), self.medians, features.numbers)
        standard = (filled - self.centers) / self.spreads
        blocks = [standard]
        for codes, kept in zip(features.codes.T, self.levels, strict=True):
            hot = (codes[:, None] == kept).astype(float)
            blocks.append(np.concatenate([hot, 1 - hot.sum(axis=1, keepdims=True)], axis=1))
        blocks += [self.reduced[name].transform(cells) for name, cells in _own(features).items()]
        return blocks


def _spread(column: np.ndarray) -> float:
    """What a number is divided by: its standard deviation; of two values, what brings them the root of 2 apart."""
    low, high = column.min(), column.max()
    if np.isin(column, (low, high)).all():
        return float((high - low) / np.sqrt(2)) or 1.0
    return float(column.std()) or 1.0


def _own(features: Features) -> dict[str, np.ndarray]:
    return {**features.texts, **features.wide}


def _components(cells: np.ndarray, seed: int) -> Any:
    state = derive(seed, "space") % 2**32
    if cells.dtype == object:
        words = TfidfVectorizer(sublinear_tf=True, token_pattern=TOKEN)
        known = words.fit_transform(cells).shape[1]
        if known < 2:
            return make_pipeline(words, FunctionTransformer(lambda x: x.toarray(), accept_sparse=True)).fit(cells)
        return make_pipeline(words, TruncatedSVD(min(_COMPONENTS, known), random_state=state)).fit(cells)
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    return make_pipeline(fill, PCA(min(_COMPONENTS, *cells.shape), random_state=state)).fit(cells.astype(float))


class Neighbourhood:
    """The middle of the training rows around a point: what a network for clusters learns to give.

    It learns to give back its inputs as their neighbours have them on average, not as they are: what is of one row
    alone is noise, what neighbours share tells of a cluster. Training points move to the mean of their nearest ones,
    themselves among them, and again from there; any point goes where its nearest training points went. Of more than
    20,000 training points so many are drawn.

    Source: Hein and Maier, Manifold Denoising, 2006; Fukunaga and Hostetler, The Estimation of the Gradient of a
    Density Function, 1975 (mean shift).
    """

    def __init__(self, points: np.ndarray) -> None:
        """Shapes: (training rows, width)."""
        if len(points) > _MOST_ROWS:  # not every so manieth: rows may come in turns
            points = points[np.random.Generator(np.random.PCG64(len(points))).permutation(len(points))[:_MOST_ROWS]]
        count = max(1, min(NEIGHBOURS, len(points) // 10))
        self._nearest = NearestNeighbors(n_neighbors=count).fit(points)
        self._moved = points
        places = self._nearest.kneighbors(points, return_distance=False)
        for _ in range(STEPS - 1):
            self._moved = _means(self._moved, places)

    def middle(self, points: np.ndarray) -> np.ndarray:
        """Of training rows and of others. Shapes: (rows, width) -> (rows, width)."""
        if len(points) == 0:  # there may be no test rows, which scikit-learn refuses
            return points
        return _means(self._moved, self._nearest.kneighbors(points, return_distance=False))


def _means(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Shapes: (points, width), (rows, neighbours) -> (rows, width)."""
    found: np.ndarray = points[places[:, 0]].copy()
    for column in places.T[1:]:
        found += points[column]
    found /= places.shape[1]
    return found
