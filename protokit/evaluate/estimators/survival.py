"""Baselines of times until an event: one curve for all rows, and Cox's regression.

Source: Kaplan and Meier, Nonparametric Estimation from Incomplete Observations, 1958; Cox, Regression Models and
Life-Tables, 1972; Breslow, Covariance Analysis of Censored Survival Data, 1974.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import Fitted
from protokit.evaluate.estimators.features import Matrix, dense, linear_matrix
from protokit.evaluate.scoring.survival import at_times, curve

_PENALTY = 1.0  # half of it times the sum of squares, as ridge regression has


@dataclass(frozen=True)
class OneCurve:
    """The same curve for every row. Shapes: later (times,)."""

    later: np.ndarray

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        return np.tile(self.later, (len(features.numbers), 1))


@dataclass(frozen=True)
class CoxModel:
    """Hazards that are a multiple of a common one at all times. Shapes: of_columns (columns,), hazard (times,)."""

    matrix: Matrix
    center: np.ndarray
    of_columns: np.ndarray
    hazard: np.ndarray

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted."""
        log = (dense(self.matrix(features)) - self.center) @ self.of_columns
        later: np.ndarray = np.exp(-np.exp(np.clip(log, -30, 30))[:, None] * self.hazard)
        return later


def kaplan_meier(truth: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None) -> Fitted:
    """One curve for all rows."""
    by = np.ones(len(truth)) if weights is None else weights
    return OneCurve(at_times(curve(truth, by), np.array(target.times)))


def cox(
    features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
) -> Fitted:
    """Cox's regression with a small penalty on standard numbers, one-hot categories and weighted words."""
    matrix = linear_matrix(features, seed, weights)
    x = dense(matrix(features))
    center = x.mean(axis=0)
    x = x - center
    by = np.ones(len(truth)) if weights is None else np.asarray(weights, float)
    order = np.argsort(-truth[:, 0], kind="stable")
    x, time, seen, by = x[order], truth[order, 0], truth[order, 1] * by[order], by[order]
    # the last row, from the latest time on, of those in sight at the time of each
    last = np.searchsorted(-time, -time, side="right") - 1

    def cost(b: np.ndarray) -> tuple[float, np.ndarray]:
        log = x @ b
        high = log.max(initial=0.0)
        risk = by * np.exp(log - high)
        among = risk.cumsum()[last]
        value = float((seen * (np.log(among) + high - log)).sum() + 0.5 * _PENALTY * (b**2).sum())
        # each row is among the rivals of all events not later than its own time
        share = np.zeros(len(time))
        np.add.at(share, last, seen / among)
        expected = risk * share[::-1].cumsum()[::-1]
        return value, x.T @ (expected - seen) + _PENALTY * b

    found = minimize(cost, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    among = (by * np.exp(np.clip(x @ found, -30, 30))).cumsum()[last]
    steps = (seen / among)[::-1].cumsum()
    ends = np.searchsorted(time[::-1], np.array(target.times), side="right")
    return CoxModel(matrix, center, found, np.concatenate([[0.0], steps])[ends])
