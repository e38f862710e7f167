"""The simple models that a network is held against, trained and scored on the same rows."""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import numpy as np
from scipy import sparse
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from protokit.core.registry import Registry
from protokit.core.seeds import derive
from protokit.core.values import Arrays, Features, Predictions, TargetSpec

_MOST_BINS = 255


class Baseline(Protocol):
    """A model of scikit-learn on the plain columns."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """Fit on training rows."""


class Fitted(Protocol):
    """A fitted baseline."""

    def scores(self, features: Features) -> np.ndarray:
        """Shapes: (rows, classes that training rows have) probabilities, or (rows,) numbers."""


class _Model:
    """An estimator with the way to its matrix."""

    def __init__(self, estimator: Any, matrix: Any) -> None:
        self.estimator, self.matrix = estimator, matrix

    def scores(self, features: Features) -> np.ndarray:
        x = self.matrix(features)
        if hasattr(self.estimator, "predict_proba"):
            return np.asarray(self.estimator.predict_proba(x))
        return np.asarray(self.estimator.predict(x))


class Dummy:
    """Always the shares of the classes, or the mean."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        estimator = DummyRegressor() if target.task == "regression" else DummyClassifier(strategy="prior")
        return _Model(estimator.fit(_blank(features), truth), _blank)


class Linear:
    """Logistic or ridge regression on standardised numbers and one-hot categories."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        numbers = make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
        )
        one_hot = OneHotEncoder(handle_unknown="ignore")
        if features.numbers.shape[1]:
            numbers.fit(features.numbers)
        if features.codes.shape[1]:
            one_hot.fit(features.codes)

        def matrix(some: Features) -> Any:
            blocks = [np.zeros((len(some.numbers), 0))]
            if some.numbers.shape[1]:
                blocks.append(numbers.transform(some.numbers))
            if some.codes.shape[1]:
                blocks.append(one_hot.transform(some.codes))
            return sparse.csr_matrix(sparse.hstack(blocks)) if len(blocks) > 2 else blocks[-1]

        regression = target.task == "regression"
        estimator = Ridge() if regression else LogisticRegression(max_iter=1000)
        with warnings.catch_warnings():
            # the best of a thousand steps is a fair baseline too
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(matrix(features), truth)
        return _Model(estimator, matrix)


class Boosting:
    """Histogram gradient boosting at scikit-learn's defaults; missing cells and categories as they are."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        columns = features.numbers.shape[1]
        categorical = [columns + i for i, levels in enumerate(features.levels) if levels <= _MOST_BINS]
        kind = HistGradientBoostingRegressor if target.task == "regression" else HistGradientBoostingClassifier
        estimator = kind(categorical_features=categorical or None, random_state=derive(seed, "boosting"))

        def matrix(some: Features) -> np.ndarray:
            return np.concatenate([some.numbers, some.codes], axis=1)

        return _Model(estimator.fit(matrix(features), truth), matrix)


BASELINES: Registry[Baseline] = Registry("baseline")
BASELINES.add("dummy", Dummy())
BASELINES.add("linear", Linear())
BASELINES.add("boosting", Boosting())


def predict(name: str, target: TargetSpec, train: Arrays, test: Arrays, seed: int) -> Predictions:
    """Fit a baseline on training rows and have it predict the test rows."""
    truth = train.truth[target.name]
    scores = BASELINES[name].fit(train.features, truth, target, seed).scores(test.features)
    if target.task != "regression":
        known = np.unique(truth)
        full = np.zeros((len(scores), len(target.classes)))
        full[:, known] = scores
        scores = full
    return Predictions(target, test.truth[target.name], scores)


def _blank(features: Features) -> np.ndarray:
    return np.zeros((len(features.numbers), 1))
