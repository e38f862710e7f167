"""A network that forecasts series, in the way of scikit-learn's estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean
from protokit.estimators.learning import LOCK
from protokit.estimators.network import Network, free
from protokit.recipe.recipe import Recipe

_ROW = "row"


class Forecaster(Network):
    """A network that forecasts the next `horizon` rows of series from their last `window`.

    `time` is the column of times; where it is None, rows are a step apart, in their order. `by` names the columns that
    tell series, `known` those whose future is known, `season` the steps of a season. What is forecast is `y`; or,
    where there is none, the columns of `X` in `target`, None for all numbers that are none of these. Of the other
    columns the past is taken. The further parameters and what there is after `fit` are those of `Classifier`, less
    those of classes; the last share of the times, `validation`, stops the training.

    >>> days = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=60), "sold": [i % 7 for i in range(60)]})
    >>> forecaster = protokit.Forecaster([{"Dense": 8}], time="day", window=14, horizon=7, epochs=2, networks=1)
    >>> forecaster.fit(days).predict().shape, forecaster.forecast().columns.tolist()
    ((7,), ['day', 'sold'])
    """

    _task = "forecasting"
    _sparse = False

    def __init__(
        self,
        menu: object = "auto",
        *,
        time: str | None = None,
        by: str | Sequence[str] = (),
        target: str | Sequence[str] | None = None,
        window: int = 24,
        horizon: int = 1,
        known: str | Sequence[str] = (),
        season: int | None = None,
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
        self.time = time
        self.by = by
        self.target = target
        self.window = window
        self.horizon = horizon
        self.known = known
        self.season = season

    def fit(self, X: object, y: object = None) -> Self:
        """Train on the rows of series, in any order of the series; `y` is what is forecast, if it is not in `X`.

        Shapes: X (rows, columns), a frame or an array; y (rows,).

        Raises:
            ValueError: rows or numbers are not what scikit-learn takes.
            SpecError: a parameter is wrong, or the series are too short.
            DataError: a cell is not what its column is, or two rows of a series have one time.
            TrainingError: the loss was not finite.
        """
        if y is None:
            frame = self._frame(X, reset=True)
            names = self._targets(frame)
            found = {name: frame[name].to_numpy() for name in names}
        else:
            frame, truth, name = self._fitting(X, y, y_numeric=True)
            names, found = [name], {name: truth.astype(np.float64)}
        for name in (*self._by, *_names(self.known), *([self.time] if self.time is not None else [])):
            if name not in frame.columns:
                raise SpecError.one(f"there is no column {name!r}", did_you_mean(name, map(str, frame.columns)))
        past = frame.assign(**found)
        self._of_y, self._names, self._time = y is not None, names, self.time or free(_ROW, past)
        rows = self._with_times(past)
        series = {"time": self._time, "window": self.window, "horizon": self.horizon, "season": self.season}
        lists = {"by": list(self._by), "known": list(_names(self.known))}
        series |= {word: names_of for word, names_of in lists.items() if names_of}
        others = {name: rows[name].to_numpy() for name in rows.columns if name in names or name not in frame.columns}
        represent = {"target": names, "series": series}
        self._learned(X, frame.drop(columns=[n for n in names if n in frame.columns]), others, represent=represent)
        self._past = past[[name for name in self.model_.columns if name in past.columns]]
        return self

    def forecast(self, X: object = None) -> pd.DataFrame:
        """The next rows of each series: what tells it, the time (or the number of the row), and what is forecast.

        Without `X`, from the last rows of training on. Where `fit` had `y`, `X` has the rows that follow those of
        training, for the columns whose future is known. Else it is a table like that of training, whose last rows are
        gone on with: rows without a value of what is forecast give the known future.

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
            DataError: a series has too few rows, or what is known is not there.
        """
        check_is_fitted(self)
        given = self._past if X is None else self._frame(X, reset=False)
        if X is not None and self._of_y:
            given = pd.concat([self._past, given.assign(**dict.fromkeys(self._names, np.nan))], ignore_index=True)
        rows = self._with_times(given)
        if self._of_y:  # rows of training are no future
            rows = rows.drop_duplicates([*self._by, self._time], ignore_index=True)
        with LOCK:
            return self.model_.predict(rows)

    def predict(self, X: object = None) -> np.ndarray:
        """The numbers of `forecast`: `horizon` for each series, one series after the other.

        Shapes: X (rows, columns) or None -> (series * horizon,), of several columns (series * horizon, columns).

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: the rows are not like those of training.
            DataError: a series has too few rows, or what is known is not there.
        """
        found: np.ndarray = self.forecast(X)[self._names].to_numpy(np.float64)
        return found[:, 0] if len(self._names) == 1 else found

    @property
    def _by(self) -> tuple[str, ...]:
        return _names(self.by)

    def _targets(self, frame: pd.DataFrame) -> list[str]:
        """The columns of the rows that are forecast.

        Raises:
            SpecError: one is not there, or there is none.
        """
        if self.target is not None:
            for name in (names := list(_names(self.target))):
                if name not in frame.columns:
                    raise SpecError.one(f"there is no column {name!r}", did_you_mean(name, map(str, frame.columns)))
            return names
        others = {self.time, *self._by, *_names(self.known)}
        found = [str(name) for name in frame.columns if frame[name].dtype.kind in "iuf" and name not in others]
        if not found:
            raise SpecError.one("there is no column of numbers to forecast", 'name it: target="COLUMN", or give y')
        return found

    def _with_times(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with their times; where there are none, with their numbers in their series."""
        if self.time is not None:
            return rows
        by = list(self._by)
        numbers = rows.groupby(by, dropna=False, sort=False).cumcount() if by else pd.RangeIndex(len(rows))
        return rows.assign(**{self._time: np.asarray(numbers)})

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        return tags


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
