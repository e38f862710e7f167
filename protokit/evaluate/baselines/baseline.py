"""What a baseline is, and the registry of all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec, task_of
from protokit.evaluate.instances import LAST, Instances

if TYPE_CHECKING:
    import numpy as np


class Fitted(Protocol):
    """A fitted baseline."""

    def scores(self, features: Features) -> np.ndarray:
        """What a network's predictions are, too.

        Shapes: (rows, classes that training rows have) or (rows, labels) probabilities, (rows,) numbers,
            (rows, quantiles) ascending, (rows, horizon, columns), (rows, clusters).
        """


class Baseline(ABC):
    """A simple model that a network is held against, on the plain columns.

    >>> import numpy as np
    >>> from protokit import plugins
    >>> @plugins.baseline
    ... class Half(plugins.Baseline):
    ...     name, about, tasks = "half", "One half for every row.", ("binary",)
    ...     def fit(self, features, truth, target, seed):
    ...         return self
    ...     def scores(self, features):
    ...         return np.full((features.rows, 2), 0.5)
    >>> protokit.check(recipe, set={"evaluate.baselines": ["half"]}).evaluate.baselines
    ('half',)

    Attributes:
        name: as a recipe writes it under `evaluate.baselines`.
        about: what it does, in a sentence.
        tasks: those that it is for (`protokit list tasks`), and with them those that are like one of them.
        default: of protokit's own, whether it is fitted where a recipe names no baselines.
        most_pairs: of training and test rows, with which it is cheap enough to be a default; None: with any.
        most_rows: training rows that it looks at, drawn at random; None: all.
        rank: baselines are listed in this order; those without one come last.
    """

    name: str
    about: str
    tasks: tuple[str, ...]
    default: bool = False
    most_pairs: int | None = None
    most_rows: int | None = None
    rank: int = LAST

    @property
    def example(self) -> str:
        """What a person writes in a recipe."""
        return f"evaluate: {{baselines: [{self.name}]}}"

    @classmethod
    def fault_of_class(cls) -> str | None:
        """What is wrong with the class itself, if something is: it is asked when the class is registered."""
        tasks = getattr(cls, "tasks", None)
        return None if isinstance(tasks, tuple) and tasks else f"`tasks` is a tuple of tasks, not {tasks!r}"

    @abstractmethod
    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """Fit on training rows. The same rows and seed give the same model.

        Shapes: see Features; truth (rows,) class positions or numbers, (rows, labels) of 0 and 1,
            (rows, horizon, columns), or (rows, width), the points that clusters are looked for among; weights (rows,),
            how much each row counts: a baseline whose `fit` has no such parameter counts all alike, and it is said.
        """


BASELINES: Instances[Baseline] = Instances("baseline", "protokit.evaluate.baselines", key="baseline", base=Baseline)


def default_baselines(task: str, pairs: int) -> tuple[str, ...]:
    """The baselines of a task where a recipe names none, for so many pairs of a training and a test row."""
    return tuple(
        name
        for name, one in BASELINES.house().items()
        if one.default and task_of(task).is_one_of(one.tasks) and (one.most_pairs is None or pairs <= one.most_pairs)
    )
