"""The simple models that a network is held against, trained and scored on the same rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, QuantileRegressor, Ridge
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from protokit.core.registry import Registry
from protokit.core.seeds import derive
from protokit.core.values import Arrays, Features, Predictions, TargetSpec
from protokit.evaluate.baselines.features import Matrix, linear_matrix, tree_matrix
from protokit.evaluate.baselines.forecasts import LinearForecast, Naive, SeasonalNaive
from protokit.evaluate.baselines.neighbors import Neighbors
from protokit.evaluate.choices import Choices
from protokit.evaluate.temperature import tempered

_QUANTILE_ROWS = 5_000  # of training that the linear program of a quantile can take in seconds


class Baseline(Protocol):
    """A model of scikit-learn on the plain columns."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """Fit on training rows."""


class Fitted(Protocol):
    """A fitted baseline."""

    def scores(self, features: Features) -> np.ndarray:
        """What a network's predictions are, too.

        Shapes: (rows, classes that training rows have) or (rows, labels) probabilities, (rows,) numbers,
            (rows, quantiles), (rows, horizon, columns), (rows, clusters).
        """


class _Model:
    """One estimator, or one for each label or quantile, with the way to its matrix."""

    def __init__(self, estimators: list[Any], matrix: Matrix, target: TargetSpec) -> None:
        self.estimators, self.matrix, self.target = estimators, matrix, target

    def scores(self, features: Features) -> np.ndarray:
        x = self.matrix(features)
        if self.target.task == "multilabel":
            return np.stack([_positive(one, x) for one in self.estimators], axis=1)
        if self.target.task == "quantile":
            return np.sort(np.stack([one.predict(x) for one in self.estimators], axis=1), axis=1)
        [one] = self.estimators
        return np.asarray(one.predict_proba(x) if self.target.has_classes else one.predict(x))


def _positive(estimator: Any, x: Any) -> np.ndarray:
    """The probability of a label; for one that no or every training row has, what these rows had."""
    probabilities = np.asarray(estimator.predict_proba(x))
    return probabilities[:, 1] if probabilities.shape[1] == 2 else np.full(len(probabilities), estimator.classes_[0])


def _each(target: TargetSpec, truth: np.ndarray, make: Callable[[float], Any], x: Any, constant: Any) -> list[Any]:
    """An estimator fitted on each label or quantile; `make` takes the quantile, `constant` is for one-valued labels."""
    if target.task == "multilabel":
        kinds = [constant() if len(np.unique(label)) < 2 else make(0) for label in truth.T]
        return [one.fit(x, label) for one, label in zip(kinds, truth.T, strict=True)]
    if target.task == "quantile":
        return [make(q).fit(x, truth) for q in target.quantiles]
    return [make(0).fit(x, truth)]


class Dummy:
    """Always the shares of the classes or labels, the mean, or the quantiles."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""

        def made(quantile: float) -> Any:
            if target.task == "quantile":
                return DummyRegressor(strategy="quantile", quantile=quantile)
            return DummyRegressor() if target.task == "regression" else _share()

        return _Model(_each(target, truth, made, _blank(features), _share), _blank, target)


class Linear:
    """Logistic, ridge or quantile regression on standardised numbers, one-hot categories and weighted words.

    Of forecasts ridge regression, too: see LinearForecast.
    """

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        if target.task == "forecasting":
            return LinearForecast.fit(features, truth)
        matrix = linear_matrix(features, seed)
        x, center, scale = matrix(features), 0.0, 1.0

        def made(quantile: float) -> Any:
            if target.task == "quantile":
                return QuantileRegressor(quantile=quantile, alpha=1e-4, solver="highs")
            return Ridge() if target.task == "regression" else LogisticRegression(max_iter=1000)

        if target.task == "quantile":
            center, scale = float(truth.mean()), float(truth.std()) or 1.0
            some = np.random.Generator(np.random.PCG64(derive(seed, "quantile"))).permutation(len(truth))
            x, truth = x[some[:_QUANTILE_ROWS]], (truth[some[:_QUANTILE_ROWS]] - center) / scale
        with _without_words():
            model = _Model(_each(target, truth, made, x, _share), matrix, target)
        return model if target.task != "quantile" else _Scaled(model, center, scale)


class _Scaled:
    """A model of a standardised target, in the target's own unit."""

    def __init__(self, model: _Model, center: float, scale: float) -> None:
        self._model, self._center, self._scale = model, center, scale

    def scores(self, features: Features) -> np.ndarray:
        return self._model.scores(features) * self._scale + self._center


class Boosting:
    """Gradient boosting at scikit-learn's defaults; missing cells and categories as they are."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        matrix, categorical = tree_matrix(features, seed)
        options = {"categorical_features": categorical or None, "random_state": derive(seed, "boosting")}
        if target.has_classes and np.unique(truth, return_counts=True)[1].min() < 2:
            options["early_stopping"] = False  # its own held-out rows are stratified

        def made(quantile: float) -> Any:
            if target.task == "quantile":
                return HistGradientBoostingRegressor(loss="quantile", quantile=quantile, **options)
            kind = HistGradientBoostingRegressor if target.task == "regression" else HistGradientBoostingClassifier
            return kind(**options)

        return _Model(_each(target, truth, made, matrix(features), _share), matrix, target)


class Kmeans:
    """Centers among the points that the columns make, each column counting the same."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        with _one_thread():
            model = KMeans(len(target.classes), n_init=10, random_state=derive(seed, "kmeans")).fit(truth)
        return _OfPoints(lambda points: -model.transform(points))


class Mixture:
    """A mixture of Gaussians among the points, each with a covariance of its own."""

    def fit(self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int) -> Fitted:
        """See Baseline."""
        blur = 1e-3 * float(truth.var(axis=0).mean()) + 1e-12  # of categories: no variance may be 0
        options = {"n_init": 3, "reg_covar": blur, "random_state": derive(seed, "gaussian_mixture")}
        with _one_thread():
            model = GaussianMixture(len(target.classes), **options).fit(truth)
        return _OfPoints(model.predict_proba)


class _OfPoints:
    """What a function says of the points that the columns make."""

    def __init__(self, function: Callable[[np.ndarray], Any]) -> None:
        self._function = function

    def scores(self, features: Features) -> np.ndarray:
        return np.asarray(self._function(np.asarray(features.points)))


@contextmanager
def _without_words() -> Iterator[None]:
    """Without a word of convergence, or of classes of a row or two."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        yield


@contextmanager
def _one_thread() -> Iterator[None]:
    """On one thread, for several would add up in another order each time; and without a word."""
    with threadpool_limits(1), _without_words():
        yield


BASELINES: Registry[Baseline] = Registry("baseline")
BASELINES.add(Dummy(), name="dummy")
BASELINES.add(Linear(), name="linear")
BASELINES.add(Boosting(), name="boosting")
BASELINES.add(Neighbors(), name="neighbors")
BASELINES.add(Kmeans(), name="kmeans")
BASELINES.add(Mixture(), name="gaussian_mixture")
BASELINES.add(Naive(), name="naive")
BASELINES.add(SeasonalNaive(), name="seasonal_naive")


def predict(name: str, target: TargetSpec, train: Arrays, test: Arrays, seed: int) -> Predictions:
    """Fit a baseline on training rows and have it predict the test rows."""
    [predictions] = predict_each(BASELINES[name], target, train, (test,), seed)
    return predictions


def predict_each(
    model: Baseline, target: TargetSpec, train: Arrays, parts: Sequence[Arrays], seed: int
) -> list[Predictions]:
    """Fit a baseline on training rows and have it predict others."""
    truth = train.truth[target.name]
    fitted = model.fit(train.features, np.asarray(truth), target, seed)
    return [_predictions(fitted, target, np.unique(truth), part) for part in parts]


def settled(
    model: Baseline, target: TargetSpec, rows: tuple[Arrays, Arrays, Arrays], seed: int, choices: Choices
) -> Predictions:
    """The test rows as a baseline predicts them, with what is chosen on validation rows chosen for it as for a network.

    `rows` are the training, validation and test rows.
    """
    train, validation, test = rows
    if not choices.needs_validation(target):
        return predict_each(model, choices.fixed(target), train, (test,), seed)[0]
    known, tested = predict_each(model, target, train, (validation, test), seed)
    spec = choices.settled(known).target
    return choices.marked(replace(tested, target=spec, scores=tempered(tested.scores, spec.temperature)))


def _predictions(fitted: Fitted, target: TargetSpec, known: np.ndarray, part: Arrays) -> Predictions:
    scores = fitted.scores(part.features)
    if target.has_classes:
        full = np.zeros((len(scores), len(target.classes)))
        full[:, known] = scores / scores.sum(axis=1, keepdims=True, dtype=np.float64)  # some are of float32
        scores = full
    truth, units = np.asarray(part.truth[target.name]), part.features.units
    return Predictions(target, truth, scores, units, part.blocks, reference=part.labels)


def _share() -> Any:
    return DummyClassifier(strategy="prior")


def _blank(features: Features) -> np.ndarray:
    return np.zeros((len(features.numbers), 1))
