"""The values that pass between the four steps. Frozen; arrays and frames inside are not to be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Kind = Literal["number", "category", "boolean", "date"]
TaskName = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Notice:
    """Something that was decided for the person, with the columns and the way to decide otherwise."""

    rule: str
    columns: tuple[str, ...] = ()
    cure: str | None = None

    def __str__(self) -> str:
        return self.rule + (f" ({self.cure})" if self.cure else "")


@dataclass(frozen=True)
class Step:
    """One step of the data's way with the rows that went in and came out."""

    name: str
    rows_in: int
    rows_out: int
    detail: str = ""


@dataclass(frozen=True)
class Table:
    """The collected data: one frame, one row per example.

    `parts` names for each row the table it came from, where several were put on top of each other.
    `origin` maps each source to the SHA-256 of its content.
    """

    frame: pd.DataFrame
    parts: np.ndarray | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Split:
    """Row positions of each part, ascending. No row is in two parts."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    by: str


@dataclass(frozen=True)
class InputSpec:
    """One input of the network.

    `shape` is of one example, without the batch. For integer codes `levels` is the number of different
    codes over all columns; for numbers it is 0.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Literal["float32", "int32"]
    columns: tuple[str, ...]
    levels: int = 0


@dataclass(frozen=True)
class TargetSpec:
    """One output of the network: what it predicts. `classes` are as written in the data, in order."""

    name: str
    task: TaskName
    classes: tuple[Any, ...] = ()

    @property
    def units(self) -> int:
        """Numbers that the network gives for one row."""
        return len(self.classes) if self.task == "multiclass" else 1


@dataclass(frozen=True)
class Signature:
    """What goes into the network and what comes out."""

    inputs: tuple[InputSpec, ...]
    targets: tuple[TargetSpec, ...]


@dataclass(frozen=True)
class Features:
    """The columns in plain form, for models that do their own scaling (the baselines).

    Shapes:
        numbers: (rows, columns), float64, NaN where missing.
        codes: (rows, columns), int64 from 0; `levels` counts the codes of each column.
    """

    numbers: np.ndarray
    codes: np.ndarray
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Arrays:
    """One part of the data as the network takes it.

    Shapes:
        inputs: (rows, *shape) by the input's name.
        targets: (rows, 1) by the target's name; float32 (0 or 1, standardised number) or int32 (class).
        truth: (rows,) by the target's name: class positions, or the number in its own unit.
        weights: (rows,) float32, how much each row counts in the loss, with a mean of 1 over the training rows;
            None where all count the same.
    """

    inputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    truth: Mapping[str, np.ndarray]
    features: Features
    weights: np.ndarray | None = None

    @property
    def rows(self) -> int:
        """Examples in this part."""
        return len(self.features.numbers)


@dataclass(frozen=True)
class Predictions:
    """What a model says of one target for some rows.

    Shapes:
        truth: (rows,): class positions, or numbers in the target's own unit.
        scores: (rows, classes) probabilities for a class target; (rows,) numbers for regression.
    """

    target: TargetSpec
    truth: np.ndarray
    scores: np.ndarray

    @classmethod
    def pooled(cls, parts: Sequence[Predictions]) -> Predictions:
        """The predictions of several sets of rows as those of one."""
        import numpy as np

        truth = np.concatenate([part.truth for part in parts])
        return cls(parts[0].target, truth, np.concatenate([part.scores for part in parts]))

    @property
    def labels(self) -> np.ndarray:
        """The predicted class position of each row, or the predicted number."""
        return self.scores if self.target.task == "regression" else self.scores.argmax(axis=1)


@dataclass(frozen=True)
class Interval:
    """A score with the bounds that hold it in 95 of 100 resamplings of the test rows."""

    value: float
    low: float
    high: float

    def as_plain(self) -> dict[str, float]:
        """The interval as JSON takes it."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Score:
    """One metric of one target for the network and for each baseline, and whether more is better."""

    target: str
    metric: str
    greater_is_better: bool
    network: Interval
    baselines: Mapping[str, Interval]
