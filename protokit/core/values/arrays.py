"""The data as networks and baselines take it, and what a model says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec

if TYPE_CHECKING:
    import numpy as np


FEW_ROWS = 640  # of training, as a table of 1,000 has by default: of fewer, a number keeps its proportions


@dataclass(frozen=True)
class Features:
    """The columns in plain form, for models that do their own scaling (the baselines).

    Shapes:
        numbers: (rows, columns), float64, NaN where missing.
        codes: (rows, columns), int64 from 0; `levels` counts the codes of each column.
        texts: (rows,) texts by column, with blanks between the tokens that the network has.
        wide: (rows, many) numbers by column: pixels of images, summaries of sequences.
        history: (rows, window, columns) of what is forecast, in its own unit; `season_ago` (rows, horizon, columns) is
            what each step was when its season was last known, NaN where that is before the series begins.
        units: (rows, columns) by name, of what is forecast: `center` and `scale` are the mean and standard deviation
            of the series' training rows, `naive` and `naive_1` the mean errors in them of forecasts that repeat the
            last season, and the last row.
        points: (rows, width), float64, where there is no target: all columns as numbers, each counting the same.
    """

    numbers: np.ndarray
    codes: np.ndarray
    levels: tuple[int, ...]
    texts: Mapping[str, np.ndarray] = field(default_factory=dict)
    wide: Mapping[str, np.ndarray] = field(default_factory=dict)
    history: np.ndarray | None = None
    season_ago: np.ndarray | None = None
    points: np.ndarray | None = None
    units: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrays:
    """One part of the data as the network takes it.

    Shapes:
        inputs: (rows, *shape) by the input's name.
        targets: (rows, *shape of the target) by the target's key; float32 (0 or 1, standardised number) or int32
            (class).
        truth: (rows,) by the target's name: class positions, or the number in its own unit; (rows, labels) of 0 and 1;
            (rows, horizon, columns) of a forecast; (rows, width), the points, where there is no target.
        weights: (rows,) float32, how much each row counts in the loss and in the scores, with a mean of 1 over the
            training rows; None where all count the same.
        blocks: (rows,) of whole numbers: rows of one block are not independent; None where all are.
        labels: (rows,) of texts, None where missing: what clusters are held against, never learned from.

    Windows of series are cut when they are read: such arrays are sliced like those of NumPy, and have their `shape`,
    `dtype`, `nbytes` and length; `np.asarray` makes them whole. Of a table larger than memory the training rows lie in
    files, and `features` has none of them.
    """

    inputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    truth: Mapping[str, np.ndarray]
    features: Features
    weights: np.ndarray | None = None
    blocks: np.ndarray | None = None
    labels: np.ndarray | None = None

    def __repr__(self) -> str:
        parts = [f"{name} {tuple(values.shape)}" for name, values in (*self.inputs.items(), *self.targets.items())]
        return f"<Arrays: {', '.join(parts)}>"

    @property
    def rows(self) -> int:
        """Examples in this part."""
        return len(next(iter(self.inputs.values())))


@dataclass(frozen=True)
class Predictions:
    """What a model says of one target for some rows.

    Shapes:
        truth: (rows,): class positions, or numbers in the target's own unit; (rows, labels) of 0 and 1;
            (rows, horizon, columns) of a forecast; (rows, width), the points, where there is no target.
        scores: (rows, classes) probabilities for a class target, (rows, labels) for labels; (rows,) numbers for
            regression, (rows, quantiles), (rows, horizon, columns); (rows, clusters), the highest of its own cluster.
        units: (rows, columns) by name: what the errors of a forecast are measured in.
        blocks: (rows,): rows of one block are not independent.
        reference: (rows,) texts, None where missing: what clusters are held against.
        thresholds: (rows,): above which probability each row is called positive, where folds have chosen their own.
        weights: (rows,): how much each row counts; None where all count the same.
    """

    target: TargetSpec
    truth: np.ndarray
    scores: np.ndarray
    units: Mapping[str, np.ndarray] = field(default_factory=dict)
    blocks: np.ndarray | None = None
    reference: np.ndarray | None = None
    thresholds: np.ndarray | None = None
    weights: np.ndarray | None = None

    @property
    def is_positive(self) -> np.ndarray:
        """Of two classes: whether each row is of the positive one. Shapes: (rows,) of truth values."""
        found: np.ndarray = self.truth == self.target.positive
        return found

    @property
    def positive_scores(self) -> np.ndarray:
        """Of two classes: the probability of the positive one. Shapes: (rows,)."""
        found: np.ndarray = self.scores[:, self.target.positive]
        return found

    @property
    def labels(self) -> np.ndarray:
        """The predicted class or cluster of each row, from 0, 0 or 1 of each label, or the number (the median)."""
        return self.target.labels(self.scores, self.thresholds)
