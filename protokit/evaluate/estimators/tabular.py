"""The baselines of rows: a constant, linear models and boosted trees, on each label or quantile by itself."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import (
    GammaRegressor,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
    RidgeCV,
)

from protokit.core.seeds import derive
from protokit.core.values.arrays import FEW_ROWS, Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import Fitted
from protokit.evaluate.estimators.features import Cells, Matrix, dense, linear_matrix, tree_matrix
from protokit.evaluate.estimators.quiet import quiet

_LOG_LINEAR = {"poisson": PoissonRegressor, "gamma": GammaRegressor}
_NUMBERS = ("number", "vector")  # of a vector each part has a model of its own
_PENALTIES = np.logspace(-6, 4, 31)
_QUANTILE_ROWS = 5_000  # of training that the linear program of a quantile can take in seconds


def dummy(truth: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None) -> Fitted:
    """Always the shares of the classes or labels, the mean, or the quantiles."""

    def made(quantile: float) -> BaseEstimator:
        if target.form == "quantiles":
            return DummyRegressor(strategy="quantile", quantile=quantile)
        return DummyRegressor() if target.form in _NUMBERS else _share()

    return _Model(_each(target, truth, made, np.zeros((len(truth), 1)), _share, weights), _blank, target)


def linear(
    features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
) -> Fitted:
    """Logistic, ridge, log-linear or quantile regression on standard numbers, one-hot categories and weighted words.

    Of few rows the penalty of the ridge regression is chosen by leaving out each in turn: scikit-learn's 1.0 is much.
    """
    matrix, deviance = linear_matrix(features, seed, weights), target.of_task.deviance
    chosen = len(truth) < FEW_ROWS and target.form == "number" and deviance == "squared_error"
    x, center, scale = matrix(features), 0.0, 1.0
    if chosen:
        x = dense(x)

    def made(quantile: float) -> BaseEstimator:
        if target.form == "quantiles":
            return QuantileRegressor(quantile=quantile, alpha=1e-4, solver="highs")
        if deviance != "squared_error":  # a penalty of 1 on the sum, as Ridge has; theirs is on the mean
            return _LOG_LINEAR[deviance](alpha=1 / len(truth), max_iter=1000)
        if target.form in _NUMBERS:
            return RidgeCV(_PENALTIES) if chosen else Ridge()
        return LogisticRegression(max_iter=1000)

    if deviance != "squared_error":
        scale = float(np.average(truth, weights=weights)) or 1.0
        truth = truth / scale  # so that the penalty is the same in any unit
    if target.form == "quantiles":
        center = float(np.average(truth, weights=weights))
        scale = sqrt(float(np.average((truth - center) ** 2, weights=weights))) or 1.0
        some = np.random.Generator(np.random.PCG64(derive(seed, "quantile"))).permutation(len(truth))[:_QUANTILE_ROWS]
        x, truth, weights = x[some], (truth[some] - center) / scale, None if weights is None else weights[some]
    with quiet():
        model = _Model(_each(target, truth, made, x, _share, weights), matrix, target)
    return model if (center, scale) == (0.0, 1.0) else _Scaled(model, center, scale)


def boosting(
    features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
) -> Fitted:
    """Gradient boosting at scikit-learn's defaults; missing cells and categories as they are."""
    matrix, categorical = tree_matrix(features, seed)
    options = {"categorical_features": categorical or None, "random_state": derive(seed, "boosting")}
    if target.has_classes and np.unique(truth, return_counts=True)[1].min() < 2:
        options["early_stopping"] = False  # its own held-out rows are stratified

    def made(quantile: float) -> BaseEstimator:
        if target.form == "quantiles":
            return HistGradientBoostingRegressor(loss="quantile", quantile=quantile, **options)
        if target.form in _NUMBERS:
            return HistGradientBoostingRegressor(loss=target.of_task.deviance, **options)
        return HistGradientBoostingClassifier(**options)

    return _Model(_each(target, truth, made, matrix(features), _share, weights), matrix, target)


class _Model:
    """One estimator, or one for each label, part or quantile, with the way to its matrix."""

    def __init__(self, estimators: list[BaseEstimator], matrix: Matrix, target: TargetSpec) -> None:
        self.estimators, self.matrix, self.target = estimators, matrix, target

    def scores(self, features: Features) -> np.ndarray:
        x = self.matrix(features)
        if self.target.form == "labels":
            return np.stack([_positive(one, x) for one in self.estimators], axis=1)
        if self.target.form == "quantiles":
            return np.sort(np.stack([one.predict(x) for one in self.estimators], axis=1), axis=1)
        if self.target.form == "vector":
            return np.stack([one.predict(x) for one in self.estimators], axis=1)
        [one] = self.estimators
        return np.asarray(one.predict_proba(x) if self.target.has_classes else one.predict(x))


class _Scaled:
    """A model of a standardised target, in the target's own unit."""

    def __init__(self, model: _Model, center: float, scale: float) -> None:
        self._model, self._center, self._scale = model, center, scale

    def scores(self, features: Features) -> np.ndarray:
        return self._model.scores(features) * self._scale + self._center


def _positive(estimator: BaseEstimator, x: Cells) -> np.ndarray:
    """The probability of a label; for one that no or every training row has, what these rows had."""
    probabilities = np.asarray(estimator.predict_proba(x))
    return probabilities[:, 1] if probabilities.shape[1] == 2 else np.full(len(probabilities), estimator.classes_[0])


def _each(
    target: TargetSpec,
    truth: np.ndarray,
    make: Callable[[float], BaseEstimator],
    x: Cells,
    constant: Callable[[], BaseEstimator],
    weights: np.ndarray | None,
) -> list[BaseEstimator]:
    """An estimator fitted on each label, part or quantile.

    `make` takes the quantile, `constant` is for labels of one value.
    """
    if target.form == "labels":
        kinds = [constant() if len(np.unique(label)) < 2 else make(0) for label in truth.T]
        return [one.fit(x, label, sample_weight=weights) for one, label in zip(kinds, truth.T, strict=True)]
    if target.form == "quantiles":
        return [make(q).fit(x, truth, sample_weight=weights) for q in target.quantiles]
    if target.form == "vector":
        return [make(0).fit(x, part, sample_weight=weights) for part in truth.T]
    return [make(0).fit(x, truth, sample_weight=weights)]


def _share() -> BaseEstimator:
    return DummyClassifier(strategy="prior")


def _blank(features: Features) -> np.ndarray:
    return np.zeros((len(features.numbers), 1))
