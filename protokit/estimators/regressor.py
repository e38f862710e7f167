"""A network that predicts a number, as an estimator of scikit-learn."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from protokit.estimators.network import Network
from protokit.estimators.saying import said


class Regressor(RegressorMixin, Network):  # type: ignore[misc]
    """A network that predicts a number.

    The parameters and what there is after `fit` are those of `Classifier`, less those of classes.

    >>> regressor = protokit.Regressor([{"Dense": 8}, "ReLU"], epochs=3, networks=1)
    >>> regressor.fit(birds[["wing", "island"]], birds["mass"]).predict(birds.head(2)[["wing", "island"]]).shape
    (2,)
    >>> regressor.model_.columns
    ('wing', 'island')
    """

    _task = "regression"

    def fit(self, X: object, y: object, sample_weight: object = None) -> Self:
        """Train on rows and their numbers, each row counting by its weight.

        Shapes: X (rows, columns), a frame or an array, sparse too; y and sample_weight (rows,).

        Raises:
            ValueError: rows, numbers or weights are not what scikit-learn takes.
            SpecError: a parameter is wrong.
            DataError: no column is left to learn from, or a cell is not what `columns` says.
            TrainingError: the loss was not finite.
        """
        frame, truth, name = self._fitting(X, y, y_numeric=True)
        weights = self._weights(sample_weight, frame)
        self._learned(X, frame, {name: truth.astype(np.float64)}, weights, {"target": name})
        return self

    def predict(self, X: object) -> np.ndarray:
        """The number of each row.

        Shapes: (rows, columns) -> (rows,).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        return said(self.model_, self._frame(X, reset=False))
