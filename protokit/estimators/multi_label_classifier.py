"""A network that says of several labels whether each is there, as an estimator of scikit-learn."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from protokit.estimators.classifier import Classifier, log_odds
from protokit.estimators.network import free
from protokit.estimators.saying import said

_LABELS = "multilabel-indicator"


class MultiLabelClassifier(Classifier):
    """A network that says of several labels whether each is there; of one class a row it is a `Classifier`.

    Labels are a matrix of 0 and 1, a column for each: an array, a frame or a sparse matrix. The parameters and what
    there is after `fit` are those of `Classifier`; `class_weight` is for classes alone, and `classes_` are the places
    of the labels.

    >>> labels = pd.DataFrame({"heavy": birds["mass"] > 4000, "dream": birds["island"] == "Dream"})
    >>> classifier = protokit.MultiLabelClassifier([{"Dense": 8}, "ReLU"], epochs=3, networks=1)
    >>> classifier.fit(birds[["wing"]], labels).predict(birds[["wing"]]).shape
    (80, 2)
    """

    def fit(self, X: object, y: object, sample_weight: object = None) -> Self:
        """Train on rows and their labels, each row counting by its weight.

        Shapes: X (rows, columns), a frame or an array, sparse too; y (rows, labels), sample_weight (rows,).

        Raises:
            ValueError: rows, labels or weights are not what scikit-learn takes, or there are weights of classes.
            SpecError: a parameter is wrong.
            DataError: no column is left to learn from, or a cell is not what `columns` says.
            TrainingError: the loss was not finite.
        """
        self._several = y is not None and type_of_target(y) == _LABELS
        if not self._several:
            return super().fit(X, y, sample_weight)
        if self.class_weight is not None:
            raise ValueError("class_weight is for one class a row: labels may be there together")
        named = [str(name) for name in y.columns] if hasattr(y, "columns") else []
        frame, given, _ = self._fitting(X, y, multi_output=True)
        truth: Any = given
        matrix = np.asarray(truth.toarray() if issparse(truth) else truth).astype(int)
        if len(set(named)) != matrix.shape[1]:
            named = [f"y{i}" for i in range(matrix.shape[1])]
        names = [free(name, frame) for name in named]
        columns = {name: matrix[:, i] for i, name in enumerate(names)}
        self.classes_ = np.arange(len(names))
        weights = self._weights(sample_weight, frame)
        self._learned(X, frame, columns, weights, {"target": names}, {"task": "multilabel"})
        return self

    def predict_proba(self, X: object) -> np.ndarray:
        """The probability of each label, or of each class where there was one a row.

        Shapes: (rows, columns) -> (rows, labels).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        return said(self.model_, self._frame(X, reset=False)) if self._several else super().predict_proba(X)

    def predict(self, X: object) -> np.ndarray:
        """Whether each label is there, 1 or 0; or the class of each row where there was one a row.

        Shapes: (rows, columns) -> (rows, labels).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        if not self._several:
            return super().predict(X)
        [spec] = self.model_.signature.targets
        return spec.labels(self.predict_proba(X))

    def decision_function(self, X: object) -> np.ndarray:
        """The logarithm of the odds of each label; or as of `Classifier` where there was one class a row.

        Shapes: (rows, columns) -> (rows, labels).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        return log_odds(self.predict_proba(X)) if self._several else super().decision_function(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags
