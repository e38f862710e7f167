"""Baselines of masks: the shares of each pixel, and a linear model of each pixel's own values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import Fitted
from protokit.evaluate.estimators.quiet import quiet

_PIXELS = 20_000  # that a linear model is fitted on


@dataclass(frozen=True)
class ByPlace:
    """The same mask for every row. Shapes: shares (height, width, classes)."""

    shares: np.ndarray

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        return np.broadcast_to(self.shares, (rows_of(features), *self.shares.shape))


@dataclass(frozen=True)
class ByValue:
    """The probabilities of a pixel's classes by its own values, grey or of three colours."""

    model: LogisticRegression
    target: TargetSpec

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        pixels = _pixels(features, self.target)
        found = np.zeros((*pixels.shape[:-1], len(self.target.classes)), np.float32)
        for row, one in enumerate(pixels):
            found[row][..., self.model.classes_] = self.model.predict_proba(one.reshape(-1, pixels.shape[-1])).reshape(
                *one.shape[:-1], -1
            )
        return found


def rows_of(features: Features) -> int:
    """How many rows there are."""
    return len(features.numbers)


def dummy(truth: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None) -> Fitted:
    """The shares of the classes at each pixel: the commonest there is called."""
    by = np.ones(len(truth)) if weights is None else weights
    shares = [np.average(truth == one, axis=0, weights=by) for one in range(len(target.classes))]
    return ByPlace(np.stack(shares, axis=-1).astype(np.float32))


def linear(
    features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
) -> Fitted:
    """Logistic regression on each pixel's own values, fitted on some pixels of the training rows."""
    pixels = _pixels(features, target)
    x, y = pixels.reshape(-1, pixels.shape[-1]), truth.reshape(-1)
    random = np.random.default_rng(derive(seed, "pixels of the linear baseline"))
    chosen = random.permutation(len(y))[:_PIXELS] if len(y) > _PIXELS else np.arange(len(y))
    by = None if weights is None else np.repeat(weights, truth[0].size)[chosen]
    if len(np.unique(y[chosen])) < 2:
        return dummy(truth, target, weights)
    with quiet():
        return ByValue(LogisticRegression(max_iter=200).fit(x[chosen], y[chosen], by), target)


def _pixels(features: Features, target: TargetSpec) -> np.ndarray:
    """The image of each row, from 0 to 1. Shapes: -> (rows, height, width, channels) float32."""
    flat = np.asarray(features.wide[target.columns[1]])
    return (flat.reshape(len(flat), *target.size, -1) / np.float32(255)).astype(np.float32)
