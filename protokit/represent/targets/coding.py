"""How the cells of a target become what the loss takes, and what the network gives becomes scores: the contract."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from protokit.core.registry import Registry
from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec, Task
from protokit.represent.kind import FittedColumn

LABELS = "labels"  # the name of a target made of several columns that are each there or not
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Encoded:
    """The training rows as the network takes them: the fitted columns, and what they make."""

    columns: Sequence[FittedColumn]
    inputs: Mapping[str, np.ndarray]
    features: Features


@dataclass(frozen=True)
class Asked:
    """What is said of a target before its rows are looked at.

    `separator` parts the labels of a cell; `order` is that of classes, as written. `beside` are the columns of the
    table that are inputs of their own, fitted; `given` is what the network takes, where that is the target; `options`
    are those of the kind that the target is said to be.
    """

    task: str
    quantiles: tuple[float, ...] = ()
    separator: str | None = None
    order: tuple[str, ...] = ()
    beside: Sequence[FittedColumn] = ()
    given: Encoded | None = None
    options: object = None


@dataclass(frozen=True)
class Learned:
    """What was learned of a target's training rows.

    `in_one_column`: all labels of a row, or all numbers of its vector, stand in the one column that the target is named
    for. Labels of several columns are named LABELS, which may be a column's name, too. Numbers are learned less their
    `center`, divided by their `scale`; those of a vector each by its own. Paths start at `folder`.
    """

    spec: TargetSpec
    center: float = 0.0
    scale: float = 1.0
    in_one_column: bool = False
    separator: str | None = None
    centers: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()
    folder: str = ""


class Coding(ABC):
    """How the cells of a target become what the loss takes, and back: a class in a file of `codings`.

    Attributes:
        name: as a task names it (`protokit.core.values.signature.Task.coding`).
        about: what it does, in a sentence.
    """

    name: ClassVar[str]
    about: ClassVar[str]

    def hold(self, series: pd.Series, task: Task, *, is_derived: bool) -> None:
        """Hold that all rows of a column are for the task. A column that `is_derived` is in no table.

        Raises:
            DataError: it is not.
        """
        return

    @abstractmethod
    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """Learn from training rows what there is to know of the target.

        Raises:
            DataError: they do not tell.
        """

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """What is true of each row: see Predictions.

        Raises:
            DataError: a cell is nothing that the target can be.
        """
        raise NotImplementedError(f"the coding {self.name!r} has neither `truth` nor `of_inputs`")

    def of_inputs(self, learned: Learned, inputs: Mapping[str, np.ndarray], features: Features) -> np.ndarray | None:
        """The truth, where the inputs are it: see Predictions; None where cells of the target are."""
        return None

    @abstractmethod
    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """What the loss takes. Shapes: (rows, ...) -> (rows, numbers)."""

    def taught(self, learned: Learned, truth: np.ndarray) -> Mapping[str, np.ndarray]:
        """What the network is given beside its inputs while it learns, made of the truth. Shapes: (rows, ...) each."""
        return {}

    @abstractmethod
    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """From what the network gives, in double precision, to scores: see Predictions. Shapes: (rows, units) -> ..."""

    def columns(
        self, learned: Learned, scores: np.ndarray, frame: pd.DataFrame
    ) -> Mapping[str, np.ndarray | pd.Series]:
        """Scores of the rows of a table as columns: what is predicted, and how sure the network is of it."""
        return learned.spec.of_task.predicted(learned.spec, scores)


CODINGS: Registry[Coding] = Registry("coding of a target", "protokit.represent.targets.codings")
