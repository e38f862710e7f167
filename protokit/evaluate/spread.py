"""How far the numbers of rows lie from the means that a network gives: one number, that of the validation rows.

Of counts it is the dispersion of a negative binomial distribution, of numbers above 0 the square of a gamma
distribution's coefficient of variation: the likeliest one, with the means as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.rates import INSIDE, OfRate
from protokit.core.values.signature import TargetSpec

_RANGE = (-14.0, 7.0)  # of the logarithm


class Held(TypedDict):
    """The share of rows that is to lie within their bounds, and that of the rows that does."""

    inside: float
    held: float


def told(p: Predictions) -> TargetSpec:
    """The target with the spread of the rows, if it is one that has bounds."""
    return replace(p.target, spread=fitted(p)) if p.target.of_task.spreads else p.target


def fitted(p: Predictions) -> float:
    """The likeliest spread of numbers around their means."""
    counts = p.target.of_task.deviance == "poisson"
    losses = _of_counts if counts else _of_shares

    def cost(log: float) -> float:
        return float(np.average(losses(p.truth, p.scores, float(np.exp(log))), weights=p.weights))

    return float(np.exp(minimize_scalar(cost, bounds=_RANGE, method="bounded", options={"xatol": 1e-4}).x))


def held(folds: list[Predictions]) -> Held:
    """How many rows lie within their bounds, those of each fold by its own spread."""
    inside, weights = [], []
    for p in folds:
        assert isinstance(p.target.of_task, OfRate)
        bounds = p.target.of_task.bounds(p.target, p.scores)
        inside.append(np.zeros(len(p.truth)) if bounds is None else (bounds[0] <= p.truth) & (p.truth <= bounds[1]))
        weights.append(np.ones(len(p.truth)) if p.weights is None else p.weights)
    return {"inside": INSIDE, "held": float(np.average(np.concatenate(inside), weights=np.concatenate(weights)))}


def _of_counts(truth: np.ndarray, means: np.ndarray, spread: float) -> np.ndarray:
    """Minus the logarithm of the likelihood, less what does not change with the spread. Shapes: (rows,)."""
    size = 1 / spread
    found: np.ndarray = (
        gammaln(size) - gammaln(truth + size) + (truth + size) * np.log1p(spread * means) - truth * np.log(spread)
    )
    return found


def _of_shares(truth: np.ndarray, means: np.ndarray, spread: float) -> np.ndarray:
    """Minus the logarithm of the likelihood, less what does not change with the spread. Shapes: (rows,)."""
    shape, share = 1 / spread, truth / means
    found: np.ndarray = gammaln(shape) - shape * np.log(shape) + shape * (share - np.log(share))
    return found
