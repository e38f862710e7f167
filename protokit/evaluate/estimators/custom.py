"""A person's own estimators of scikit-learn as baselines."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from protokit.core.errors import DataError, SpecError
from protokit.core.seeds import derive
from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators.features import Cells, Matrix, linear_matrix


class Estimator:
    """An estimator fitted on the linear baseline's matrix, on each label by itself. Its faults are a `DataError`."""

    def __init__(self, name: str, estimator: object) -> None:
        """Raises: SpecError: it is none, or lacks what a baseline needs."""
        if isinstance(estimator, type):
            raise SpecError.one(f"the baseline {name!r} is a class", f"write {estimator.__name__}()")
        try:
            self.name, self.estimator = name, clone(estimator)
            self.classifies = is_classifier(estimator)
            regresses = is_regressor(estimator)
        except (TypeError, AttributeError):
            self.classifies = regresses = False
        if not self.classifies and not regresses:
            cure = "give one such as RandomForestClassifier()"
            raise SpecError.one(f"the baseline {name!r} is no classifier and no regressor of scikit-learn", cure)
        if self.classifies and not hasattr(estimator, "predict_proba"):
            cure = "give one with predict_proba, or put it in a CalibratedClassifierCV"
            raise SpecError.one(f"the baseline {name!r}, {type(estimator).__name__}, gives no probabilities", cure)

    @property
    def takes_weights(self) -> bool:
        """Whether its `fit`, or that of a pipeline's last step, takes `sample_weight`."""
        return _weight_parameter(self.estimator) is not None

    def fits(self, target: TargetSpec) -> bool:
        """Whether it is for a target: a classifier for classes and labels, a regressor for numbers and vectors."""
        return target.of_task.probabilities if self.classifies else target.form in ("number", "vector")

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline. An estimator without a `random_state`, or a step of it, gets one of the recipe's seed.

        Raises:
            DataError: it raised an error.
        """
        matrix = linear_matrix(features, seed)
        x = _for(self.estimator, matrix(features))
        labels = truth.T if target.form in ("labels", "vector") else [truth]
        try:
            found = [_weighed(self._one(label, seed), x, label, weights) for label in labels]
        except Exception as error:  # a person's own code
            raise _failed(self.name, "could not be fitted", error) from error
        return Fitted(self.name, found, matrix, target)

    def _one(self, truth: np.ndarray, seed: int) -> BaseEstimator:
        if self.classifies and len(np.unique(truth)) < 2:
            return DummyClassifier(strategy="prior")
        made = clone(self.estimator)
        states = [name for name, value in made.get_params().items() if name.endswith("random_state") and value is None]
        return made.set_params(**{name: derive(seed, "estimator", self.name, name) % 2**32 for name in states})


class Fitted:
    """Fitted estimators: one, or one for each label or part of a vector."""

    def __init__(self, name: str, estimators: list[BaseEstimator], matrix: Matrix, target: TargetSpec) -> None:
        self._name, self._estimators, self._matrix, self._target = name, estimators, matrix, target

    def scores(self, features: Features) -> np.ndarray:
        """See Baseline's Fitted.

        Raises:
            DataError: it raised an error, or what it says is not finite.
        """
        try:
            found = [self._of(one, features) for one in self._estimators]
            scores = np.stack(found, axis=1) if self._target.form in ("labels", "vector") else found[0]
            if len(scores) != len(features.numbers) or not np.isfinite(scores).all():
                raise ValueError("some of its predictions are not finite, or not there")
        except Exception as error:  # a person's own code
            raise _failed(self._name, "could not predict", error) from error
        return scores

    def _of(self, estimator: BaseEstimator, features: Features) -> np.ndarray:
        x = _for(estimator, self._matrix(features))
        if not is_classifier(estimator):
            return np.asarray(estimator.predict(x), np.float64).ravel()
        shares = np.asarray(estimator.predict_proba(x), np.float64)
        if self._target.form != "labels":
            return shares
        return shares[:, 1] if shares.shape[1] == 2 else np.full(len(shares), float(estimator.classes_[0]))


def _weight_parameter(estimator: BaseEstimator) -> str | None:
    """The name under which weights are given to `fit`; None where it takes none."""
    if isinstance(estimator, Pipeline):
        inner = _weight_parameter(estimator.steps[-1][1])
        return f"{estimator.steps[-1][0]}__{inner}" if inner else None
    return "sample_weight" if has_fit_parameter(estimator, "sample_weight") else None


def _weighed(estimator: BaseEstimator, x: Cells, truth: np.ndarray, weights: np.ndarray | None) -> BaseEstimator:
    parameter = None if weights is None else _weight_parameter(estimator)
    return estimator.fit(x, truth, **({parameter: weights} if parameter else {}))


def _failed(name: str, what: str, error: Exception) -> DataError:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"the baseline {name!r} {what}: {said}", cure="mend the estimator, or leave it out")


def _for(estimator: BaseEstimator, x: Cells) -> Cells:
    """The matrix, dense for an estimator that takes no sparse one."""
    return x if isinstance(x, np.ndarray) or get_tags(estimator).input_tags.sparse else x.toarray()
