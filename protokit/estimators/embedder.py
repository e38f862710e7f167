"""Rows to what a layer of a network makes of them, as a transformer of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from protokit.estimators.learning import LOCK
from protokit.estimators.network import Network
from protokit.estimators.saying import encoded
from protokit.recipe.recipe import Recipe


class Embedder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Network):  # type: ignore[misc]
    """A network that gives back what it is given, for what its narrowest layer makes of a row.

    `layer` is the name of another item of the menu. What is predicted, `y`, is not looked at. Of several networks the
    embeddings are side by side. The further parameters and what there is after `fit` are those of `Classifier`, less
    those of classes.

    >>> embedder = protokit.Embedder([{"Dense": 3, "name": "code"}], epochs=2, networks=1)
    >>> embedder.set_output(transform="pandas").fit_transform(birds[["wing", "mass", "island"]]).columns.tolist()
    ['embedder0', 'embedder1', 'embedder2']
    """

    _task = "reconstruction"

    def __init__(
        self,
        menu: object = "auto",
        *,
        layer: str | None = None,
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
        self.layer = layer

    def fit(self, X: object, y: object = None) -> Self:
        """Train on rows; `y` is not looked at.

        Shapes: X (rows, columns), a frame or an array, sparse too.

        Raises:
            ValueError: rows are not what scikit-learn takes.
            SpecError: a parameter is wrong, or the network has no such layer.
            DataError: no column is left to learn from, or a cell is not what `columns` says.
            TrainingError: the loss was not finite.
        """
        frame = self._frame(X, reset=True)
        self._learned(X, frame, {}, represent={"target": "inputs"})
        self._n_features_out = self._codes(frame.head(2)).shape[1]
        return self

    def transform(self, X: object) -> np.ndarray:
        """What the layer makes of each row, flat.

        Shapes: (rows, columns) -> (rows, many).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        check_is_fitted(self)
        return self._codes(self._frame(X, reset=False))

    def _codes(self, frame: pd.DataFrame) -> np.ndarray:
        model = self.model_
        inputs, _ = encoded(model, frame)
        with LOCK:
            found = model.parts[0].codes(inputs, self.layer)
        return found[: len(frame)].reshape(len(frame), -1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags
