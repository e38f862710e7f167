"""What goes into the network and what comes out."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import prod
from typing import TYPE_CHECKING, ClassVar, Literal
from zlib import crc32

from protokit.core.registry import Registry
from protokit.core.values.forms.given_back import GivenBack
from protokit.core.values.forms.reader import Reader as Reader
from protokit.core.values.inputs import OF_KIND, InputGroup, InputSpec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Form = Literal[
    "classes", "labels", "number", "quantiles", "steps", "clusters", "survival", "vector", "drawn", "tags", "mask",
    "inputs", "embedding", "tokens",
]  # fmt: skip


class Task(ABC):
    """What is predicted of a row, and how: a class in a file of `protokit.core.values.tasks`, all that differs by task.

    What the steps do for a task they do by what is declared here; what they need of their own libraries they find by
    its name there. So a further task is one file, and one more for each step of which it needs something new.

    Attributes:
        name: as files have it, `metrics.json` and the encoder's.
        about: what it is, in a sentence.
        rank: tasks are listed in this order.
        word: as a recipe writes it under `learn.task`, where that is not the name.
        like: another task, whose metrics, baselines, plots and checks are for this one, too.
        form: what is predicted of a row: one of several classes, labels that may each be there, a number, several
            quantiles, steps of series, a cluster, when something happens, several numbers together, several that are
            drawn together, a class for each step of a sequence, a class for each pixel, the inputs again, a point near
            those of its class, the tokens of a text.
        ordered: whether classes have an order, which `represent.columns` may write.
        has_target: whether a column says what is true.
        numeric: whether the cells of its columns are numbers.
        stratified: whether rows are drawn so that each part has like shares of the classes.
        on_disk: whether a database may split rows for it, of tables larger than memory.
        coding: how the target's cells become what the loss takes (`protokit.represent.targets`).
        probabilities: whether the network gives probabilities.
        has_positive: whether one of two classes is the positive one.
        coded: whether the loss takes the places of classes.
        standardised: whether the network learns numbers in standard deviations of the training rows.
        head: the end of the network (`protokit.menu.network.ends`), with its `activation`.
        takes_members: whether an ensemble may have a head for each member.
        loss: of Keras, or of protokit's own (`protokit.learn.losses`), where a recipe names none.
        losses: further ones of protokit's own.
        in_training: metrics of Keras after each epoch.
        metrics: those that are scored where a recipe names none; the first decides the verdict.
        importance: the metric by which columns are important, where the one that decides takes long.
        deviance: what simple models of it make least.
        spreads: whether validation rows tell how far numbers lie from their means, and so between which bounds.
        constant: the share of rows with one value from which on nothing is to be learned; above 1: never.
        audited: whether the audit looks at columns beside the target.
        sided: whether it looks at them beside the target's `sides` instead.
        in_trees: whether trees of scikit-learn are fitted to what it predicts, by which the doctor judges.
        beside: the names of what `said_of_rows` says of each row, where its truth is known.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    form: ClassVar[Form]
    rank: ClassVar[int] = 0
    word: ClassVar[str] = ""
    like: ClassVar[str] = ""
    ordered: ClassVar[bool] = False
    has_target: ClassVar[bool] = True
    numeric: ClassVar[bool] = False
    stratified: ClassVar[bool] = False
    on_disk: ClassVar[bool] = False
    coding: ClassVar[str] = ""
    probabilities: ClassVar[bool] = False
    has_positive: ClassVar[bool] = False
    coded: ClassVar[bool] = False
    standardised: ClassVar[bool] = False
    head: ClassVar[str] = "dense"
    activation: ClassVar[str] = "linear"
    takes_members: ClassVar[bool] = True
    loss: ClassVar[str] = "MeanSquaredError"
    losses: ClassVar[tuple[str, ...]] = ()
    in_training: ClassVar[tuple[str, ...]] = ("mae",)
    metrics: ClassVar[tuple[str, ...]] = ()
    importance: ClassVar[str] = ""
    deviance: ClassVar[Literal["squared_error", "poisson", "gamma"]] = "squared_error"
    spreads: ClassVar[bool] = False
    constant: ClassVar[float] = 2.0
    audited: ClassVar[bool] = False
    sided: ClassVar[bool] = False
    in_trees: ClassVar[bool] = False
    beside: ClassVar[tuple[str, ...]] = ()

    @property
    def written(self) -> str:
        """What a recipe writes under `learn.task`."""
        return self.word or self.name

    @property
    def example(self) -> str:
        """What a person writes in a recipe."""
        return f"learn: {{task: {self.written}}}"

    def is_one_of(self, tasks: tuple[str, ...]) -> bool:
        """Whether something for these tasks is for this one."""
        return self.name in tasks or self.like in tasks

    @property
    def starts_linear(self) -> bool:
        """Whether a network may start at a ridge regression: it learns one number in standard units."""
        return self.form == "number" and self.standardised and self.head == "dense"

    def of_classes(self, count: int) -> str:
        """The task where the training rows have so many classes."""
        return self.name

    def accepts(self, loss: str) -> bool:
        """Whether a loss of Keras, by its name in lower case with underscores, can be this task's."""
        return not any(part in loss for part in ("sparse", "binary", "categorical"))

    @abstractmethod
    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """Of what the network gives for one row."""

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See TargetSpec.labels."""
        return scores

    def sides(self, target: TargetSpec, truth: np.ndarray) -> list[tuple[TargetSpec, np.ndarray]]:
        """What the audit looks at instead of a target that is no class and no number: such ones that it is made of.

        A side is a target by the name of its column, with its truth. Shapes: truth (rows, ...) -> (rows,) each.
        """
        return []

    def brought(self, own: TargetSpec, scores: np.ndarray, other: TargetSpec) -> np.ndarray:
        """Scores of a target as another fold's training rows have it (`own`) as those of the target of the `other`."""
        return scores

    def steps(self, truth: np.ndarray) -> np.ndarray | None:
        """Which steps of each row there are, where rows have different ones. Shapes: (rows, steps) of truth values."""
        return None

    def judged(self, target: TargetSpec, scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """What of the scores of rows that are judged together is kept: of what is near each other, which rows are."""
        return scores

    def said_of_rows(self, target: TargetSpec, truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, ...]:
        """What is said of each row beside what is predicted, as many as `beside` names. Shapes: (rows,) each."""
        return ()

    @abstractmethod
    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """What is true, as columns of `predictions.parquet`, a row for each example and step. Shapes: (rows,) each."""

    @abstractmethod
    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """What a model says, as columns of `predictions.parquet`. Shapes: (rows,) each."""

    @abstractmethod
    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """The truth of `truth_columns`."""

    @abstractmethod
    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """The scores of `score_columns`, and the thresholds where they were `chosen`."""

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """Scores as columns of a table: what is predicted, and how sure the network is of it."""
        return self.score_columns(target, scores, None)


TASKS: Registry[Task] = Registry("task", "protokit.core.values.tasks")


@cache
def task_of(name: str) -> Task:
    """The task of a name.

    Raises:
        SpecError: there is none of that name.
    """
    return TASKS[name]


def of_word(word: str | None) -> tuple[Task, ...]:
    """The tasks that a recipe writes so: of classes there are two."""
    return tuple(task for task in TASKS.all().values() if task.written == word)


def form_written(word: str | None) -> Form | None:
    """What is predicted of a row by a task as a recipe writes it; None where it says none."""
    return next((task.form for task in of_word(word)), None)


@dataclass(frozen=True)
class TargetSpec:
    """One output of the network: what it predicts.

    `classes` are as written in the data, in order; of clusters found they are 1, 2, and so on. `columns` are those of a
    target made of several: labels that may each be there, parts of a vector, or series that are forecast together over
    `horizon` steps; labels of steps have it, too.
    `quantiles` are those to predict. `width` is the count of numbers that a network gives back without a target, and
    of `times`. Of two classes the one at the place `positive` is what precision, recall and the like are of. A row is
    called positive where its probability of it is above the `threshold`; the logits of classes are divided by the
    `temperature`. `dispersion` is by how much counts, in units of their mean, vary more than those of a Poisson
    distribution, and `spread` how far they, or numbers above 0, lie from the network's means, by validation rows
    (variance: mean + spread * mean^2, or spread * mean^2). Of what happens some time the probabilities are of `times`,
    ascending, between which the training rows have `hazards`; `columns` are the time and the event. None of these
    changes the network: two targets that differ in them alone are equal. Of masks, `size` is height and width, and
    `columns` are the mask and its image. `parts` are the columns that are given back, numbers before categories.
    """

    name: str
    task: str
    classes: tuple[object, ...] = ()
    columns: tuple[str, ...] = ()
    horizon: int = 0
    quantiles: tuple[float, ...] = ()
    width: int = 0
    size: tuple[int, ...] = ()
    parts: tuple[GivenBack, ...] = ()
    threshold: float = field(default=0.5, compare=False)
    temperature: float | None = field(default=None, compare=False)
    positive: int = field(default=1, compare=False)
    dispersion: float = field(default=0.0, compare=False)
    spread: float | None = field(default=None, compare=False)
    times: tuple[float, ...] = field(default=(), compare=False)
    hazards: tuple[float, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The name under which Keras knows the target: its own, or one with a checksum where that cannot be."""
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", self.name)
        fits = plain == self.name and plain[0].isalnum()
        return self.name if fits else f"target_{plain}_{crc32(self.name.encode()):08x}"

    @property
    def of_task(self) -> Task:
        """All that differs by its task."""
        return task_of(self.task)

    @property
    def form(self) -> Form:
        """What is predicted of a row."""
        return self.of_task.form

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what the network gives for one row."""
        return self.of_task.shape(self)

    @property
    def units(self) -> int:
        """Numbers that the network gives for one row."""
        return prod(self.shape)

    @property
    def has_classes(self) -> bool:
        """Whether a row is of one class."""
        return self.form == "classes"

    @property
    def has_positive(self) -> bool:
        """Whether one of two classes is the positive one."""
        return self.of_task.has_positive

    @property
    def positive_class(self) -> str | None:
        """The name of the positive class of two; None of other targets."""
        return str(self.classes[self.positive]) if self.has_positive else None

    def labels(self, scores: np.ndarray, thresholds: np.ndarray | None = None) -> np.ndarray:
        """What scores say: the class or cluster of each row, from 0, 0 or 1 of each label, or the number (the median).

        Shapes: scores as in Predictions; `thresholds` (rows,) in place of the target's own.
        """
        return self.of_task.labels(self, scores, thresholds)


@dataclass(frozen=True)
class Signature:
    """What goes into the network and what comes out. Of `pairs` the inputs are those of one of both sides."""

    inputs: tuple[InputSpec, ...]
    targets: tuple[TargetSpec, ...]
    groups: tuple[InputGroup, ...] = ()
    pairs: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What a menu may take from: each input, the codes of each text, and the share of each of several images."""
        more = [f"{spec.name}_{OF_KIND[spec.kind]}" for spec in self.inputs if spec.kind in OF_KIND]
        return (*(spec.name for spec in self.inputs), *more, *(group.name for group in self.groups))
