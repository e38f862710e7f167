"""What the estimators share: their parameters as a recipe, their rows as a frame, and the model in them."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    check_random_state,
    validate_data,
)

from protokit.bundle.model import Model
from protokit.collect.frames import as_frame
from protokit.core.errors import SpecError
from protokit.core.plain import without_numpy
from protokit.estimators.kept import Kept
from protokit.estimators.learning import LOCK, learn
from protokit.estimators.menu_values import BEFORE, values_of, with_values
from protokit.learn.words import Learn
from protokit.recipe.recipe import Recipe
from protokit.workflow.check import as_recipe

_SEEDS = 2**31 - 1
_WORDS = ("epochs", "batch_size", "networks")
_EXAMPLES = {"learn": '{"schedule": "cosine"}', "columns": '{"zip": "category"}'}
WEIGHT = "sample_weight"


class Network(BaseEstimator):  # type: ignore[misc]
    """A network as an estimator. See `Classifier`."""

    _task: str
    _least = 2  # rows
    _sparse = True  # whether its rows may be a sparse matrix

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
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.menu = menu
        self.recipe = recipe
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.networks = networks
        self.learn = learn
        self.columns = columns
        self.validation = validation
        self.random_state = random_state

    @property
    def model_(self) -> Model:
        """The trained model, which explains, evaluates and saves itself."""
        check_is_fitted(self)
        kept: Kept = self._kept
        with LOCK:
            return kept.model

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters; `deep`, those of the menu too: `menu__width` for each hyperparameter and slot of it."""
        found: dict[str, Any] = super().get_params(deep)
        return {**found, **{BEFORE + name: value for name, value in values_of(self.menu).items()}} if deep else found

    def set_params(self, **params: Any) -> Self:
        """Set parameters; `menu__width` sets a hyperparameter or slot of the menu.

        Raises:
            SpecError: the menu has no such name, or the value is none of the slot's.
            ValueError: there is no such parameter.
        """
        super().set_params(**{name: value for name, value in params.items() if not name.startswith(BEFORE)})
        if own := {name.removeprefix(BEFORE): value for name, value in params.items() if name.startswith(BEFORE)}:
            self.menu = with_values(self.menu, own)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_kept")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = self._sparse
        tags.non_deterministic = False
        return tags

    def _frame(self, X: object, *, reset: bool) -> pd.DataFrame:
        """Rows as a frame, with the columns by name; those of an array are `x0`, `x1`, and so on.

        Raises:
            ValueError: they are not what scikit-learn takes for rows, or not those of training.
        """
        if hasattr(X, "columns"):
            names = list(X.columns)
            if twice := [name for name in names if names.count(name) > 1]:
                raise ValueError(f"two columns are called {twice[0]!r}: give each a name of its own")
            validate_data(self, X, reset=reset, skip_check_array=True)
            frame = as_frame(X)
            if hasattr(self, "feature_names_in_"):
                return frame
            return frame.set_axis(_numbered(frame.shape[1]), axis=1)
        least = self._least if reset else 1
        how: dict[str, Any] = {"accept_sparse": self._sparse, "ensure_all_finite": "allow-nan"}
        how["ensure_min_samples"] = least
        found = validate_data(self, X, reset=reset, **how)
        if issparse(found):
            found = found.toarray()
        return pd.DataFrame(found, columns=_numbered(found.shape[1]))

    def _fitting(self, X: object, y: object, **how: object) -> tuple[pd.DataFrame, np.ndarray, str]:
        """The rows of `fit` as a frame, what is to be predicted of them, and a name for it that no column has.

        Raises:
            ValueError: they are not what scikit-learn takes.
        """
        named = getattr(y, "name", None)
        truth: np.ndarray = validate_data(self, X="no_validation", y=y, **how)
        frame = self._frame(X, reset=True)
        check_consistent_length(frame, truth)
        return frame, truth, free(named if isinstance(named, str) and named else "y", frame)

    def _weights(self, given: object, frame: pd.DataFrame) -> np.ndarray | None:
        """How much each row counts. Shapes: (rows,).

        Raises:
            ValueError: there are not as many, or one is negative.
        """
        if given is None:
            return None
        found: np.ndarray = _check_sample_weight(given, frame, dtype=np.float64, ensure_non_negative=True)
        return found

    def _learned(
        self, X: object, frame: pd.DataFrame, targets: Mapping[str, np.ndarray], weights: np.ndarray | None = None,
        represent: Mapping[str, object] | None = None, learn_words: Mapping[str, object] | None = None,
    ) -> Model:  # fmt: skip
        """Train on the `frame` of `X` and what is to be predicted of its rows, by further words of the recipe.

        Rows of weight 0 are left out.
        """
        rows, words = frame.assign(**targets) if targets else frame, dict(learn_words or {})
        if weights is not None:
            name = free(WEIGHT, rows)
            rows = rows.assign(**{name: weights})[weights > 0]
            words["sample_weights"] = name
        numbers = () if hasattr(X, "columns") else tuple(frame.columns)
        empty = [name for name in numbers if rows[name].isna().all()]
        learned = learn(self._recipe(numbers, empty, represent or {}, words), rows)
        self._kept = Kept(learned.model)
        self.history_ = list(learned.history)
        self.n_iter_ = len(learned.history)
        self.notices_ = [*(f"{name!r} is missing in every row: it is not learned from" for name in empty)]
        self.notices_ += learned.notices
        return learned.model

    def _recipe(
        self, numbers: Sequence[str], empty: Sequence[str], of_represent: Mapping[str, object],
        of_learn: Mapping[str, object],
    ) -> Recipe:  # fmt: skip
        """The recipe of the parameters, with further words; the columns in `numbers` are numbers, less the `empty`.

        Raises:
            SpecError: a parameter is wrong.
        """
        settled = {"learn.task": self._task, **{f"represent.{word}": value for word, value in of_represent.items()}}
        base = None if self.recipe is None else as_recipe(self.recipe, settled)
        written: Any = {} if base is None else base.document.data
        data: dict[str, Any] = dict(written)
        represent = {**(data.get("represent") or {}), **of_represent}
        learn = {**(data.get("learn") or {}), "task": self._task, **_mapping("learn", self.learn), **of_learn}
        if columns := {
            **dict.fromkeys(numbers, "number"), **dict.fromkeys(empty, "ignore"),
            **(represent.get("columns") or {}), **_mapping("columns", self.columns),
        }:  # fmt: skip
            represent["columns"] = columns
        if self.validation is not None:
            represent["split"] = {**(represent.get("split") or {}), "validation": self.validation}
        learn |= {word: value for word in _WORDS if (value := getattr(self, word)) is not None}
        if base is None or not (isinstance(self.menu, str) and self.menu == "auto"):
            learn["menu"] = self.menu
        if self.learning_rate is not None:
            optimizer = learn.get("optimizer", Learn().optimizer)
            name, arguments = next(iter(optimizer.items())) if isinstance(optimizer, Mapping) else (optimizer, {})
            learn["optimizer"] = {name: {**arguments, "learning_rate": self.learning_rate}}
        if self.random_state is not None:
            data["seed"] = self._seed()
        made = {**data, "represent": represent, "learn": learn}
        return Recipe.parse(made) if base is None else Recipe.parse(made, folder=base.folder).within(base.reach)

    def _seed(self) -> int:
        state = without_numpy(self.random_state)
        if isinstance(state, numbers.Integral):
            return int(state) % 2**32
        return int(check_random_state(state).randint(_SEEDS))


def _mapping(word: str, given: object) -> Mapping[str, Any]:
    """A parameter that holds words.

    Raises:
        SpecError: it is no mapping.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SpecError.one(f"{word} is a mapping, not {given!r}", f"write {word}={_EXAMPLES[word]}")
    return given


def free(name: str, frame: pd.DataFrame) -> str:
    """A name like the given one that no column has."""
    while name in frame.columns:
        name += "_"
    return name


def _numbered(count: int) -> list[str]:
    return [f"x{i}" for i in range(count)]
