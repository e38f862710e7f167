"""Clusters in the embedding that a network learns, as an estimator of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import numpy as np
from sklearn.base import ClusterMixin
from sklearn.utils.validation import check_is_fitted

from protokit.estimators.network import Network
from protokit.estimators.saying import said
from protokit.recipe.recipe import Recipe


class Clusterer(ClusterMixin, Network):  # type: ignore[misc]
    """A network that gives back what it is given, and clusters in what its narrowest layer makes of a row.

    `clusters` is found on the training rows where it is None. `cluster_by` is how clusters are found, as in a recipe:
    kmeans, gaussian_mixture, hdbscan, spectral or agglomerative. The further parameters and what there is after `fit`
    are those of `Classifier`, less those of classes, and `labels_`: the cluster of each row, from 0.

    >>> clusterer = protokit.Clusterer([{"Dense": 3, "name": "code"}], clusters=2, epochs=2, networks=1)
    >>> sorted(set(clusterer.fit_predict(birds[["wing", "mass"]]).tolist()))
    [0, 1]
    """

    _task = "clustering"

    def __init__(
        self,
        menu: object = "auto",
        *,
        clusters: int | None = None,
        cluster_by: str = "kmeans",
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
        self.clusters = clusters
        self.cluster_by = cluster_by

    def fit(self, X: object, y: object = None) -> Self:
        """Train on rows, and find clusters of those that training saw; `y` is not looked at.

        Shapes: X (rows, columns), a frame or an array, sparse too.

        Raises:
            ValueError: rows are not what scikit-learn takes.
            SpecError: a parameter is wrong.
            DataError: no column is left to learn from, or there are too few rows for the clusters.
            TrainingError: the loss was not finite.
        """
        frame = self._frame(X, reset=True)
        words = {"clusters": self.clusters, "cluster_by": self.cluster_by}
        self._learned(X, frame, {}, learn_words=words)
        self.labels_ = self.predict(X)
        return self

    def predict(self, X: object) -> np.ndarray:
        """The cluster of each row, from 0.

        Shapes: (rows, columns) -> (rows,).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        found: np.ndarray = said(self.model_, self._frame(X, reset=False)).argmax(axis=1)
        return found
