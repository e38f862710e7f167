"""What a metric is, and the registry of all of them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, ClassVar

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec, task_of
from protokit.evaluate.instances import LAST, Instances

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast


class Metric:
    """A number that says how good predictions are. A class of its own overrides `score`, or `per_row` alone.

    >>> from protokit import plugins
    >>> @plugins.metric
    ... class Hits(plugins.Metric):
    ...     name, about, tasks = "hits", "The share of rows that are right.", ("binary",)
    ...     def score(self, predictions):
    ...         return float((predictions.labels == predictions.truth).mean())
    >>> list(run.evaluate(birds, metrics=["hits"]).metrics)
    ['hits']

    Attributes:
        name: as a recipe writes it under `evaluate.metrics`.
        about: what it is, in a sentence.
        tasks: those that it is for (`protokit list tasks`), and with them those that are like one of them.
        greater_is_better: None where neither is: such a metric cannot decide a verdict.
        root: whether it is the root of the mean of what `per_row` gives.
        unbounded: whether what `per_row` gives has no upper bound: the interval of such a mean allows for its skew.
        bounds: the least and the most that it can be; its intervals stay within.
        needs_labels: whether it holds clusters against labels (`evaluate.labels`).
        chooses_threshold: whether a threshold of two classes can be chosen by it; `of_confusion` is there then.
        undefined: why it may have no value on some rows, as the verdict says it.
        squared: whether what `per_row` gives are squares, which a few rows may make most of.
        of_positive: whether it is of the positive one of two classes, whose name stands beside it then.
        rank: metrics are listed in this order; those without one come last.
    """

    name: str
    about: str
    tasks: tuple[str, ...]
    greater_is_better: bool | None = True
    root: bool = False
    unbounded: bool = False
    bounds: tuple[float, float] = (-inf, inf)
    needs_labels: bool = False
    chooses_threshold: bool = False
    undefined: str = "it has no finite value there"
    of_positive: bool = False
    squared: bool = False
    rank: ClassVar[int] = LAST

    def is_for(self, target: TargetSpec) -> bool:
        """Whether it is for the target's task."""
        return target.of_task.is_one_of(self.tasks)

    @property
    def example(self) -> str:
        """What a person writes in a recipe."""
        return f"evaluate: {{metrics: [{self.name}]}}"

    def score(self, predictions: Predictions) -> float:
        """The metric of all rows; NaN where it is undefined on them.

        Shapes: see Predictions. Rows may be there several times: the bootstrap draws them with repeats.
        """
        from protokit.evaluate.scoring.rowwise import mean

        numbers = self.per_row(predictions)
        if numbers is None:
            raise NotImplementedError(f"the metric {self.name!r} has neither `score` nor `per_row`")
        return mean(numbers, predictions.weights, root=self.root)

    @property
    def weighs(self) -> bool:
        """Whether rows count by their weights; a class whose `score` does so by itself says True."""
        return type(self).score is Metric.score

    def named(self, target: TargetSpec) -> str:
        """Its name, with the class that it is of where it is of the positive one of two."""
        return f"{self.name} of {target.positive_class!r}" if self.of_positive and target.positive_class else self.name

    def why_undefined(self, predictions: Predictions) -> str:
        """Why it has no value on these rows, in words that follow "undefined on these rows:"."""
        return self.fault_of_truth(predictions) or self.undefined

    def fault_of_truth(self, predictions: Predictions) -> str | None:
        """Why no predictions could have a value on these rows, such as a truth of one class; None where they can."""
        return None

    @classmethod
    def fault_of_class(cls) -> str | None:
        """What is wrong with the class itself, if something is: it is asked when the class is registered."""
        tasks = getattr(cls, "tasks", None)
        return None if isinstance(tasks, tuple) and tasks else f"`tasks` is a tuple of tasks, not {tasks!r}"

    def per_row(self, predictions: Predictions) -> np.ndarray | None:
        """What the metric is the mean of; None where it is no mean. Intervals of a mean are found fast.

        Shapes: (rows,).
        """
        return None

    def of_confusion(self, cells: np.ndarray) -> np.ndarray:
        """The metric of many confusion matrices at once, for thresholds that are chosen by it.

        Shapes: (sets, classes in truth, classes as predicted) -> (sets,).
        """
        raise NotImplementedError(f"the metric {self.name!r} is not one of predicted classes")

    def fast(self, predictions: Predictions) -> Fast | None:
        """A function that gives the metric on many resamplings at once; None where each has to be computed by itself.

        Shapes: the function's second argument is (resamplings, rows), how often each row was drawn, by its weight where
            rows have weights; it gives (resamplings,).
        """
        from protokit.evaluate.scoring.rowwise import ResampledMean

        numbers = self.per_row(predictions)
        return None if numbers is None else ResampledMean(numbers, self.root)

    def drawn(self, predictions: Predictions, seed: int) -> tuple[float, float] | None:
        """By how much it is too high on so few rows, on average, and its spread; None where these rows tell."""
        return None

    def unseen(self, predictions: Predictions) -> float:
        """How much higher it may be for classes of which these rows tell nothing, or next to nothing."""
        return 0.0

    def __call__(self, predictions: Predictions, rows: np.ndarray | None = None) -> float:
        """The metric on all rows or on some (with repeats); NaN where it is undefined on these rows."""
        from protokit.evaluate.pooling import some_of

        return self.score(predictions if rows is None else some_of(predictions, rows))


METRICS: Instances[Metric] = Instances("metric", "protokit.evaluate.metrics", key="metric", base=Metric)


def default_metrics(task: str, *, labels: bool = False) -> tuple[str, ...]:
    """The metrics of a task where a recipe names none: the first decides the verdict.

    Those that hold clusters against `labels` are among them where there are some.
    """
    return tuple(name for name in task_of(task).metrics if labels or not METRICS[name].needs_labels)
