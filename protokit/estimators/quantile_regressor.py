"""A network that predicts quantiles of a number, as an estimator of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from protokit.estimators.network import Network
from protokit.estimators.saying import said
from protokit.recipe.recipe import Recipe


class QuantileRegressor(RegressorMixin, Network):  # type: ignore[misc]
    """A network that predicts `quantiles` of a number, all of them together: they never cross.

    The further parameters and what there is after `fit` are those of `Classifier`, less those of classes. `predict`
    gives the quantile that is nearest the median, by which it is scored.

    >>> regressor = protokit.QuantileRegressor([{"Dense": 8}, "ReLU"], quantiles=(0.05, 0.95), epochs=3, networks=1)
    >>> said = regressor.fit(birds[["wing", "island"]], birds["mass"]).predict_quantiles(birds[["wing", "island"]])
    >>> said.shape, bool((said[:, 0] <= said[:, 1]).all())
    ((80, 2), True)
    """

    _task = "quantile"

    def __init__(
        self,
        menu: object = "auto",
        *,
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        recipe: Recipe | str | Path | Mapping[str, object] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        networks: int | None = None,
        learn: Mapping[str, object] | None = None,
        columns: Mapping[str, object] | None = None,
        validation: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            menu, recipe=recipe, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, networks=networks,
            learn=learn, columns=columns, validation=validation, random_state=random_state,
        )  # fmt: skip
        self.quantiles = quantiles

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
        numbers, words = {name: truth.astype(np.float64)}, {"quantiles": list(self.quantiles)}
        self._learned(X, frame, numbers, self._weights(sample_weight, frame), {"target": name}, words)
        return self

    def predict_quantiles(self, X: object) -> np.ndarray:
        """The quantiles of each row, in ascending order.

        Shapes: (rows, columns) -> (rows, quantiles).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        return said(self.model_, self._frame(X, reset=False))

    def predict(self, X: object) -> np.ndarray:
        """The quantile of each row that is nearest the median.

        Shapes: (rows, columns) -> (rows,).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        scores = self.predict_quantiles(X)
        [spec] = self.model_.signature.targets
        return spec.labels(scores)
