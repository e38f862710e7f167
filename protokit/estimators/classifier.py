"""A network that tells classes apart, as an estimator of scikit-learn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from protokit.cells.missing import USUAL
from protokit.core.names import as_text
from protokit.estimators.network import Network
from protokit.estimators.saying import said
from protokit.recipe.recipe import Recipe

_LEAST = float(np.finfo(np.float32).tiny)  # of a probability whose logarithm is taken
_WORDS = re.compile(r"[^\W\d]\S*( \S+)*")


class Classifier(ClassifierMixin, Network):  # type: ignore[misc]
    """A network that tells classes apart.

    `menu` is a network as in `protokit.fit`: a list of items or of Keras's layers, a `Menu`, the name of a house menu,
    or "auto". `epochs`, `batch_size`, `learning_rate` and `networks` are the words of `learn` that are tried most,
    `learn` holds all others, and `recipe` is a recipe whose words count where no parameter says otherwise; its tables
    and its target do not. `columns` says what columns are, as `represent.columns` does: of an array all are numbers, of
    a frame it follows from the cells. `validation` is the share of the rows by which training is stopped (0.2). The
    same `random_state` gives the same bits, and so does None. `class_weight` is scikit-learn's: "balanced", or a
    mapping of classes.

    What a menu names under `hyperparameters`, and each of its slots, is a parameter too:

    >>> menu = {"hyperparameters": {"width": 8}, "layers": [{"Dense": "$width"}, "ReLU"]}
    >>> rows = birds[["wing", "island"]]
    >>> classifier = protokit.Classifier(menu, epochs=2, networks=1).fit(rows, birds["species"])
    >>> classifier.classes_.tolist(), classifier.predict_proba(rows).shape, classifier.decision_function(rows).shape
    (['Adelie', 'Gentoo'], (80, 2), (80,))
    >>> classifier.set_params(menu__width=16).get_params()["menu__width"]
    16

    After `fit`: `model_` (as `protokit.run` gives it), `history_` (the values of each epoch of the first network),
    `n_iter_` (its epochs), `notices_` (what was decided), `classes_`, `n_features_in_`, and of a frame
    `feature_names_in_`. Nothing is written; a pickle holds the files of the model's folder.

    Rows of weight 0 are not looked at.
    """

    _task = "classification"

    def __init__(
        self,
        menu: object = "auto",
        *,
        recipe: Recipe | str | Path | Mapping[str, object] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        networks: int | None = None,
        learn: Mapping[str, object] | None = None,
        columns: Mapping[str, object] | None = None,
        validation: float | None = None,
        class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            menu, recipe=recipe, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, networks=networks,
            learn=learn, columns=columns, validation=validation, random_state=random_state,
        )  # fmt: skip
        self.class_weight = class_weight

    def fit(self, X: object, y: object, sample_weight: object = None) -> Self:
        """Train on rows and their classes, each row counting by its weight.

        Shapes: X (rows, columns), a frame or an array, sparse too; y and sample_weight (rows,).

        Raises:
            ValueError: rows, classes or weights are not what scikit-learn takes, or there is one class only.
            SpecError: a parameter is wrong.
            DataError: no column is left to learn from, or a cell is not what `columns` says.
            TrainingError: the loss was not finite.
        """
        frame, truth, name = self._fitting(X, y)
        if truth.dtype == object and (gone := np.flatnonzero(pd.isna(truth))).size:
            raise ValueError(f"y has no class in row {gone[0] + 1:,} ({gone.size:,} in all): remove such rows")
        check_classification_targets(truth)
        weights = self._weights(sample_weight, frame)
        if self.class_weight is not None:
            of_classes = compute_sample_weight(self.class_weight, truth)
            weights = of_classes if weights is None else weights * of_classes
        self.classes_ = np.unique(truth if weights is None else truth[weights > 0])
        if len(self.classes_) < 2:
            known = self.classes_.tolist()
            raise ValueError(f"a classifier needs two classes or more, and there is one class only: {known}")
        stay = _stay_as_they_are(self.classes_)
        cells = truth if stay else np.searchsorted(self.classes_, truth)
        model = self._learned(X, frame, {name: cells}, weights, {"target": name})
        known = [as_text(one) for one in model.signature.targets[0].classes]
        own = self.classes_.tolist() if stay else range(len(self.classes_))
        self._places = [known.index(as_text(one)) for one in own]  # of each class among those of the model
        return self

    def predict_proba(self, X: object) -> np.ndarray:
        """The probability of each class, in the order of `classes_`.

        Shapes: (rows, columns) -> (rows, classes).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        return self._said(X)[0]

    def predict(self, X: object) -> np.ndarray:
        """The class of each row: the likeliest, or by the threshold that a recipe names.

        Shapes: (rows, columns) -> (rows,).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        _, places = self._said(X)
        found: np.ndarray = self.classes_[places]
        return found

    def decision_function(self, X: object) -> np.ndarray:
        """How sure the network is: of two classes the logarithm of the odds of the second, of more of each probability.

        Shapes: (rows, columns) -> (rows,), of more than two classes (rows, classes).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
        """
        found = self.predict_proba(X)
        return log_odds(found[:, 1]) if len(self.classes_) == 2 else np.log(np.maximum(found, _LEAST))

    def _said(self, X: object) -> tuple[np.ndarray, np.ndarray]:
        """The probabilities, and the place of the class that is called."""
        check_is_fitted(self)
        scores = said(self.model_, self._frame(X, reset=False))
        [spec] = self.model_.signature.targets
        found = scores[:, self._places]
        found = found / found.sum(axis=1, keepdims=True)
        if spec.threshold == 0.5:
            return found, found.argmax(axis=1)
        return found, np.argsort(self._places)[spec.labels(scores)]


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """The logarithm of how many times likelier something is than not. Shapes: (...,) -> (...,)."""
    found: np.ndarray = np.log(np.maximum(probabilities, _LEAST)) - np.log(np.maximum(1 - probabilities, _LEAST))
    return found


def _stay_as_they_are(classes: np.ndarray) -> bool:
    """Whether classes are the same as cells of a table: whole numbers, and words."""
    if classes.dtype.kind in "iu":
        return True
    return all(isinstance(one, str) and _WORDS.fullmatch(one) and one not in USUAL for one in classes)
